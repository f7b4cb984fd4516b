//! The ladder of one school, day by day: on time, after an outage, opened again.

use chrono::{DateTime, Utc};

use super::scene::{MONDAY, STEP, School};
use super::{date, utc};
use crate::domain::onboarding::testing::{claim, confirm, contact_id, reason, school_id, superbeheerder, support};
use crate::domain::onboarding::{Command, Step};
use crate::domain::reminder::Plan;
use crate::domain::school::Region;

#[test]
fn reminders_come_after_3_7_and_14_working_days_and_then_no_answer() {
    for (opened_at, region, story) in [
        (
            MONDAY,
            Region::Noord,
            ["2026-09-03 06:00 3", "2026-09-09 06:00 7", "2026-09-18 06:00 14", "2026-09-29 06:00 no answer"],
        ),
        // Over the autumn holiday, which differs per region, and over the end of summer time.
        (
            "2026-10-02 10:00",
            Region::Noord,
            ["2026-10-07 06:00 3", "2026-10-20 06:00 7", "2026-10-29 07:00 14", "2026-11-09 07:00 no answer"],
        ),
        (
            "2026-10-02 10:00",
            Region::Zuid,
            ["2026-10-07 06:00 3", "2026-10-13 06:00 7", "2026-10-29 07:00 14", "2026-11-09 07:00 no answer"],
        ),
        // Opened on a Saturday at the start of the Christmas holiday.
        (
            "2026-12-19 20:00",
            Region::Midden,
            ["2027-01-06 07:00 3", "2027-01-12 07:00 7", "2027-01-21 07:00 14", "2027-02-01 07:00 no answer"],
        ),
        // Opened a minute before midnight in the Netherlands, and a minute after.
        (
            "2026-08-31 21:59",
            Region::Noord,
            ["2026-09-03 06:00 3", "2026-09-09 06:00 7", "2026-09-18 06:00 14", "2026-09-29 06:00 no answer"],
        ),
        (
            "2026-08-31 22:01",
            Region::Noord,
            ["2026-09-04 06:00 3", "2026-09-10 06:00 7", "2026-09-21 06:00 14", "2026-09-30 06:00 no answer"],
        ),
        // Over Easter with the start of summer time, Good Friday being a working day.
        (
            "2027-03-22 09:00",
            Region::Zuid,
            ["2027-03-25 07:00 3", "2027-04-01 06:00 7", "2027-04-12 06:00 14", "2027-04-21 06:00 no answer"],
        ),
    ] {
        assert_eq!(School::since(opened_at, region).story(opened_at), story, "{opened_at} {region:?}");
    }
}

#[test]
fn an_outage_yields_one_reminder_the_highest_due_and_the_next_keeps_its_distance() {
    for (back_at, story) in [
        // Back on working day 6, 8 and 14, then after a month, on a Saturday, and at night.
        ("2026-09-08 09:00", vec!["2026-09-08 09:00 3", "2026-09-14 06:00 7", "2026-09-23 06:00 14"]),
        ("2026-09-10 09:00", vec!["2026-09-10 09:00 7", "2026-09-21 06:00 14"]),
        ("2026-09-18 14:59", vec!["2026-09-18 14:59 14"]),
        ("2026-10-02 09:00", vec!["2026-10-02 09:00 14"]),
        ("2026-09-12 09:00", vec!["2026-09-14 06:00 7", "2026-09-23 06:00 14"]),
        ("2026-09-09 01:00", vec!["2026-09-09 06:00 7", "2026-09-18 06:00 14"]),
        ("2026-09-09 15:00", vec!["2026-09-10 06:00 7", "2026-09-21 06:00 14"]),
    ] {
        let mut told = School::since(MONDAY, Region::Noord).story(back_at);

        let last = told.pop().expect("a story ends with no answer");
        assert!(last.ends_with("no answer"), "{last}");
        assert_eq!(told, story, "back at {back_at}");
    }
}

#[test]
fn an_outage_between_two_rungs_changes_nothing() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.send(utc("2026-09-03 06:10"));

    let story = school.story("2026-09-08 12:00");

    assert_eq!(story[0], "2026-09-09 06:00 7");
}

#[test]
fn what_is_due_waits_for_the_working_hours_and_says_until_when() {
    let school = School::since(MONDAY, Region::Noord);
    for (now, due, next_at) in [
        ("2026-09-03 05:59", 0, "2026-09-03 06:00"),
        ("2026-09-03 06:00", 1, "2026-09-03 06:00"),
        ("2026-09-03 14:59", 1, "2026-09-03 14:59"),
        ("2026-09-03 15:00", 0, "2026-09-04 06:00"),
        ("2026-09-04 15:00", 0, "2026-09-07 06:00"),
        ("2026-09-05 09:00", 0, "2026-09-07 06:00"),
        ("2026-09-06 23:30", 0, "2026-09-07 06:00"),
    ] {
        let plan = school.plan(utc(now));

        assert_eq!((plan.due.len(), plan.next_at), (due, Some(utc(next_at))), "{now}");
    }
}

#[test]
fn only_what_the_school_itself_holds_is_reminded() {
    let long_after = utc("2026-11-02 09:00");
    let nothing = Plan::default();

    let mut requested = School::since(MONDAY, Region::Noord);
    requested.does(superbeheerder(), &claim(STEP), "2026-09-01 09:00");
    assert_eq!(requested.plan(long_after), nothing, "Magister and Kurve hold the rest");

    let mut stuck = School::since(MONDAY, Region::Noord);
    let report = Command::ReportStuck { step: STEP, reason: reason("De knop is grijs") };
    stuck.does(superbeheerder(), &report, "2026-09-01 09:00");
    assert_eq!(stuck.plan(long_after), nothing, "Kurve holds what is stuck");

    let mut paused = School::since(MONDAY, Region::Noord);
    let pause = Command::Pause { reason: reason("Verbouwing"), until: date("2026-12-01") };
    paused.does(support(), &pause, "2026-09-01 09:00");
    assert_eq!(paused.plan(long_after), nothing, "nobody is reminded in a pause");

    let mut withdrawn = School::since(MONDAY, Region::Noord);
    withdrawn.does(
        support(),
        &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false },
        "2026-09-01 09:00",
    );
    assert_eq!(withdrawn.plan(long_after), nothing, "the school stopped");

    let mut completed = School::since(MONDAY, Region::Noord);
    for step in [STEP, Step::CredentialsIssued, Step::QueryExecuted, Step::PasswordSet, Step::PermissionsChecked] {
        match step {
            Step::CredentialsIssued => completed.does(support(), &Command::IssueCredentials, "2026-09-01 09:00"),
            _ => completed.does(superbeheerder(), &claim(step), "2026-09-01 09:00"),
        }
    }
    completed.does(superbeheerder(), &claim(Step::AllowlistingConfirmed), "2026-09-01 09:00");
    completed.does(support(), &confirm(Step::ActivationConfirmed), "2026-09-01 09:00");
    assert_eq!(completed.plan(long_after), nothing, "all is done");
    completed.does(superbeheerder(), &Command::ReportImported { school: school_id(1) }, "2026-09-01 09:00");
    assert_eq!(completed.plan(long_after), nothing, "the import is done");
}

#[test]
fn a_step_that_opens_again_starts_its_ladder_anew() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.send(utc("2026-09-03 06:00"));
    school.send(utc("2026-09-09 06:00"));
    school.does(superbeheerder(), &claim(STEP), "2026-09-10 09:00");
    let sent_back = Command::SendBack { step: STEP, reason: reason("Het ticket is niet gevonden") };
    school.does(support(), &sent_back, "2026-09-14 12:00");

    let story = school.story("2026-09-14 12:00");

    assert_eq!(
        story,
        ["2026-09-17 06:00 3", "2026-09-23 06:00 7", "2026-10-02 06:00 14", "2026-10-20 06:00 no answer"]
    );
    let openings: Vec<DateTime<Utc>> = school.sent.iter().map(|sent| sent.since).collect();
    assert_eq!(openings[..3], [utc(MONDAY), utc(MONDAY), utc("2026-09-14 12:00")]);
}

#[test]
fn kurves_answer_to_what_is_stuck_starts_the_ladder_anew() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.send(utc("2026-09-03 06:00"));
    school.does(superbeheerder(), &Command::ReportStuck { step: STEP, reason: reason("Grijs") }, "2026-09-04 09:00");
    school.does(support(), &Command::AnswerStuck { step: STEP, answer: reason("Log in") }, "2026-09-07 09:00");

    assert_eq!(school.story("2026-09-07 09:00")[0], "2026-09-10 06:00 3");
}

#[test]
fn handing_a_step_over_does_not_begin_its_ladder_anew() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.send(utc("2026-09-03 06:00"));
    school.does(superbeheerder(), &Command::HandOver { step: STEP, to: contact_id(2) }, "2026-09-04 09:00");

    assert_eq!(school.story("2026-09-04 09:00")[0], "2026-09-09 06:00 7");
}

#[test]
fn a_changed_ladder_goes_on_from_what_was_sent() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.send(utc("2026-09-03 06:00"));
    school.policy.stages = "2,5,10".parse().expect("a ladder");

    let story = school.story("2026-09-03 09:00");

    assert_eq!(story, ["2026-09-07 06:00 5", "2026-09-14 06:00 10", "2026-09-21 06:00 no answer"]);
}

#[test]
fn a_clock_that_jumps_ahead_and_back_sends_nothing_twice() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.send(utc("2026-09-03 06:00"));
    assert_eq!(school.send(utc("2026-09-25 09:00")).len(), 1, "a month ahead");

    let back = school.plan(utc("2026-09-03 07:00"));

    assert_eq!((back.due.len(), back.is_no_answer()), (0, false));
    assert_eq!(school.sent.len(), 2);
}

#[test]
fn a_school_that_waits_for_nothing_needs_no_attention() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.does(superbeheerder(), &claim(STEP), "2026-09-01 09:00");

    assert_eq!(school.plan(utc("2026-09-01 09:00")).next_at, None);
}
