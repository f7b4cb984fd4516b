//! Several schools in one connection: what always holds on random walks with one to four of them, and the cases.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::generator;
use super::walks::{assert_sound, through_json};
use crate::domain::actor::Actor;
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::import_gate::{ClosedReason, Verdict, open_schools, verdict, verdict_of_all};
use crate::domain::onboarding::testing::{
    Walk, claim, confirm, contact_id, disprove, first_morning, prove, reason, school_id, superbeheerder, support,
};
use crate::domain::onboarding::{
    Change, Changed, Command, Course, Event, FallCause, Gate, Ground, Lifecycle, MOST_SCHOOLS, Onboarding, Refusal,
    Step,
};

/// The four gates that a connection answers once for all its schools.
const SHARED_GATES: [Gate; 4] = [Gate::Consent, Gate::Webservice, Gate::Password, Gate::Allowlisting];

/// What a connection has of its schools together, but for a pause: that ends when no school is under way.
fn shared_part(state: &Onboarding) -> impl PartialEq + std::fmt::Debug + use<> {
    let steps: Vec<_> = Step::shared().map(|step| (state.step(step).clone(), state.handed_to(step))).collect();
    (steps, state.credential_version(), state.interrupted().clone())
}

/// The rules of each school, in the product's words.
fn assert_schools_sound(state: &Onboarding) {
    let are_shared_yes = SHARED_GATES.iter().all(|gate| state.is_gate_yes(*gate));
    for number in 1..=5 {
        let id = school_id(number);
        let is_activated = state.school(id).is_some_and(|school| school.is_activated());
        let is_open = verdict(state, id).is_open();
        assert_eq!(is_open, are_shared_yes && is_activated, "open is four gates and its own activation");
        assert!(are_shared_yes || !is_activated, "nothing is activated while a shared step is open");
        assert_eq!(open_schools(state).contains(&id), is_open);
        let Some(school) = state.school(id) else { continue };
        match school.course() {
            Course::UnderWay => {}
            Course::Withdrawn { .. } | Course::Left { .. } => assert!(!is_open, "who stopped or left may not import"),
            Course::Completed { .. } => assert!(is_open, "who completed may import"),
        }
        let gates = state.of(id).map(|view| view.is_gate_yes(Gate::Activation));
        assert_eq!(gates, (!school.has_left()).then_some(is_activated));
    }
    let is_every_live_activated = state.live().all(|(_, school)| school.is_activated());
    match state.lifecycle() {
        Lifecycle::Withdrawn { .. } => assert_eq!(state.live().count(), 0),
        Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. } => {
            assert!(state.live().count() > 0);
            assert_eq!(verdict_of_all(state).is_open(), is_every_live_activated, "the whole waits for the last");
        }
    }
    let is_paused = state.paused().is_some();
    assert!(!is_paused || state.schools().any(|(_, school)| *school.course() == Course::UnderWay));
}

/// What one command of a school may touch: that school; and where nobody went on, the password that was closed.
fn assert_scope(command: &Command, taken: &Changed) {
    let Some(own) = command.school() else { return };
    let was_over = taken.before.lifecycle().is_withdrawn();
    for number in 1..=4 {
        let sister = school_id(number);
        if sister != own && !was_over {
            assert_eq!(taken.after.school(sister), taken.before.school(sister), "{command:?} is of no sister");
        }
    }
    let is_over = taken.after.lifecycle().is_withdrawn();
    if !was_over && !is_over {
        assert_eq!(shared_part(&taken.after), shared_part(&taken.before), "{command:?} is of one school");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_every_walk_of_one_to_four_schools_each_is_open_by_four_gates_and_its_own(
        schools in 1_u128..=4,
        intents in generator::walk(),
    ) {
        let mut walk = Walk::start();
        let fresh = walk.state.clone();
        let mut kept: Vec<Event> = vec![];

        for intent in &intents {
            let before = walk.state.clone();
            let (actor, command) = intent.resolve_among(walk.hours(intent.hours), schools);
            let Ok(taken) = walk.tries(actor, &command) else {
                prop_assert_eq!(&walk.state, &before, "a refusal changes nothing");
                continue;
            };
            assert_scope(&command, &taken);
            let mut state = before;
            for event in &taken.events {
                state = state.apply(event);
                assert_sound(&state);
                assert_schools_sound(&state);
            }
            kept.extend(taken.events);
        }

        prop_assert_eq!(&through_json(&walk.state), &walk.state, "read back");
        prop_assert_eq!(&fresh.apply_all(&kept.iter().map(through_json).collect::<Vec<_>>()), &walk.state, "replayed");
    }

    #[test]
    fn what_schools_share_is_as_if_one_school_had_done_it(schools in 2_u128..=4, intents in generator::walk()) {
        let mut walk = Walk::start();
        let mut alone = Walk::start();
        let mut shared = 0;

        for intent in &intents {
            let before = walk.state.clone();
            let (actor, command) = intent.resolve_among(walk.hours(intent.hours), schools);
            alone.now = walk.now;
            let Ok(taken) = walk.tries(actor, &command) else { continue };
            if taken.after.lifecycle().is_withdrawn() {
                // With its last school the password goes too: that is in the table.
                walk.state = before;
                continue;
            }
            let is_of_the_activation = matches!(command,
                Command::Confirm { step, .. } | Command::SendBack { step, .. } | Command::Disprove { step, .. }
                if step == Step::ActivationConfirmed);
            if command.school().is_none() && !is_of_the_activation {
                let done = alone.tries(actor, &command);
                prop_assert!(done.is_ok(), "{command:?}: {done:?}");
                shared += 1;
            }
            prop_assert_eq!(shared_part(&walk.state), shared_part(&alone.state), "{:?}", command);
        }
        prop_assert!(shared > 0 || intents.is_empty());
    }
}

#[test]
fn the_walks_of_four_schools_get_everywhere() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[12; 32]);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let walks = 200;
    let mut reached: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..walks {
        let intents = generator::walk().new_tree(&mut runner).expect("the strategy filters nothing out").current();
        let mut walk = Walk::start();
        let mut places = BTreeSet::new();
        for intent in &intents {
            let (actor, command) = intent.resolve_among(walk.hours(intent.hours), 4);
            let Ok(Changed { before, after, .. }) = walk.tries(actor, &command) else { continue };
            let (was_open, is_open) = (open_schools(&before).len(), open_schools(&after).len());
            let live: Vec<_> = after.live().map(|(_, school)| school).collect();
            let done = live.iter().filter(|school| school.is_completed()).count();
            let has_stopped = after.schools().any(|(_, school)| school.is_withdrawn());
            let has_left = (1..=4).any(|number| after.school(school_id(number)).is_some_and(|one| one.has_left()));
            places.extend((is_open > 1).then_some("several open"));
            places.extend((is_open > 0 && is_open < live.len()).then_some("some open"));
            places.extend((was_open > 1 && is_open == 0).then_some("closed together"));
            places.extend((was_open > is_open && is_open > 0).then_some("closed alone"));
            places.extend((done > 0 && done < live.len()).then_some("done beside others"));
            places.extend((has_stopped && !live.is_empty()).then_some("stopped beside others"));
            places.extend((has_left && !live.is_empty()).then_some("left others"));
        }
        places.into_iter().for_each(|place| *reached.entry(place).or_insert(0) += 1);
    }

    assert!(reached.len() == 7 && reached.values().all(|count| count * 100 / walks >= 15), "{reached:?}");
}

/// Three schools, all activated.
fn three() -> Walk {
    let mut walk = Walk::all_but(&[Step::ActivationConfirmed]).with_schools(3);
    walk.does(support(), &confirm(Step::ActivationConfirmed));
    walk
}

fn of(taken: &Changed) -> Vec<(Option<SchoolId>, &'static str)> {
    taken.events.iter().map(|event| (event.school, event.change.as_str())).collect()
}

#[test]
fn a_shared_step_that_falls_closes_every_school_in_one_change_and_the_done_ones_first() {
    let mut walk = three();
    let [one, two, three] = [1, 2, 3].map(school_id);
    walk.does(superbeheerder(), &Command::ReportImported { school: two });

    let taken = walk.does(superbeheerder(), &Command::TakeBack { step: Step::ConsentGiven });

    let fell = "step_fell";
    assert_eq!(
        of(&taken),
        [(Some(two), "reopened"), (Some(one), fell), (Some(two), fell), (Some(three), fell), (None, fell)]
    );
    assert_eq!(open_schools(&walk.state), [].into());
    for event in taken.events.iter().filter(|event| event.school.is_some()).skip(1) {
        let cause = FallCause::NeededStepFell { step: Step::ConsentGiven };
        assert_eq!(event.change, Change::StepFell { step: Step::ActivationConfirmed, cause });
    }
}

#[test]
fn a_lost_connection_brings_each_school_back_as_it_was() {
    let mut walk = three();
    walk.does(superbeheerder(), &Command::ReportImported { school: school_id(2) });
    walk.does(support(), &Command::Deactivate { school: school_id(3), reason: reason("De licentie is verlopen") });
    let before = walk.state.clone();

    let lost = walk.does(Actor::Check, &disprove(Step::PasswordSet, 1));
    walk.does(Actor::Check, &prove(Step::PasswordSet, 1));
    let back = walk.does(Actor::Check, &Command::Restore { credential_version: 1 });

    let [one, two] = [1, 2].map(school_id);
    let fell = "step_fell";
    assert_eq!(of(&lost), [(Some(two), "reopened"), (Some(one), fell), (Some(two), fell), (None, fell)]);
    let restored = "step_restored";
    assert_eq!(of(&back), [(Some(one), restored), (Some(two), restored), (Some(two), "completion_restored")]);
    for school in [one, two] {
        assert_eq!(walk.state.school(school), before.school(school));
    }
    assert!(!verdict(&walk.state, school_id(3)).is_open(), "what Kurve took back stays so");
}

#[test]
fn one_that_stops_leaves_its_sisters_alone_and_the_last_takes_the_password() {
    let mut walk = three();
    let stop = |number| Command::Withdraw {
        school: school_id(number),
        reason: reason("Kiest Optie B"),
        chose_option_b: false,
    };
    let reopen = |number| Command::Reopen { school: school_id(number) };

    walk.does(superbeheerder(), &stop(1));
    walk.does(superbeheerder(), &stop(2));
    assert_eq!(open_schools(&walk.state), [school_id(3)].into());
    assert!(verdict_of_all(&walk.state).is_open(), "of those who go on all may import");
    let among_others = walk.does(support(), &reopen(1));
    walk.does(superbeheerder(), &stop(1));
    walk.does(superbeheerder(), &stop(3));
    assert!(walk.state.lifecycle().is_withdrawn());
    let refused = walk.tries(superbeheerder(), &claim(Step::ConsentGiven)).err();
    let after_all = walk.does(support(), &reopen(2));

    assert_eq!(of(&among_others), [(Some(school_id(1)), "reopened")]);
    assert_eq!(refused, Some(Refusal::IsWithdrawn));
    assert!(!walk.state.is_yes(Step::CredentialsIssued) && after_all.events.len() > 1);
    assert_eq!(walk.state.live().map(|(id, _)| id).collect::<Vec<_>>(), [school_id(2)]);
}

#[test]
fn the_whole_is_as_far_as_the_school_that_is_least_far() {
    let mut walk = three();
    let done = |number| Command::ReportImported { school: school_id(number) };
    let until = walk.now.date_naive() + chrono::Days::new(30);
    let pause = Command::Pause { reason: reason("Eerst de toetsweek"), until };

    walk.does(superbeheerder(), &done(1));
    assert_eq!(walk.state.lifecycle(), Lifecycle::Active);
    walk.does(superbeheerder(), &pause);
    let paused = [1, 2].map(|number| walk.state.lifecycle_of(school_id(number)).map(|life| life.is_paused()));
    walk.does(superbeheerder(), &done(2));
    let last = walk.does(superbeheerder(), &done(3));

    assert_eq!(paused, [Some(true), Some(true)]);
    assert_eq!(walk.state.lifecycle(), Lifecycle::Completed { at: last.events[0].at });
    assert_eq!(walk.state.paused(), None, "there is nothing left to lay aside");
    assert_eq!(walk.tries(superbeheerder(), &pause).err(), Some(Refusal::IsCompleted));
    let added = walk.does(support(), &Command::AddSchool { school: school_id(4), asked_by: Some(contact_id(2)) });
    assert_eq!(of(&added), [(Some(school_id(4)), "school_added")]);
    assert_eq!((walk.state.lifecycle(), verdict_of_all(&walk.state).is_open()), (Lifecycle::Active, false));
    assert_eq!(walk.state.fallen(Step::ActivationConfirmed), None);
}

#[test]
fn a_school_that_left_is_not_here_and_can_come_back_as_new() {
    let mut walk = three();
    let school = school_id(2);
    let to = ConnectionId::from_uuid(uuid::Uuid::from_u128(9));
    let remove = Command::RemoveSchool { school, to, reason: reason("Staat in een andere Magister") };

    let taken = walk.does(support(), &remove);
    let of_it = [
        remove.clone(),
        Command::Activate { school, ground: Ground::Word },
        Command::Deactivate { school, reason: reason("De licentie is verlopen") },
        Command::Withdraw { school, reason: reason("Kiest Optie B"), chose_option_b: false },
        Command::Reopen { school },
    ];
    let refused: Vec<_> = of_it.iter().map(|command| walk.tries(support(), command).err()).collect();
    let imported = walk.tries(superbeheerder(), &Command::ReportImported { school }).err();

    assert_eq!(of(&taken), [(Some(school), "step_fell"), (Some(school), "school_left")]);
    assert!(refused.iter().chain([&imported]).all(|one| *one == Some(Refusal::UnknownSchool)), "{refused:?}");
    let activation = ClosedReason { gate: Gate::Activation, missing: vec![(Step::ActivationConfirmed, None)] };
    assert_eq!(verdict(&walk.state, school), Verdict::Closed { reasons: vec![activation] });
    assert!(walk.state.of(school).is_none() && walk.state.lifecycle_of(school).is_none());
    assert!(walk.state.school(school).is_some_and(|school| school.has_left()));
    walk.does(support(), &Command::AddSchool { school, asked_by: Some(contact_id(2)) });
    let back = walk.state.school(school).expect("it is back");
    assert_eq!((back.course(), back.asked_by()), (&Course::UnderWay, Some(contact_id(2))));
    assert_eq!(back.activation().fallen(), None);
}

#[test]
fn a_connection_has_at_most_so_many_schools() {
    let count = u128::try_from(MOST_SCHOOLS).expect("a small number");
    let mut walk = Walk::start().with_schools(count);
    let add = |number| Command::AddSchool { school: school_id(number), asked_by: None };

    let one_more = walk.tries(support(), &add(count + 1)).err();
    let known = walk.does(support(), &add(count));

    assert_eq!(one_more, Some(Refusal::TooManySchools));
    assert_eq!(known.events, []);
}

#[test]
fn an_event_of_a_school_that_is_not_named_or_not_here_changes_nothing() {
    let step = Step::ActivationConfirmed;
    let answered = || Change::StepAnswered {
        step,
        evidence: crate::domain::onboarding::Evidence::Confirmed,
        ground: Ground::Word,
    };
    let to = ConnectionId::from_uuid(uuid::Uuid::from_u128(9));
    let all = [
        answered(),
        Change::StepFell { step, cause: FallCause::Withdrawn },
        Change::StepRestored { step },
        Change::CompletionRestored,
        Change::Withdrawn { reason: reason("Kiest Optie B"), chose_option_b: false },
        Change::Reopened,
        Change::Completed,
        Change::SchoolLeft { to, reason: reason("Staat in een andere Magister") },
    ];
    let mut open = three();
    open.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });
    let waiting = Walk::all_but(&[step]).with_schools(2);

    for state in [open.state, waiting.state, Onboarding::start(first_morning(), school_id(1))] {
        for change in &all {
            for school in [None, Some(school_id(99))] {
                let event = Event { at: first_morning(), by: support(), school, change: change.clone() };
                assert_eq!(state.clone().apply(&event), state, "{event:?}");
            }
        }
        let added = Change::SchoolAdded { asked_by: None };
        let event = Event { at: first_morning(), by: support(), school: None, change: added };
        assert_eq!(state.clone().apply(&event), state, "{event:?}");
    }
}

#[test]
fn a_stored_onboarding_has_a_school_and_an_activation_of_each_only() {
    let state = Onboarding::start(first_morning(), school_id(1));
    let stored = serde_json::to_value(&state).expect("it can be written");
    let (mut without, mut of_all) = (stored.clone(), stored.clone());
    without["schools"] = serde_json::json!({});
    of_all["steps"]["activation_confirmed"] = stored["steps"]["query_executed"].clone();

    for wrong in [without, of_all] {
        assert!(serde_json::from_value::<Onboarding>(wrong.clone()).is_err(), "{wrong}");
    }
    assert_eq!(serde_json::from_value::<Onboarding>(stored).expect("it reads"), state);
}
