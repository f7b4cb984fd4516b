//! What stops a ladder: put off by the school, fallen silent, done before the mail went out.

use super::scene::{MONDAY, STEP, School};
use super::{date, utc};
use crate::domain::actor::Actor;
use crate::domain::onboarding::testing::{claim, reason, school_id, superbeheerder, support};
use crate::domain::onboarding::{Command, Step};
use crate::domain::reminder::{Arrangement, DueReminder, Plan, ReminderStage, UpcomingKind, is_still_wanted, upcoming};
use crate::domain::school::Region;

#[test]
fn herinner_mij_op_gives_one_reminder_on_that_date_and_stops_the_ladder_until_then() {
    for (why, asked_at, until, story) in [
        (
            "before the first",
            "2026-09-01 09:00",
            "2026-09-21",
            ["2026-09-21 06:00 2026-09-21", "2026-09-24 06:00 3", "2026-09-30 06:00 7", "2026-10-09 06:00 14"],
        ),
        (
            "between two rungs, sooner than the next",
            "2026-09-03 09:00",
            "2026-09-07",
            ["2026-09-07 06:00 2026-09-07", "2026-09-11 06:00 7", "2026-09-22 06:00 14", "2026-10-01 06:00 no answer"],
        ),
        (
            "in the evening, until a Saturday",
            "2026-09-03 20:00",
            "2026-09-12",
            ["2026-09-14 06:00 2026-09-12", "2026-09-18 06:00 7", "2026-09-29 06:00 14", "2026-10-08 06:00 no answer"],
        ),
        (
            "after the last",
            "2026-09-21 09:00",
            "2026-10-12",
            ["2026-10-19 06:00 2026-10-12", "2026-10-28 07:00 no answer", "", ""],
        ),
    ] {
        let mut school = School::since(MONDAY, Region::Noord);
        for morning in ["2026-09-03 06:00", "2026-09-09 06:00", "2026-09-18 06:00"] {
            if utc(morning) < utc(asked_at) {
                school.send(utc(morning));
            }
        }
        school.snoozed_until = Some(date(until));

        let mut told = school.story(asked_at);

        told.resize(4, String::new());
        assert_eq!(told, story, "{why}");
    }
}

#[test]
fn the_days_of_a_pause_never_count() {
    // The school opens on Monday 31 August. Every working day of September is one of Noord's.
    for (why, paused_at, resumed_at, by, story) in [
        (
            "ended by itself: one reminder on the date, then the ladder from there",
            "2026-09-01 09:00",
            "2026-09-21 00:10",
            Actor::Clock,
            ["2026-09-21 06:00 2026-09-21", "2026-09-24 06:00 3", "2026-09-30 06:00 7", "2026-10-09 06:00 14"],
        ),
        (
            "ended by itself, noticed two days late",
            "2026-09-01 09:00",
            "2026-09-23 09:00",
            Actor::Clock,
            ["2026-09-23 09:00 2026-09-21", "2026-09-28 06:00 3", "2026-10-02 06:00 7", "2026-10-20 06:00 14"],
        ),
        (
            "cut short by the school: nothing at once",
            "2026-09-01 09:00",
            "2026-09-15 09:00",
            superbeheerder(),
            ["2026-09-18 06:00 3", "2026-09-24 06:00 7", "2026-10-05 06:00 14", "2026-10-21 06:00 no answer"],
        ),
        (
            "cut short after two reminders: the next keeps its distance",
            "2026-09-10 09:00",
            "2026-09-15 09:00",
            support(),
            ["2026-09-24 06:00 14", "2026-10-05 06:00 no answer", "", ""],
        ),
    ] {
        let mut school = School::since(MONDAY, Region::Noord);
        for morning in ["2026-09-03 06:00", "2026-09-09 06:00"] {
            if utc(morning) < utc(paused_at) {
                school.send(utc(morning));
            }
        }
        let pause = Command::Pause { reason: reason("Eerst de toetsweek"), until: date("2026-09-21") };
        school.does(superbeheerder(), &pause, paused_at);
        assert_eq!(school.plan(utc("2026-09-10 09:00")), Plan::default(), "{why}");
        school.does(by, &Command::Resume, resumed_at);

        let mut told = school.story(resumed_at);

        told.resize(4, String::new());
        assert_eq!(told, story, "{why}");
    }
}

#[test]
fn a_pause_leaves_a_later_herinner_mij_op_as_it_is() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.snoozed_until = Some(date("2026-09-28"));
    let pause = Command::Pause { reason: reason("Eerst de toetsweek"), until: date("2026-09-21") };
    school.does(superbeheerder(), &pause, "2026-09-02 09:00");

    school.does(Actor::Clock, &Command::Resume, "2026-09-21 06:00");

    assert_eq!(school.story("2026-09-21 06:00")[0], "2026-09-28 06:00 2026-09-28");
}

#[test]
fn who_turns_reminders_on_again_hears_nothing_at_once_and_keeps_the_ladder() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.send(utc("2026-09-03 06:00"));
    let asked = Arrangement::default().snoozed(date("2026-10-09"));
    assert_eq!(asked.rests_until(date("2026-10-08")), Some(date("2026-10-09")));
    assert_eq!(asked.rests_until(date("2026-10-09")), None);

    let woken = asked.woken(date("2026-09-21"));
    (school.snoozed_until, school.counts_from) = (woken.snoozed_until, woken.counts_from);

    let told = school.story("2026-09-21 09:00");
    assert_eq!(told[..2], ["2026-09-25 06:00 7", "2026-10-06 06:00 14"]);
}

#[test]
fn a_school_that_is_taken_up_again_counts_from_that_day() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.does(
        superbeheerder(),
        &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false },
        "2026-09-01 09:00",
    );

    school.does(support(), &Command::Reopen { school: school_id(1) }, "2026-09-15 09:00");

    assert_eq!(school.story("2026-09-15 09:00")[0], "2026-09-18 06:00 3");
}

#[test]
fn a_school_that_comes_back_among_others_is_no_end_of_a_rest() {
    let sister = school_id(2);
    let stop = |school| Command::Withdraw { school, reason: reason("Optie B"), chose_option_b: false };
    let add = |school| Command::AddSchool { school, asked_by: None };
    let mut school = School::since(MONDAY, Region::Noord);

    for (command, at) in [
        (add(sister), "2026-09-01 09:00"),
        (stop(sister), "2026-09-01 10:00"),
        (Command::Reopen { school: sister }, "2026-09-02 09:00"),
    ] {
        school.does(support(), &command, at);
        assert_eq!(school.counts_from, None, "{command:?}");
    }
    assert_eq!(school.send(utc("2026-09-03 06:00")).len(), 1, "the days went on");
    school.does(support(), &stop(sister), "2026-09-03 09:00");
    school.does(support(), &stop(school_id(1)), "2026-09-03 10:00");
    school.does(support(), &add(school_id(3)), "2026-09-15 09:00");

    assert_eq!(school.counts_from, Some(date("2026-09-15")), "the first that comes after all had stopped");
}

#[test]
fn a_snooze_covers_what_opened_before_its_date_and_nothing_after() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.snoozed_until = Some(date("2026-09-14"));
    school.does(support(), &Command::IssueCredentials, "2026-09-02 09:00");
    let due = school.send(utc("2026-09-14 09:00"));
    assert_eq!(due.iter().map(|due| due.step).collect::<Vec<_>>(), [Step::QueryExecuted, STEP]);

    school.does(superbeheerder(), &claim(Step::QueryExecuted), "2026-09-14 12:00");

    let coming = upcoming(&school.policy, &school.calendar(), &school.situation(), utc("2026-09-14 12:00"));
    let kinds: Vec<_> = coming.iter().map(|next| (next.step, next.kind, next.at)).collect();
    let third_day = (UpcomingKind::Reminder(ReminderStage::Days(3)), utc("2026-09-17 06:00"));
    assert_eq!(
        kinds,
        [
            (Step::PasswordSet, third_day.0, third_day.1),
            (Step::PermissionsChecked, third_day.0, third_day.1),
            (STEP, third_day.0, third_day.1),
        ]
    );
}

#[test]
fn what_was_planned_is_wanted_only_while_the_school_holds_that_opening() {
    let mut school = School::since(MONDAY, Region::Noord);
    let now = utc("2026-09-03 06:00");
    let due = school.send(now)[0];
    assert!(is_still_wanted(&due, &school.situation(), now));

    school.snoozed_until = Some(date("2026-09-04"));
    assert!(!is_still_wanted(&due, &school.situation(), now), "put off");
    assert!(is_still_wanted(&due, &school.situation(), utc("2026-09-04 06:00")), "the date has come");
    school.snoozed_until = None;

    school.does(superbeheerder(), &claim(STEP), "2026-09-03 06:01");
    assert!(!is_still_wanted(&due, &school.situation(), now), "done");
    school.does(superbeheerder(), &Command::TakeBack { step: STEP }, "2026-09-03 06:02");
    assert!(!is_still_wanted(&due, &school.situation(), now), "another opening");

    let again = DueReminder { since: utc("2026-09-03 06:02"), ..due };
    assert!(is_still_wanted(&again, &school.situation(), now));
    school.does(
        support(),
        &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false },
        "2026-09-03 06:03",
    );
    assert!(!is_still_wanted(&again, &school.situation(), now), "withdrawn");
}

#[test]
fn no_answer_lasts_until_the_school_does_something() {
    let mut school = School::since(MONDAY, Region::Noord);
    school.story(MONDAY);
    let silent = school.plan(utc("2026-10-05 22:00"));
    assert!(silent.is_no_answer() && silent.due.is_empty() && silent.next_at.is_none());
    assert_eq!(silent.no_answer_since, Some(utc("2026-09-29 06:00")));

    school.does(superbeheerder(), &claim(STEP), "2026-10-06 09:00");

    assert_eq!(school.plan(utc("2026-10-06 09:00")), Plan::default());
}
