//! What a lost connection takes along, and what brings it back; and that no row of check results does more than that.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::generator::{self, Intent, LENGTH};
use crate::domain::actor::Actor;
use crate::domain::check::{CheckCode, CheckHistory, CheckResult, Fleet, Rung, Streak, judge};
use crate::domain::import_gate::verdict_of_all;
use crate::domain::onboarding::testing::{
    Walk, claim, confirm, disprove, prove, reason, school_id, superbeheerder, support,
};
use crate::domain::onboarding::{Change, Changed, Command, Event, FallCause, Gate, Lifecycle, Onboarding, Step};

const RESTORE: Command = Command::Restore { credential_version: 1 };

/// An open import whose password a check no longer sees.
fn lost() -> Walk {
    let mut walk = Walk::all_but(&[]);
    walk.does(Actor::Check, &disprove(Step::PasswordSet, 1));
    assert!(!walk.state.is_yes(Step::ActivationConfirmed));
    walk
}

#[test]
fn what_fell_along_comes_back_as_it_was_once_the_step_is_proven_and_all_rungs_held() {
    let before = Walk::all_but(&[]);
    let mut walk = lost();

    let early = walk.does(Actor::Check, &RESTORE);
    walk.does(Actor::Check, &prove(Step::PasswordSet, 1));
    let back = walk.does(Actor::Check, &RESTORE);
    let again = walk.does(Actor::Check, &RESTORE);

    assert_eq!((early.events.len(), back.events.len(), again.events.len()), (0, 1, 0));
    assert!(verdict_of_all(&walk.state).is_open());
    assert_eq!(walk.state.answer(Step::ActivationConfirmed), before.state.answer(Step::ActivationConfirmed));
}

/// Something that somebody does to an onboarding.
type Happening = fn(&mut Walk);

#[test]
fn what_something_else_spoke_against_meanwhile_does_not_come_back() {
    let others: [(&str, Happening); 4] = [
        ("renewed", |walk| {
            walk.does(support(), &Command::IssueCredentials);
        }),
        ("sent back", |walk| {
            let step = Step::ConsentGiven;
            walk.does(support(), &Command::SendBack { step, reason: reason("Er is geen consent") });
            walk.does(superbeheerder(), &claim(step));
        }),
        ("taken back", |walk| {
            let step = Step::AllowlistingConfirmed;
            walk.does(superbeheerder(), &Command::TakeBack { step });
            walk.does(superbeheerder(), &claim(step));
        }),
        ("withdrawn", |walk| {
            walk.does(
                superbeheerder(),
                &Command::Withdraw {
                    school: school_id(1),
                    reason: reason("Wij kiezen Optie B"),
                    chose_option_b: false,
                },
            );
            walk.does(support(), &Command::Reopen { school: school_id(1) });
            // Its password is closed for ever, so it begins anew with one.
            walk.does(support(), &Command::IssueCredentials);
            walk.does(superbeheerder(), &claim(Step::QueryExecuted));
        }),
    ];
    for (what, happens) in others {
        let mut walk = lost();

        happens(&mut walk);
        let version = walk.state.credential_version();
        walk.does(Actor::Check, &prove(Step::PasswordSet, version));
        let back = walk.does(Actor::Check, &Command::Restore { credential_version: version });

        assert!(back.events.is_empty() && !verdict_of_all(&walk.state).is_open(), "{what}");
    }
}

#[test]
fn a_loss_that_no_step_stands_for_waits_with_kurve_and_comes_back_by_itself() {
    let step = Step::ActivationConfirmed;
    let mut walk = Walk::all_but(&[]);

    walk.does(Actor::Check, &disprove(step, 1));
    let is_closed = !verdict_of_all(&walk.state).is_open();
    walk.does(Actor::Check, &RESTORE);

    assert!(is_closed && verdict_of_all(&walk.state).is_open());
}

#[test]
fn what_kurve_confirmed_anew_is_kurves_word_of_now() {
    let mut walk = lost();
    walk.does(Actor::Check, &prove(Step::PasswordSet, 1));
    walk.does(support(), &confirm(Step::ActivationConfirmed));
    let confirmed_at = walk.now;

    let back = walk.does(Actor::Check, &RESTORE);

    assert!(back.events.is_empty());
    let answer = walk.state.answer(Step::ActivationConfirmed).expect("Kurve confirmed it");
    assert_eq!(answer.strongest().1.at, confirmed_at);
}

#[test]
fn a_press_that_is_undone_leaves_all_as_it_was_also_what_is_kept_for_when_the_connection_is_back() {
    let step = Step::ActivationConfirmed;
    let undo = Command::UndoActivation { school: school_id(1) };
    let mut done_before = Walk::all_but(&[]);
    done_before.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });
    for (name, mut walk) in
        [("never activated", Walk::all_but(&[step])), ("open", Walk::all_but(&[])), ("done", done_before)]
    {
        if name != "never activated" {
            walk.does(Actor::Check, &disprove(step, 1));
        }
        let before = walk.state.clone();
        walk.does(support(), &confirm(step));
        assert_ne!(walk.state, before, "{name}");

        walk.does(support(), &undo);

        assert_eq!(walk.state, before, "{name}");
        walk.does(Actor::Check, &RESTORE);
        assert_eq!(verdict_of_all(&walk.state).is_open(), name != "never activated", "{name}");
    }

    let mut sent_back = Walk::all_but(&[]);
    sent_back.does(support(), &Command::SendBack { step, reason: reason("De licentie is verlopen") });
    let before = sent_back.state.clone();
    sent_back.does(support(), &confirm(step));
    sent_back.does(support(), &undo);
    assert_eq!(sent_back.state, before, "why it fell before is still to be read");
}

#[test]
fn an_import_that_was_done_is_done_again_since_the_day_it_was() {
    let mut walk = Walk::all_but(&[]);
    walk.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });
    let done = Lifecycle::Completed { at: walk.now };
    walk.does(Actor::Check, &disprove(Step::AllowlistingConfirmed, 1));
    assert_eq!(walk.state.lifecycle(), Lifecycle::Active);

    walk.does(Actor::Check, &prove(Step::AllowlistingConfirmed, 1));
    walk.does(Actor::Check, &RESTORE);

    assert_eq!(walk.state.lifecycle(), done);
}

fn result(code: CheckCode) -> CheckResult {
    let rung = match code {
        CheckCode::HostUnknown => Rung::Name,
        CheckCode::PortSilent | CheckCode::PortRefused | CheckCode::NoRoute => Rung::Tcp,
        CheckCode::TlsFailed | CheckCode::CertificateInvalid => Rung::Tls,
        CheckCode::LoginRefused | CheckCode::UnexpectedAnswer => Rung::Login,
        CheckCode::ListNotGranted | CheckCode::ServiceNotGranted => Rung::Data,
        CheckCode::ListFailed | CheckCode::TooSlow => Rung::Data,
        CheckCode::ListOutdated => Rung::Shape,
        CheckCode::ListEmpty | CheckCode::ListShrunk | CheckCode::Ok => Rung::Rows,
    };
    CheckResult::ended(code, rung)
}

/// Judges a result and has the rules follow, as the service does.
fn follow(walk: &mut Walk, streak: &mut Option<Streak>, code: CheckCode, fleet: &Fleet, now: DateTime<Utc>) {
    let judged = judge(&CheckHistory::of(&walk.state, *streak), &result(code), fleet, now);
    *streak = judged.streak;
    walk.now = now;
    for command in judged.commands(code, walk.state.credential_version()) {
        walk.tries(Actor::Check, &command).expect("what a judgement asks is allowed");
    }
}

/// What comes next: a check that ends somehow, or somebody who asks for something.
#[derive(Debug, Clone)]
enum Next {
    Check { code: CheckCode, minutes: i64, is_outage: bool },
    Person(Intent),
}

/// Checks of which most end alike, with people in between.
fn course() -> impl Strategy<Value = Vec<Next>> {
    let all = CheckCode::iter().len();
    let code = |number| CheckCode::iter().nth(number).expect("a code");
    let one = (0_u8..10, 0..all, 0_i64..400, 0_u8..8);
    (0..all, proptest::collection::vec(one, LENGTH), generator::walk()).prop_map(move |(usual, checks, intents)| {
        let next = |((which, other, minutes, chance), intent)| match which {
            0..6 => Next::Check { code: code(usual), minutes, is_outage: chance == 0 },
            6 => Next::Check { code: code(other), minutes, is_outage: chance == 0 },
            7 => Next::Check { code: CheckCode::Ok, minutes, is_outage: false },
            _ => Next::Person(intent),
        };
        checks.into_iter().zip(intents).map(next).collect()
    })
}

/// What has to be true of an import beside its steps: kept by hand, from what people did.
struct Ledger {
    /// Whether Kurve gave its word, and nobody took something back since.
    has_kurves_word: bool,
    /// The same before Kurve last pressed, which it may undo.
    had_it_before_press: bool,
    /// The failures since a check got through or closed the import.
    failed_at: Vec<DateTime<Utc>>,
}

impl Ledger {
    fn note_person(&mut self, taken: &Changed) {
        let is_yes = |state: &Onboarding| state.is_yes(Step::ActivationConfirmed);
        let speaks_against = |event: &Event| {
            matches!(
                event.change,
                Change::StepFell { .. } | Change::CredentialsIssued { .. } | Change::Withdrawn { .. }
            )
        };
        let has = |is_it: fn(&Event) -> bool| taken.events.iter().any(is_it);
        if has(|event| matches!(event.change, Change::StepAnswered { step: Step::ActivationConfirmed, .. })) {
            self.had_it_before_press = self.has_kurves_word;
        }
        if has(|event| matches!(event.change, Change::StepFell { cause: FallCause::Undone, .. })) {
            self.has_kurves_word = self.had_it_before_press;
        } else if is_yes(&taken.after) {
            self.has_kurves_word = true;
        } else if is_yes(&taken.before) || taken.events.iter().any(speaks_against) {
            self.has_kurves_word = false;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_row_of_check_results_opens_an_import_whose_gates_are_not_all_yes_nor_closes_one_for_a_blip(
        missing in proptest::sample::subsequence(Step::iter().collect::<Vec<_>>(), 0..3),
        course in course(),
    ) {
        let mut walk = Walk::all_but(&missing);
        let mut streak = None;
        let has_kurves_word = walk.state.is_yes(Step::ActivationConfirmed);
        let mut ledger = Ledger { has_kurves_word, had_it_before_press: false, failed_at: vec![] };
        let said_by_people = |state: &Onboarding| [Step::ConsentGiven, Step::DetailsSubmitted, Step::CredentialsIssued]
            .map(|step| state.is_yes(step));
        for next in course {
            let (code, is_outage) = match next {
                Next::Person(intent) => {
                    walk.now += Duration::hours(intent.hours / 8) + Duration::minutes(1);
                    let (actor, command) = intent.resolve(&walk);
                    if actor != Actor::Check && let Ok(taken) = walk.tries(actor, &command) {
                        ledger.note_person(&taken);
                    }
                    continue;
                }
                Next::Check { code, minutes, is_outage } => {
                    walk.now += Duration::minutes(minutes);
                    (code, is_outage)
                }
            };
            if !walk.state.is_yes(Step::CredentialsIssued) || walk.state.lifecycle().is_withdrawn() {
                continue;
            }
            let before = walk.state.clone();
            let others = u32::from(is_outage) * 2;
            let fleet = Fleet { failing: others, newly_failing: others, heard: 1, ..Fleet::default() };

            let now = walk.now;
            follow(&mut walk, &mut streak, code, &fleet, now);

            if code.is_connected() {
                ledger.failed_at.clear();
            } else if !is_outage {
                ledger.failed_at.push(now);
            }
            let (was_open, is_open) = (verdict_of_all(&before).is_open(), verdict_of_all(&walk.state).is_open());
            prop_assert_eq!(is_open, Gate::iter().all(|gate| walk.state.is_gate_yes(gate)));
            // A check sees neither consent nor Kurve's word: those are people's, whatever it comes to.
            prop_assert_eq!(said_by_people(&walk.state), said_by_people(&before));
            prop_assert!(ledger.has_kurves_word || !walk.state.is_yes(Step::ActivationConfirmed));
            if is_open && !was_open {
                prop_assert!(code.is_connected() && ledger.has_kurves_word);
            }
            if was_open && !is_open {
                // The step that gave way, which Kurve's activation followed, was doubted for hours since it was answered.
                let fallen = Step::iter().find(|step| before.is_yes(*step) && !walk.state.is_yes(*step));
                let since = fallen.and_then(|step| before.answer(step)).expect("it was yes").since();
                let tries: Vec<_> = ledger.failed_at.iter().filter(|at| **at >= since).collect();
                // What was only said never held, so there is nothing to be patient with.
                let was_seen = fallen.and_then(|step| before.answer(step)).is_some_and(|answer| answer.is_proven());
                let was_only_said = !was_seen && fallen == code.refuses();
                prop_assert!(!is_outage && (was_only_said || tries.len() >= 4), "{} tries of {:?}", tries.len(), fallen);
                prop_assert!(was_only_said || now - *tries[0] >= Duration::minutes(210));
                ledger.failed_at.clear();
            }
        }
    }
}
