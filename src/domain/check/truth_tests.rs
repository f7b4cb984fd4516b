//! What is said of a step beside its newest check: each sentence of it as a row.

use chrono::Duration;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::testing::{histories, is_proven};
use super::super::{CheckHistory, CheckResult, Fleet, Streak, judge};
use super::*;
use crate::domain::actor::Actor;
use crate::domain::import_gate::verdict_of_all;
use crate::domain::onboarding::progress::TaskKind;
use crate::domain::onboarding::testing::{Walk, claim, disprove, prove, superbeheerder, support, ticket};
use crate::domain::onboarding::{Command, FallCause, Gone, PasswordAccess};

/// An onboarding and the check that was made then.
fn checked(walk: &Walk, code: CheckCode) -> (Onboarding, Newest) {
    let at = walk.now + Duration::minutes(1);
    (walk.state.clone(), Newest { code, at, since: at })
}

fn seen(walk: &mut Walk, steps: &[Step]) {
    for step in steps {
        walk.does(Actor::Check, &prove(*step, 1));
    }
}

/// As a check makes it fall.
fn refused(walk: &mut Walk, step: Step, code: &str) {
    let command = Command::Disprove { step, code: code.to_owned(), credential_version: 1 };
    walk.does(Actor::Check, &command);
}

#[test]
fn each_step_stands_as_it_was_said_and_seen() {
    use CheckCode::{HostUnknown, LoginRefused, NoRoute, Ok, PortSilent, ServiceNotGranted, UnexpectedAnswer};
    use Stand::{Done, Doubted, NotSeenNow, NotSeenYet};
    use Step::{
        AllowlistingConfirmed, AllowlistingRequested, ConsentGiven, DetailsSubmitted, PasswordSet, PermissionsChecked,
        QueryExecuted,
    };
    let all = [AllowlistingRequested, AllowlistingConfirmed, QueryExecuted, PasswordSet, PermissionsChecked];
    for (proven, code, step, stand) in [
        (&all[..0], PortSilent, AllowlistingConfirmed, NotSeenYet),
        (&all[..0], PortSilent, AllowlistingRequested, Done),
        (&all[..0], PortSilent, PasswordSet, NotSeenYet),
        (&all[..0], NoRoute, PasswordSet, NotSeenYet),
        (&all[..0], UnexpectedAnswer, PermissionsChecked, NotSeenYet),
        (&all[..2], LoginRefused, QueryExecuted, NotSeenYet),
        (&all[..2], LoginRefused, AllowlistingConfirmed, Done),
        (&all[..], PortSilent, AllowlistingConfirmed, NotSeenNow),
        (&all[..], PortSilent, PasswordSet, Done),
        (&all[..], LoginRefused, PasswordSet, Doubted),
        (&all[..], LoginRefused, PermissionsChecked, Done),
        (&all[..], ServiceNotGranted, PermissionsChecked, Doubted),
        (&all[..], NoRoute, PasswordSet, Done),
        (&all[..], Ok, PasswordSet, Done),
        (&all[..0], HostUnknown, DetailsSubmitted, Doubted),
        (&all[..0], PortSilent, DetailsSubmitted, Done),
        (&all[..0], HostUnknown, ConsentGiven, Done),
    ] {
        let mut walk = Walk::all_but(&[]);
        seen(&mut walk, proven);
        let (state, newest) = checked(&walk, code);

        let truth = Truths { state: &state, newest: Some(newest) }.of(step);

        assert_eq!(truth.stand, stand, "{} after {}", step.as_str(), code.as_str());
        assert_eq!(truth.to_do.is_some(), stand != Done, "{} after {}", step.as_str(), code.as_str());
        assert_eq!(Truths::said(&state).of(step).stand, Done, "without a check its word counts");
    }
}

#[test]
fn what_is_said_after_the_newest_check_stays_until_the_next() {
    for code in [CheckCode::LoginRefused, CheckCode::PortSilent, CheckCode::Ok] {
        let mut walk = Walk::all_but(&[Step::PasswordSet]);
        let (_, newest) = checked(&walk, code);
        walk.does(superbeheerder(), &claim(Step::PasswordSet));

        let truth = Truths { state: &walk.state, newest: Some(newest) }.of(Step::PasswordSet);

        assert_eq!((truth.sight, truth.stand), (Sight::Later(newest), Stand::Done), "{}", code.as_str());
    }
}

#[test]
fn what_fell_by_a_refusal_tells_what_was_said_and_what_was_seen() {
    let mut walk = Walk::all_but(&[Step::ActivationConfirmed]);
    refused(&mut walk, Step::PasswordSet, "login_refused");
    let (state, newest) = checked(&walk, CheckCode::LoginRefused);

    let truth = Truths { state: &state, newest: Some(newest) }.of(Step::PasswordSet);

    assert_eq!((truth.sight, truth.stand), (Sight::Refused(newest), Stand::Open(Party::School)));
    assert_eq!(truth.to_do, Some(Advice::Plain(CheckCode::LoginRefused)));
    let cause = truth.said.fallen().map(|fallen| fallen.cause.clone());
    assert_eq!(cause, Some(FallCause::Refused { code: "login_refused".to_owned() }));
}

#[test]
fn what_a_check_saw_is_lost_and_what_was_only_said_is_refused() {
    let mut walk = Walk::all_but(&[Step::ActivationConfirmed]);
    seen(&mut walk, &[Step::QueryExecuted, Step::PasswordSet]);
    walk.does(Actor::Check, &disprove(Step::PasswordSet, 1));

    let fallen = walk.state.fallen(Step::PasswordSet).map(|fallen| fallen.cause.clone());

    assert_eq!(fallen, Some(FallCause::ConnectionLost { code: "login_refused".to_owned() }));
    assert!(!CheckHistory::of(&walk.state, None).answered.contains(&Step::PasswordSet));
}

#[test]
fn what_to_do_knows_what_went_before() {
    use Advice::{
        AskAllowlisting, AskMagister, DomainByKurve, DomainGone, PasswordAgain, PasswordFirst, PasswordGone, Plain,
        QueryAgain, QueryFirst, RefusedNow, SilentForGood, SilentNow,
    };
    use CheckCode::{HostUnknown, ListNotGranted, ListOutdated, LoginRefused, PortSilent};
    let requested = |mut walk: Walk| {
        walk.does(
            superbeheerder(),
            &Command::Claim { step: Step::AllowlistingRequested, ground: ticket(), credential_version: None },
        );
        walk
    };
    let seen = |steps: &[Step]| {
        let mut walk = Walk::all_but(&[]);
        seen(&mut walk, steps);
        walk
    };
    let fell = |steps: &[Step], step, code: &str| {
        let mut walk = seen(steps);
        refused(&mut walk, step, code);
        walk
    };
    let renewed = |steps: &[Step]| {
        let mut walk = seen(steps);
        walk.does(support(), &Command::IssueCredentials);
        walk
    };
    let gone = |steps: &[Step]| {
        let mut walk = seen(steps);
        let access = PasswordAccess { is_seen: true, until: walk.now, gone: Some(Gone::Proven) };
        walk.does(Actor::Check, &Command::NotePassword { access });
        walk
    };
    let gone_and_fell = |steps: &[Step]| {
        let mut walk = gone(steps);
        refused(&mut walk, Step::PasswordSet, "login_refused");
        walk
    };
    let sent_back = |steps: &[Step]| {
        let mut walk = seen(steps);
        let reason = crate::domain::onboarding::testing::reason("Er ontbreekt een kolom");
        walk.does(support(), &Command::SendBack { step: Step::QueryExecuted, reason });
        walk
    };
    let logged_in = &[Step::AllowlistingRequested, Step::AllowlistingConfirmed, Step::QueryExecuted, Step::PasswordSet];
    let none = Walk::all_but(&[Step::QueryExecuted, Step::AllowlistingRequested]);
    for (name, walk, code, advice, holder) in [
        ("the query was never run", none.clone(), LoginRefused, QueryFirst, Party::School),
        ("no password yet", Walk::all_but(&[Step::PasswordSet]), LoginRefused, PasswordFirst, Party::School),
        ("all was said", Walk::all_but(&[]), LoginRefused, Plain(LoginRefused), Party::School),
        (
            "it was said and fell",
            fell(&[], Step::PasswordSet, "login_refused"),
            LoginRefused,
            Plain(LoginRefused),
            Party::School,
        ),
        ("the user was there", seen(logged_in), LoginRefused, PasswordAgain, Party::School),
        ("it worked and is not shown any more", gone(logged_in), LoginRefused, RefusedNow, Party::Kurve),
        ("and it fell", gone_and_fell(logged_in), LoginRefused, PasswordGone, Party::Kurve),
        ("a new password", renewed(logged_in), LoginRefused, PasswordFirst, Party::School),
        ("the list", seen(logged_in), ListNotGranted, Plain(ListNotGranted), Party::School),
        ("a column is missing", seen(logged_in), ListOutdated, Plain(ListOutdated), Party::Kurve),
        ("and the query is to be run again", sent_back(logged_in), ListOutdated, QueryAgain, Party::School),
        ("nobody asked", none.clone(), PortSilent, AskAllowlisting, Party::School),
        ("it was asked", requested(none), PortSilent, Plain(PortSilent), Party::Magister),
        ("it was confirmed, they say", Walk::all_but(&[]), PortSilent, AskMagister, Party::School),
        ("it answered before", seen(&logged_in[..2]), PortSilent, SilentNow, Party::Magister),
        (
            "it is gone",
            fell(&logged_in[..2], Step::AllowlistingConfirmed, "port_silent"),
            PortSilent,
            SilentForGood,
            Party::Magister,
        ),
        ("no such domain", Walk::all_but(&[Step::ActivationConfirmed]), HostUnknown, Plain(HostUnknown), Party::School),
        ("no such domain, and an import is open", Walk::all_but(&[]), HostUnknown, DomainByKurve, Party::School),
        ("no such domain any more", seen(&logged_in[..2]), HostUnknown, DomainGone, Party::School),
    ] {
        let found = Advice::of(code, &walk.state);

        assert_eq!((found, found.holder()), (advice, Some(holder)), "{name}");
    }
}

#[test]
fn nothing_is_asked_of_a_connection_that_is_laid_aside_or_stopped_nor_of_a_step_that_does_not_work() {
    let walk = Walk::all_but(&[Step::PasswordSet]);
    let until = walk.now.date_naive() + chrono::Days::new(9);
    let reason = || crate::domain::onboarding::testing::reason("Toetsweek");
    let after = |command: &Command| {
        let mut walk = walk.clone();
        walk.does(superbeheerder(), command);
        walk.state
    };
    let paused = after(&Command::Pause { reason: reason(), until });
    let school = crate::domain::onboarding::testing::school_id(1);
    let stopped = after(&Command::Withdraw { school, reason: reason(), chose_option_b: false });
    let stuck = after(&Command::ReportStuck { step: Step::PasswordSet, reason: reason() });
    for code in CheckCode::iter() {
        let is_ok = code == CheckCode::Ok;
        let said = |advice| if is_ok { Advice::Plain(code) } else { advice };
        assert_eq!(Advice::of(code, &paused), said(Advice::Paused(code)));
        assert_eq!(Advice::of(code, &stopped), said(Advice::Stopped(code)));
        for state in [&paused, &stopped] {
            let newest = Some(Newest { code, at: walk.now, since: walk.now });
            let truths = Truths { state, newest };
            assert!(Step::iter().all(|step| truths.of(step).to_do.is_none()), "{}", code.as_str());
        }
    }
    let advice = Advice::of(CheckCode::LoginRefused, &stuck);
    assert_eq!(advice, Advice::Stuck { code: CheckCode::LoginRefused, step: Step::PasswordSet });
    assert_eq!(advice.holder(), Some(Party::Kurve));
    assert_eq!(Advice::of(CheckCode::PortSilent, &stuck), Advice::AskMagister, "another step does work");
}

#[test]
fn a_question_is_a_plain_yes_only_where_no_step_of_it_is_unseen_or_refused() {
    use CheckCode::{HostUnknown, LoginRefused, Ok, PortSilent};
    use Stand::{Done, Doubted, NotSeenNow, NotSeenYet};
    let all = &[
        Step::AllowlistingRequested,
        Step::AllowlistingConfirmed,
        Step::QueryExecuted,
        Step::PasswordSet,
        Step::PermissionsChecked,
    ];
    for (proven, code, answers, done) in [
        (&all[..], Ok, [Done; 5], 9),
        (&all[..0], PortSilent, [Done, NotSeenYet, NotSeenYet, NotSeenYet, Done], 9),
        (&all[..], PortSilent, [Done, Done, Done, NotSeenNow, Done], 9),
        (&all[..], LoginRefused, [Done, Done, Doubted, Done, Done], 8),
        (&all[..], HostUnknown, [Done, Doubted, Done, Done, Done], 8),
    ] {
        let mut walk = Walk::all_but(&[]);
        seen(&mut walk, proven);
        let (state, newest) = checked(&walk, code);
        let truths = Truths { state: &state, newest: Some(newest) };

        let found: Vec<Option<Stand>> = Gate::iter().map(|gate| truths.answer(gate)).collect();

        assert_eq!(found, answers.map(Some), "{}", code.as_str());
        assert_eq!(truths.done().len(), done, "{}", code.as_str());
    }
    let open = Walk::all_but(&[Step::PasswordSet]);
    assert_eq!(Truths::said(&open.state).answer(Gate::Password), None);
}

#[test]
fn what_was_said_anew_falls_at_once_and_a_loss_that_was_told_stays_told() {
    let now = DateTime::UNIX_EPOCH + Duration::days(20_000);
    let over = Streak { code: CheckCode::LoginRefused, failures: 4, counted_at: now };
    let school = CheckHistory {
        answered: [Step::AllowlistingConfirmed, Step::PasswordSet].into(),
        proven: [Step::AllowlistingConfirmed].into(),
        streak: Some(over),
        ..CheckHistory::default()
    };

    let judged = judge(&school, &CheckResult::ended(CheckCode::LoginRefused, Rung::Login), &Fleet::default(), now);

    assert_eq!(judged.disprove, [(Step::PasswordSet, CheckCode::LoginRefused)]);
    assert_eq!((judged.streak, judged.alarm, judged.is_lost), (Some(over), None, false));
}

#[test]
fn what_kurve_is_to_do_by_a_check_is_asked_once() {
    let logged_in = &[Step::AllowlistingRequested, Step::AllowlistingConfirmed, Step::QueryExecuted, Step::PasswordSet];
    let mut walk = Walk::all_but(&[]);
    seen(&mut walk, logged_in);
    let access = PasswordAccess { is_seen: true, until: walk.now, gone: Some(Gone::Proven) };
    walk.does(Actor::Check, &Command::NotePassword { access });
    let kinds = |walk: &Walk, code| {
        let (state, newest) = checked(walk, code);
        let truths = Truths { state: &state, newest: Some(newest) };
        let holders = [Step::QueryExecuted, Step::PasswordSet].map(|step| truths.holder(step));
        (truths.kurve_tasks().into_iter().map(|task| task.kind).collect::<Vec<_>>(), holders)
    };

    let new_password = vec![TaskKind::NewPassword(Gone::Proven)];
    assert_eq!(
        kinds(&walk, CheckCode::LoginRefused),
        (new_password.clone(), [None, Some(Party::Kurve)]),
        "in its tries"
    );
    assert_eq!(kinds(&walk, CheckCode::ListOutdated).0, [TaskKind::NewQuery]);
    assert_eq!(kinds(&walk, CheckCode::Ok).0, []);
    refused(&mut walk, Step::PasswordSet, "login_refused");
    assert_eq!(kinds(&walk, CheckCode::LoginRefused), (new_password, [None, Some(Party::Kurve)]), "after them");
}

#[test]
fn the_drawn_histories_meet_what_they_are_for() {
    let mut runner = TestRunner::deterministic();
    let (mut doubted, mut fell, mut later, mut kurves) = (0, 0, 0, 0);
    for _ in 0..200 {
        let history = histories().new_tree(&mut runner).expect("it can be drawn").current();
        for moment in history {
            let truths = moment.truths();
            later += u32::from(Step::iter().any(|step| matches!(truths.of(step).sight, Sight::Later(_))));
            kurves += u32::from(truths.kurve_task().is_some());
            let Some(step) = moment.refused() else { continue };
            doubted += u32::from(truths.of(step).stand == Stand::Doubted);
            fell += u32::from(moment.state.fallen(step).is_some());
        }
    }

    assert!(doubted >= 100 && fell >= 100 && later >= 100 && kurves >= 100, "{doubted} {fell} {later} {kurves}");
}

proptest! {
    #[test]
    fn the_page_of_the_check_and_that_of_the_step_name_one_holder(moments in histories()) {
        for moment in moments {
            let truths = moment.truths();
            let Some((advice, step)) = truths.advice().and_then(|advice| Some((advice, advice.step()?))) else { continue };
            let held = truths.holder(step);

            prop_assert!(held.is_none() || held == advice.holder(), "{:?}: {:?} holds {}", advice, held, step.as_str());
        }
    }

    #[test]
    fn lists_say_that_it_waits_on_whoever_holds_a_step_and_on_nobody_else(moments in histories()) {
        for moment in moments {
            let truths = moment.truths();
            for party in Party::iter() {
                let is_under_way = matches!(truths.state.lifecycle(), Lifecycle::Active | Lifecycle::Completed { .. });
                let has_task = party == Party::Kurve && is_under_way && !truths.kurve_tasks().is_empty();
                let is_held = has_task || Step::iter().any(|step| truths.holder(step) == Some(party));
                prop_assert_eq!(truths.waits_on_since(party).is_some(), is_held, "{:?}", party);
            }
        }
    }

    #[test]
    fn no_step_is_done_whose_newest_check_refused_it(moments in histories()) {
        let mut before = None;
        for moment in moments {
            let is_new = std::mem::replace(&mut before, moment.newest) != moment.newest;
            let Some(step) = moment.refused() else { continue };
            let truth = moment.truths().of(step);

            prop_assert_eq!(truth.stand == Stand::Doubted, moment.state.is_yes(step), "{:?}", truth);
            if is_new && moment.state.is_yes(step) {
                prop_assert!(is_proven(&moment.state, step), "what was only said fell at once: {:?}", truth);
            }
            prop_assert!(moment.state.is_yes(step) || !verdict_of_all(&moment.state).is_open());
        }
    }
}
