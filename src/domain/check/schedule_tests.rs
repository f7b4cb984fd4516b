//! Turns over a year: none missed, none at night, spread over the morning.

use std::collections::BTreeSet;

use chrono::Timelike;
use chrono_tz::Europe::Amsterdam;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a moment").to_utc()
}

fn school(number: u128) -> ConnectionId {
    ConnectionId::from_uuid(Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// Every turn within a year.
fn turns(connection: ConnectionId, pace: Pace) -> Vec<DateTime<Utc>> {
    let (mut now, end) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let mut found = vec![];
    while let Some(next_check) = next_check_at(connection, pace, now).filter(|next_check| *next_check < end) {
        assert!(next_check > now);
        found.push(next_check);
        now = next_check;
    }
    found
}

#[test]
fn a_school_on_its_way_has_a_turn_every_day_of_the_year_between_six_and_two() {
    for number in 0..50 {
        let turns = turns(school(number), Pace::Daily);

        assert_eq!(turns.len(), 365);
        assert!(turns.iter().all(|next_check| (6..14).contains(&next_check.with_timezone(&Amsterdam).hour())));
    }
}

#[test]
fn a_school_that_imported_has_a_turn_every_week_and_every_day_in_august_and_september() {
    for number in 0..50 {
        let turns = turns(school(number), Pace::Weekly);
        let (busy, quiet): (Vec<DateTime<Utc>>, Vec<DateTime<Utc>>) =
            turns.into_iter().partition(|next_check| [8, 9].contains(&next_check.month()));

        assert_eq!(busy.len(), 61);
        assert!((42..=45).contains(&quiet.len()), "{}", quiet.len());
        let weekdays: BTreeSet<u32> =
            quiet.iter().map(|next_check| next_check.weekday().num_days_from_monday()).collect();
        assert_eq!(weekdays.len(), 1);
    }
}

#[test]
fn the_turns_of_many_schools_are_spread() {
    let now = at("2026-11-23T00:00:00Z");
    let mut per_hour = [0; 24];
    for number in 0..960 {
        let next_check = next_check_at(school(number), Pace::Daily, now).expect("a turn");
        per_hour[next_check.with_timezone(&Amsterdam).hour() as usize] += 1;
    }

    assert!(per_hour[6..14].iter().all(|count| (80..=160).contains(count)), "{per_hour:?}");
}

#[test]
fn a_school_that_is_laid_aside_has_no_turn() {
    assert_eq!(next_check_at(school(1), Pace::Never, at("2026-11-23T00:00:00Z")), None);
}
