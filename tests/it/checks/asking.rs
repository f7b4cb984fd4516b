//! Asking: who may, how often, what is given back, and what a page sees of it.

use chrono::TimeDelta;
use koppelklaar::domain::check::{CheckCode, CheckPolicy, CheckRefusal, Rung};
use koppelklaar::domain::credential::{ClosedReason, RevealRefusal};
use koppelklaar::domain::onboarding::Command;
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::services::{ServiceError, checks};

use super::support::{Checks, PROVABLE, limits, run, run_with};
use crate::support::acting::reason;

#[test]
fn a_check_that_is_asked_for_is_made_proves_what_it_saw_and_closes_the_reveal() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;

        let id = checks.ask(&school).await.expect("it may be asked for");
        let waiting = checks.find(id).await;
        assert_eq!(checks.run_all().await, 1);
        let done = checks.find(id).await;

        assert_eq!((waiting.started_at, waiting.outcome.is_none()), (None, true));
        let result = done.result().expect("it was made");
        assert_eq!((result.code, result.rung, result.times.len()), (CheckCode::Ok, Rung::Rows, 7));
        assert_eq!(done.finished_at, Some(checks.app.now()));
        assert_eq!(checks.proven(&school).await, PROVABLE);
        let known = checks.connection(&school).await;
        assert_eq!(
            known.receipt.map(|receipt| receipt.counts.receipt()).as_deref(),
            Some("612 leerlingen, 3 zonder opleidingscode")
        );
        assert_eq!(known.passed, Some((checks.app.now(), 1)));
        let call = checks.app.call_of(&school);
        let revealed = credentials::reveal(checks.app.context(), &call, school.reference(), 1).await;
        assert!(matches!(revealed, Err(ServiceError::NotHandedOut(RevealRefusal::Closed(ClosedReason::Proven)))));
        assert!(checks.audited(&school).await.contains(&"reveal_closed"));
        assert!(credentials::download(checks.app.context(), &call, school.reference(), 1).await.is_ok());
    });
}

#[test]
fn one_that_waits_is_given_again_and_after_it_there_is_a_pause_of_a_minute() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;

        let first = checks.ask(&school).await.expect("it may be asked for");
        let second = checks.ask(&school).await.expect("the same one");
        checks.run_all().await;
        checks.app.advance(TimeDelta::seconds(15));
        let early = checks.ask(&school).await;
        checks.app.advance(TimeDelta::seconds(45));
        let later = checks.ask(&school).await;

        assert_eq!(first, second);
        assert!(matches!(early, Err(ServiceError::TooOften { retry_after_seconds: 45 })), "{early:?}");
        assert!(later.is_ok_and(|later| later != first));
    });
}

#[test]
fn a_check_by_the_timer_makes_nobody_wait_and_lets_nobody_ask_twice_in_a_minute() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.timer_comes_to(&school).await;
        assert_eq!(checks.run_all().await, 1);
        checks.app.advance(TimeDelta::seconds(1));
        let after_timer = checks.ask(&school).await;
        checks.run_all().await;
        checks.app.advance(TimeDelta::seconds(15));
        checks.timer_comes_to(&school).await;
        assert_eq!(checks.run_all().await, 1);

        let again = checks.ask(&school).await;

        assert!(after_timer.is_ok(), "{after_timer:?}");
        assert!(matches!(again, Err(ServiceError::TooOften { retry_after_seconds: 45 })), "{again:?}");
    });
}

#[test]
fn nothing_is_checked_before_there_is_a_password_nor_of_a_school_that_rests_or_stopped() {
    run(|checks: Checks| async move {
        let bare = checks.app.school_by_services("Kaal", "34CD", "kaal").await;
        let school = checks.school("12AB", "bonhoeffer").await;
        let early = checks.ask(&bare).await;
        let until = checks.app.now().date_naive() + TimeDelta::days(10);
        let pause = Command::Pause { reason: reason("Eerst de toetsweek"), until };
        let waiting = checks.ask(&school).await.expect("it may be asked for");
        onboardings::act(checks.app.context(), &checks.app.call_of(&school), school.connection, &pause, None)
            .await
            .expect("it may");

        let paused = checks.ask(&school).await;
        let made = checks.run_all().await;

        assert!(matches!(early, Err(ServiceError::NotChecked(CheckRefusal::NotIssued))), "{early:?}");
        assert!(matches!(paused, Err(ServiceError::NotChecked(CheckRefusal::Paused))), "{paused:?}");
        assert_eq!((made, checks.simulator.visits().len()), (0, 0));
        assert!(checks.find(waiting).await.outcome.is_some());
        assert_eq!(checks.connection(&school).await.next_check_at, None);
    });
}

#[test]
fn where_checks_are_off_nothing_runs_and_nobody_may_ask() {
    run_with(CheckPolicy::Off, limits(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.app.claim(&school, PROVABLE[0]).await.expect("it is open");

        let refused = checks.ask(&school).await;
        checks.app.advance(TimeDelta::days(3));
        checks.app.run(koppelklaar::jobs::Job::PlanChecks).await;

        assert!(matches!(refused, Err(ServiceError::NotChecked(CheckRefusal::Off))));
        assert_eq!((checks.run_all().await, checks.simulator.visits().len()), (0, 0));
        checks.activate(&school).await.expect_err("the other steps are open");
    });
}

#[test]
fn only_the_schools_own_people_and_colleagues_who_may_act_ask() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let other = checks.school("34CD", "lyceum").await;

        let foreign = checks::ask(checks.app.context(), &checks.app.call_of(&other), school.connection).await;
        let kurve = checks::ask(checks.app.context(), &checks.app.call(checks.kurve), school.connection).await;

        assert!(matches!(foreign, Err(ServiceError::NotFound)), "{foreign:?}");
        assert!(kurve.is_ok());
    });
}
