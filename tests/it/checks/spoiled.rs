//! A row that cannot be read costs that school its check for a day, and no other school anything.

use chrono::TimeDelta;
use koppelklaar::domain::check::{CheckCode, NotMade};
use koppelklaar::services::checks;
use koppelklaar::store::checks::connection_checks::Outcome;

use super::support::{Checks, run};

#[test]
fn a_check_that_was_asked_for_ends_where_the_school_cannot_be_read_and_the_next_in_line_is_made() {
    run(|checks: Checks| async move {
        let spoiled = checks.school("10AA", "een").await;
        let sound = checks.school("10AB", "twee").await;
        let lost = checks.ask(&spoiled).await.expect("it may be asked for");
        let waits = checks.ask(&sound).await.expect("it may be asked for");
        checks.spoil(&spoiled, "onboarding", "state = '{'").await;

        checks.run_all().await;

        assert_eq!(checks.find(waits).await.result().map(|result| result.code), Some(CheckCode::Ok));
        assert_eq!(checks.find(lost).await.outcome, Some(Outcome::NotMade(NotMade::BrokeOff)));
        let next = checks.connection(&spoiled).await.next_check_at;
        assert_eq!(next, Some(checks.app.now() + TimeDelta::days(1)));
    });
}

#[test]
fn a_line_in_which_one_check_cannot_be_read_goes_on() {
    run(|checks: Checks| async move {
        let spoiled = checks.school("10AA", "een").await;
        let sound = checks.school("10AB", "twee").await;
        checks.ask(&spoiled).await.expect("it may be asked for");
        let waits = checks.ask(&sound).await.expect("it may be asked for");
        checks.spoil(&spoiled, "connection_check", "asked_by = '{', progress = '{'").await;

        checks.run_all().await;

        assert!(checks.find(waits).await.result().is_some());
    });
}

#[test]
fn a_school_that_is_due_and_cannot_be_read_is_put_off_a_day_and_the_others_have_their_turn() {
    run(|checks: Checks| async move {
        let spoiled = checks.school("10AA", "een").await;
        let sound = checks.school("10AB", "twee").await;
        checks.spoil(&spoiled, "onboarding", "state = '{'").await;
        checks.app.advance(TimeDelta::days(1));
        // First in order, as it was for ever.
        checks.spoil(&spoiled, "check_status", "next_check_at = '2026-01-01 00:00:00+00:00'").await;

        checks.run_all().await;

        assert_eq!(checks.connection(&sound).await.last, Some((CheckCode::Ok, checks.app.now())));
        let next = checks.connection(&spoiled).await.next_check_at;
        assert_eq!(next, Some(checks.app.now() + TimeDelta::days(1)));
    });
}

#[test]
fn a_result_that_cannot_be_applied_ends_its_check_and_is_not_made_again_and_again() {
    run(|checks: Checks| async move {
        let spoiled = checks.school("10AA", "een").await;
        let sound = checks.school("10AB", "twee").await;
        let lost = checks.ask(&spoiled).await.expect("it may be asked for");
        let waits = checks.ask(&sound).await.expect("it may be asked for");
        checks.spoil(&spoiled, "check_status", "streak = '{'").await;

        checks.run_all().await;

        assert_eq!(checks.find(lost).await.outcome, Some(Outcome::NotMade(NotMade::BrokeOff)));
        assert!(checks.find(waits).await.result().is_some());
    });
}

#[test]
fn schools_get_their_first_turn_beside_one_that_cannot_be_read() {
    run(|checks: Checks| async move {
        let spoiled = checks.school("10AA", "een").await;
        let sound = checks.school("10AB", "twee").await;
        checks.spoil(&spoiled, "onboarding", "state = '{'").await;
        checks.spoil(&spoiled, "check_status", "next_check_at = NULL").await;
        checks.spoil(&sound, "check_status", "next_check_at = NULL").await;

        let planned = checks::plan_first_checks(checks.app.context(), checks.app.now()).await;

        assert_eq!(planned.expect("the store answers"), 1);
        assert!(checks.connection(&sound).await.next_check_at.is_some());
        let next = checks.connection(&spoiled).await.next_check_at;
        assert_eq!(next, Some(checks.app.now() + TimeDelta::days(1)));
    });
}
