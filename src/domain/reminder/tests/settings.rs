//! What an installation and a school can set: ladders, hours, snoozes; and how a rung is stored.

use super::{date, utc};
use crate::domain::reminder::{ReminderPolicy, ReminderStage, ReminderStages, SnoozeRefusal, WorkingHours};

#[test]
fn a_ladder_reads_back_from_text() {
    for (text, stored, last_interval) in [
        ("3,7,14", "3,7,14", 7),
        (" 3, 7 ,14 ", "3,7,14", 7),
        ("5", "5", 5),
        ("1,2,3,4,5,6,7,200", "1,2,3,4,5,6,7,200", 193),
    ] {
        let stages: ReminderStages = text.parse().expect(text);

        assert_eq!((stages.to_string().as_str(), stages.last_interval()), (stored, last_interval));
    }
    assert_eq!(ReminderPolicy::default().stages.to_string(), "3,7,14");
    let above = |place| ReminderPolicy::default().stages.above(place).collect::<Vec<_>>();
    assert_eq!([above(0), above(3), above(9), above(14)], [vec![3, 7, 14], vec![7, 14], vec![14], vec![]]);
}

#[test]
fn a_ladder_that_does_not_rise_is_refused() {
    for text in ["", ",", "3,7,", "0", "0,3", "3,3", "7,3", "-3", "3;7", "drie", "201", "1,2,3,4,5,6,7,8,9", "3.5"] {
        assert!(text.parse::<ReminderStages>().is_err(), "{text:?}");
    }
}

#[test]
fn hours_read_back_from_text_and_keep_out_of_the_night() {
    for (text, stored) in
        [("08:00-17:00", "08:00-17:00"), (" 7:30 - 16:30 ", "07:30-16:30"), ("06:00-22:00", "06:00-22:00")]
    {
        assert_eq!(text.parse::<WorkingHours>().expect(text).to_string(), stored);
    }
    for text in ["", "08:00", "17:00-08:00", "08:00-08:00", "05:59-17:00", "08:00-22:01", "8-17", "08:00-25:00"] {
        assert!(text.parse::<WorkingHours>().is_err(), "{text:?}");
    }
    assert_eq!(WorkingHours::default().to_string(), "08:00-17:00");
}

#[test]
fn a_snooze_ends_after_today_and_within_sixty_days() {
    let policy = ReminderPolicy::default();
    // In the Netherlands it is already 1 September.
    let now = utc("2026-08-31 22:30");
    for (until, is_fit) in [
        ("2026-08-31", false),
        ("2026-09-01", false),
        ("2026-09-02", true),
        ("2026-10-31", true),
        ("2026-11-01", false),
    ] {
        let checked = policy.check_snooze(date(until), now);

        assert_eq!(checked, if is_fit { Ok(()) } else { Err(SnoozeRefusal { max_days: 60 }) }, "{until}");
    }
}

#[test]
fn a_rung_is_stored_as_a_number_or_a_date() {
    for (stage, stored) in [(ReminderStage::Days(7), "7"), (ReminderStage::Asked(date("2026-10-12")), "2026-10-12")] {
        let json = serde_json::to_string(&stage).expect("a rung is text");

        assert_eq!(stage.to_string(), stored);
        assert_eq!(stored.parse(), Ok(stage));
        assert_eq!(json, format!("\"{stored}\""));
        assert_eq!(serde_json::from_str::<ReminderStage>(&json).expect("it was just written"), stage);
    }
    assert!("asked".parse::<ReminderStage>().is_err() && "-1".parse::<ReminderStage>().is_err());
}
