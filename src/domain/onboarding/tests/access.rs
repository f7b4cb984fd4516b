//! Who has the ball of what takes the credentials: the school while somebody there can see them, else Kurve.

use std::collections::BTreeSet;

use chrono::Duration;

use crate::domain::actor::Actor;
use crate::domain::ids::ContactId;
use crate::domain::onboarding::progress::{KurveTask, TaskKind, kurve_tasks, open_steps, waits_on_since};
use crate::domain::onboarding::testing::{
    Walk, claim, confirm, contact_id, disprove, prove, reason, superbeheerder, support,
};
use crate::domain::onboarding::{
    Change, Command, Evidence, Gone, Obstacle, Onboarding, Party, PasswordAccess, People, Refusal, Step,
};
use crate::domain::roles::{ContactRole, Roles};

const STEP: Step = Step::PasswordSet;

fn ids(numbers: &[u128]) -> BTreeSet<ContactId> {
    numbers.iter().map(|number| contact_id(*number)).collect()
}

fn people(vouched: &[u128], others: &[u128]) -> Command {
    Command::NotePeople { people: People { vouched: ids(vouched), others: ids(others), ..People::default() } }
}

fn password(walk: &Walk, is_seen: bool, gone: Option<Gone>) -> Command {
    Command::NotePassword { access: PasswordAccess { is_seen, until: walk.now + Duration::days(30), gone } }
}

fn kinds(state: &Onboarding) -> Vec<(Step, TaskKind)> {
    kurve_tasks(state).into_iter().map(|KurveTask { kind, step, .. }| (step, kind)).collect()
}

fn unconfirmed(numbers: &[u128]) -> Command {
    Command::NotePeople { people: People { unconfirmed: ids(numbers), ..People::default() } }
}

#[test]
fn a_superbeheerder_whom_the_school_appointed_waits_for_kurve_and_nobody_else_does() {
    let step = Step::ConsentGiven;
    let mut walk = Walk::start();
    walk.does(superbeheerder(), &unconfirmed(&[7]));
    let appointed = Actor::Contact { id: contact_id(7), roles: Roles::of(ContactRole::Superbeheerder) };

    assert_eq!(walk.tries(appointed, &claim(step)), Err(Refusal::RoleNotConfirmed { step }));
    assert!(walk.clone().tries(superbeheerder(), &claim(step)).is_ok());
    assert!(walk.clone().tries(appointed, &claim(Step::AllowlistingRequested)).is_ok());
    assert_eq!((walk.state.holder(step), walk.state.obstacles(step)), (Some(Party::School), vec![]), "not theirs yet");

    walk.does(superbeheerder(), &Command::HandOver { step, to: contact_id(7) });
    assert_eq!(walk.state.holder(step), Some(Party::Kurve));
    assert_eq!(kinds(&walk.state), [(step, TaskKind::Vouch(ids(&[7])))]);

    walk.does(support(), &unconfirmed(&[]));
    assert_eq!(walk.state.holder(step), Some(Party::School));
    assert!(walk.tries(appointed, &claim(step)).is_ok());
}

/// The school can set the password, which is known not to have been seen.
fn ready() -> Walk {
    let mut walk = Walk::all_but(&[STEP]);
    let unseen = password(&walk, false, None);
    walk.does(support(), &unseen);
    walk.does(support(), &people(&[1], &[2]));
    walk
}

#[test]
fn a_password_that_nobody_saw_is_not_claimed_as_set_but_kurve_may_confirm_it() {
    let mut walk = ready();

    assert_eq!(walk.tries(superbeheerder(), &claim(STEP)), Err(Refusal::PasswordUnseen));
    assert!(walk.clone().tries(support(), &confirm(STEP)).is_ok());
    assert!(walk.clone().tries(Actor::Check, &prove(STEP, 1)).is_ok());

    let seen = password(&walk, true, None);
    walk.does(superbeheerder(), &seen);
    walk.does(superbeheerder(), &claim(STEP));
    assert!(walk.state.is_yes(STEP));

    walk.does(support(), &Command::IssueCredentials);
    let unseen = password(&walk, false, None);
    walk.does(support(), &unseen);
    assert_eq!(walk.tries(superbeheerder(), &claim(STEP)), Err(Refusal::PasswordUnseen), "the new one");
}

#[test]
fn what_is_noted_twice_changes_nothing_and_nothing_is_noted_of_what_is_not_issued() {
    let mut walk = ready();
    let again = password(&walk, false, None);
    walk.does(Actor::Clock, &again);

    assert_eq!(walk.does(Actor::Clock, &again).events, []);
    assert_eq!(walk.does(Actor::Clock, &people(&[1], &[2])).events, []);
    let mut fresh = Walk::start();
    assert_eq!(fresh.does(Actor::Clock, &again).events, []);
}

#[test]
fn a_password_that_is_not_shown_any_more_is_kurves_until_it_is_shown_again() {
    for gone in [Gone::UsedUp, Gone::Expired] {
        let mut walk = ready();
        let seen = password(&walk, true, None);
        walk.does(superbeheerder(), &seen);
        assert_eq!(walk.state.holder(STEP), Some(Party::School));

        let ended = password(&walk, true, Some(gone));
        let told = walk.does(Actor::Clock, &ended).events;

        assert!(matches!(told[0].change, Change::PasswordGone { .. }), "{told:?}");
        assert_eq!(walk.state.holder(STEP), Some(Party::Kurve));
        assert_eq!(walk.state.obstacles(STEP), [Obstacle::PasswordGone(gone)]);
        assert_eq!(kinds(&walk.state), [(STEP, TaskKind::NewPassword(gone))]);
        assert_eq!(waits_on_since(&walk.state, Party::Kurve), Some(walk.now));
        assert!(walk.clone().tries(superbeheerder(), &claim(STEP)).is_ok(), "whoever saw it may have set it");

        let again = password(&walk, true, None);
        walk.does(support(), &again);
        assert_eq!(walk.state.holder(STEP), Some(Party::School));
        assert_eq!(open_steps(&walk.state)[0].since, walk.now, "reminders begin anew");
        assert!(walk.tries(superbeheerder(), &claim(STEP)).is_ok(), "seen stays seen");
    }
}

#[test]
fn a_password_that_worked_is_kurves_once_a_check_refuses_it_and_not_when_something_before_it_fell() {
    let mut walk = ready();
    let proven = password(&walk, true, Some(Gone::Proven));
    walk.does(Actor::Check, &prove(STEP, 1));
    let noted = walk.does(Actor::Check, &proven).events;
    assert!(matches!(noted[0].change, Change::PasswordNoted { .. }), "the check itself says so: {noted:?}");
    assert_eq!(kinds(&walk.state), [(Step::ActivationConfirmed, TaskKind::Do)]);

    let mut refused = walk.clone();
    refused.does(Actor::Check, &disprove(STEP, 1));
    assert_eq!(refused.state.holder(STEP), Some(Party::Kurve));
    assert_eq!(kinds(&refused.state), [(STEP, TaskKind::NewPassword(Gone::Proven))]);
    refused.does(support(), &Command::IssueCredentials);
    assert_eq!(refused.state.holder(STEP), Some(Party::School));

    walk.does(superbeheerder(), &Command::TakeBack { step: Step::QueryExecuted });
    walk.does(superbeheerder(), &claim(Step::QueryExecuted));
    assert_eq!(walk.state.holder(STEP), Some(Party::School));
}

#[test]
fn the_school_asks_for_a_new_password_once_the_old_one_is_not_shown() {
    let mut walk = ready();
    assert_eq!(walk.tries(superbeheerder(), &Command::AskPassword), Err(Refusal::PasswordShown));
    assert_eq!(walk.tries(support(), &Command::AskPassword), Err(Refusal::NotAllowed));
    let none = Walk::start().tries(superbeheerder(), &Command::AskPassword);
    assert!(matches!(none, Err(Refusal::NotYet { .. })), "{none:?}");

    let ended = password(&walk, true, Some(Gone::UsedUp));
    walk.does(superbeheerder(), &ended);
    walk.does(superbeheerder(), &claim(STEP));
    assert_eq!(kinds(&walk.state), [(Step::ActivationConfirmed, TaskKind::Do)], "nobody needs it now");

    walk.does(superbeheerder(), &Command::AskPassword);
    let asked = walk.state.access().asked().copied().expect("it was asked");
    assert_eq!((asked.by, asked.at), (superbeheerder(), walk.now));
    assert!(kinds(&walk.state).contains(&(STEP, TaskKind::NewPassword(Gone::UsedUp))));
    assert_eq!(walk.does(superbeheerder(), &Command::AskPassword).events, [], "twice is once");

    let mut again = walk.clone();
    let shown = password(&again, true, None);
    again.does(support(), &shown);
    walk.does(support(), &Command::IssueCredentials);
    for state in [&walk.state, &again.state] {
        assert_eq!(state.access().asked(), None);
    }
}

#[test]
fn a_step_whose_people_are_all_not_vouched_for_is_kurves() {
    let step = Step::QueryExecuted;
    let hand = |to| Command::HandOver { step, to: contact_id(to) };
    for (why, vouched, others, handed_to, expected) in [
        ("one is vouched for", &[1][..], &[2][..], None, None),
        ("nobody is", &[], &[1, 2], None, Some(&[1, 2][..])),
        ("handed to who is not", &[1], &[2], Some(2), Some(&[2])),
        ("handed to who is", &[1], &[2], Some(1), None),
        ("handed to who was removed", &[1], &[2], Some(3), None),
        ("handed to who was removed, and nobody is", &[], &[2], Some(3), Some(&[2])),
        ("nobody is known", &[], &[], None, None),
    ] {
        let mut walk = Walk::all_but(&[step]);
        walk.does(support(), &people(vouched, others));
        if let Some(to) = handed_to {
            walk.does(superbeheerder(), &hand(to));
        }

        let tasks = expected.map(|numbers| (step, TaskKind::Vouch(ids(numbers))));
        assert_eq!(kinds(&walk.state), tasks.into_iter().collect::<Vec<_>>(), "{why}");
        let holder = if expected.is_some() { Party::Kurve } else { Party::School };
        assert_eq!(walk.state.holder(step), Some(holder), "{why}");
    }

    let mut walk = Walk::all_but(&[step]);
    walk.does(support(), &people(&[1], &[2]));
    walk.does(superbeheerder(), &hand(2));
    assert_eq!(open_steps(&walk.state)[0].since, walk.now, "Kurve has it since then");
    walk.does(support(), &people(&[1, 2], &[]));
    let open = open_steps(&walk.state)[0];
    assert_eq!((open.holder, open.since), (Party::School, walk.now), "and the school since Kurve vouched");
    walk.does(superbeheerder(), &claim(step));
    assert_eq!(walk.state.answer(step).map(|answer| answer.evidence()), Some(Evidence::Claimed));
}

#[test]
fn what_takes_no_credentials_stays_the_schools_whoever_is_vouched_for() {
    let mut walk = Walk::all_but(&[Step::QueryExecuted, Step::ConsentGiven, Step::AllowlistingRequested]);
    walk.does(support(), &people(&[], &[1, 2]));

    for open in open_steps(&walk.state) {
        let is_kurves = open.step == Step::QueryExecuted;
        assert_eq!(open.holder == Party::Kurve, is_kurves, "{}", open.step.as_str());
    }
}

#[test]
fn what_is_stuck_is_answered_first() {
    let mut walk = ready();
    let ended = password(&walk, true, Some(Gone::Expired));
    walk.does(Actor::Clock, &ended);
    walk.does(superbeheerder(), &Command::ReportStuck { step: STEP, reason: reason("Geen knop") });

    assert_eq!(kinds(&walk.state), [(STEP, TaskKind::Answer)]);
    let stored = serde_json::to_string(&walk.state).expect("a state serializes");
    assert_eq!(serde_json::from_str::<Onboarding>(&stored).ok().as_ref(), Some(&walk.state));
}
