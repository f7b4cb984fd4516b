//! What always holds, asked after every event of random walks.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use strum::IntoEnumIterator;

use super::generator::{self, Intent};
use super::oracle::{STEPS, TABLE};
use crate::domain::import_gate::{Verdict, verdict_of_all};
use crate::domain::onboarding::testing::Walk;
use crate::domain::onboarding::{
    Change, Command, Event, Evidence, Gate, Lifecycle, Onboarding, Step, StepState, decide,
};

/// How many walks are made to see that the rules hold.
const WALKS: u32 = 2_000;

/// How many are made to see that each event can be written down and read back: fewer, since JSON takes most of the time.
const WRITTEN_WALKS: u32 = 500;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(WALKS))]

    #[test]
    fn on_every_walk_every_event_leaves_a_sound_onboarding(intents in generator::walk()) {
        let mut walk = Walk::start();
        let fresh = walk.state.clone();
        let mut kept: Vec<Event> = vec![];
        assert_sound(&fresh);

        for intent in &intents {
            let before = walk.state.clone();
            let (actor, command) = intent.resolve(walk.hours(intent.hours));
            let Ok(taken) = walk.tries(actor, &command) else {
                prop_assert_eq!(&walk.state, &before, "a refusal changes nothing");
                continue;
            };
            let mut state = before;
            kept.extend(taken.events.iter().cloned());
            for event in &taken.events {
                let version = state.credential_version();
                state = state.apply(event);
                assert_version(version, event, state.credential_version());
                assert_sound(&state);
            }
            assert_renewed(&command, &state);
            let again = decide(&state, &command, &actor, walk.now);
            let is_done = again.is_err() || again.is_ok_and(|events| events.is_empty());
            prop_assert!(is_done || command == Command::IssueCredentials, "twice {command:?} does more than once");
        }

        prop_assert_eq!(&through_json(&walk.state), &walk.state, "read back");
        prop_assert_eq!(&fresh.apply_all(&kept), &walk.state, "replayed from the start");
    }
}

proptest! {
    #![proptest_config(config(WRITTEN_WALKS))]

    #[test]
    fn on_every_walk_what_is_written_down_reads_back_and_goes_on(intents in generator::walk()) {
        let mut walk = Walk::start();
        let mut read_back = walk.state.clone();

        for intent in &intents {
            let mut state = walk.state.clone();
            let (actor, command) = intent.resolve(walk.hours(intent.hours));
            let Ok(taken) = walk.tries(actor, &command) else { continue };
            for event in &taken.events {
                state = state.apply(event);
                // The event as the audit keeps it, folded into the state as it is stored.
                read_back = through_json(&read_back.apply(&through_json(event)));
                prop_assert_eq!(&read_back, &state);
            }
            prop_assert_eq!(&state, &walk.state);
        }
    }
}

pub(super) fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let json = serde_json::to_string(value).expect("the rules' types have no keys that JSON cannot hold");
    serde_json::from_str(&json).expect("what was written can be read")
}

/// The rules that hold at every moment, in the product's words.
pub(super) fn assert_sound(state: &Onboarding) {
    let yes = |step: &Step| state.is_yes(*step);
    for gate in Gate::iter() {
        let is_yes = TABLE.iter().filter(|row| row.gate == gate).all(|row| yes(&row.step));
        assert_eq!(state.is_gate_yes(gate), is_yes, "a gate is computed from its steps: {gate:?}");
    }
    let no_gates: Vec<Gate> = Gate::iter().filter(|gate| !state.is_gate_yes(*gate)).collect();
    match verdict_of_all(state) {
        Verdict::Open => assert_eq!(no_gates, [], "open exactly when all five gates are yes"),
        Verdict::Closed { reasons } => {
            assert!(!no_gates.is_empty(), "closed only when a gate is no");
            assert_eq!(reasons.iter().map(|reason| reason.gate).collect::<Vec<_>>(), no_gates);
        }
    }
    for row in &TABLE {
        let is_ready = row.needs.iter().all(yes);
        match state.step(row.step) {
            StepState::Waiting => assert!(!is_ready, "{:?} waits for nothing", row.step),
            StepState::Open { .. } | StepState::Stuck { .. } | StepState::Yes { .. } => {
                assert!(is_ready, "{:?} is past what it needs: {state:?}", row.step);
            }
        }
        let is_in_order =
            !yes(&row.step) || TABLE.iter().all(|other| yes(&other.step) || !other.falls.contains(&row.step));
        assert!(is_in_order, "{:?} is yes while something it needs is not", row.step);
    }
    let is_open = verdict_of_all(state).is_open();
    match state.lifecycle() {
        Lifecycle::Withdrawn { .. } => assert!(!is_open, "who withdrew may not import"),
        Lifecycle::Completed { .. } => assert!(is_open, "who completed may import"),
        Lifecycle::Active | Lifecycle::Paused { .. } => {}
    }
}

/// Issuing credentials counts on by one; nothing else changes the version.
fn assert_version(before: u32, event: &Event, after: u32) {
    match event.change {
        Change::CredentialsIssued { version } => {
            assert_eq!((version, after), (before + 1, version));
        }
        Change::StepAnswered { .. }
        | Change::EvidenceFell { .. }
        | Change::StepRestored { .. }
        | Change::CompletionRestored
        | Change::StepFell { .. }
        | Change::PasswordNoted { .. }
        | Change::PasswordGone { .. }
        | Change::PeopleNoted { .. }
        | Change::PasswordAsked
        | Change::StuckReported { .. }
        | Change::StuckAnswered { .. }
        | Change::StepHandedOver { .. }
        | Change::Paused { .. }
        | Change::Resumed
        | Change::Withdrawn { .. }
        | Change::Reopened
        | Change::Completed
        | Change::SchoolAdded { .. }
        | Change::SchoolLeft { .. } => assert_eq!(after, before),
    }
}

/// After a new password nothing rests on the old one.
fn assert_renewed(command: &Command, state: &Onboarding) {
    if *command == Command::IssueCredentials {
        let permissions = state.answer(Step::PermissionsChecked);
        assert!(!state.is_yes(Step::PasswordSet) && !state.is_yes(Step::ActivationConfirmed));
        assert!(permissions.is_none_or(|answer| answer.with(Evidence::Proven).is_none()));
    }
}

#[test]
fn the_walks_get_everywhere_and_fall_again() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[26; 32]);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let walks = 300;
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..walks {
        let intents = generator::walk().new_tree(&mut runner).expect("the strategy filters nothing out").current();

        for place in places(&intents) {
            *reached.entry(place).or_insert(0) += 1;
        }
    }

    let share = |place: &str| reached.get(place).map_or(0, |count| count * 100 / walks);
    for place in ["open", "open and closed again", "open a second time", "completed", "withdrawn", "paused", "stuck"] {
        assert!(share(place) >= 15, "only {}% of the walks get to {place}: {reached:?}", share(place));
    }
    assert!(STEPS.iter().all(|step| share(step.as_str()) >= 50), "{reached:?}");
}

/// Everywhere that a walk comes, each once.
fn places(intents: &[Intent]) -> Vec<&'static str> {
    let mut walk = Walk::start();
    let mut places = vec![];
    let mut openings = 0;
    for intent in intents {
        let was_open = verdict_of_all(&walk.state).is_open();
        let (actor, command) = intent.resolve(walk.hours(intent.hours));
        let Ok(taken) = walk.tries(actor, &command) else { continue };
        let is_open = verdict_of_all(&walk.state).is_open();
        openings += usize::from(is_open && !was_open);
        places.extend(is_open.then_some("open"));
        places.extend((was_open && !is_open).then_some("open and closed again"));
        places.extend((openings > 1).then_some("open a second time"));
        places.push(walk.state.lifecycle().as_str());
        for event in &taken.events {
            places.extend(matches!(event.change, Change::StuckReported { .. }).then_some("stuck"));
        }
        places.extend(STEPS.iter().filter(|step| walk.state.is_yes(**step)).map(|step| step.as_str()));
    }
    places.sort_unstable();
    places.dedup();
    places
}
