//! What days of its own a school can give, and take back.

use chrono::Days;
use strum::IntoEnumIterator;

use super::date;
use crate::domain::reminder::own_days::{LONGEST_DAYS, MOST_PERIODS, OwnDayKind, OwnDaysRefusal};
use crate::domain::reminder::{OwnDays, Period};

const TODAY: &str = "2026-11-23";

fn period(first_day: &str, last_day: &str) -> Period {
    Period { first_day: date(first_day), last_day: date(last_day) }
}

#[test]
fn a_stretch_of_days_is_taken_when_it_is_sensible() {
    let known = period("2026-12-07", "2026-12-08");
    let days = OwnDays { closed: vec![known], open: vec![] };
    for (first_day, last_day, outcome) in [
        ("2026-12-09", "2026-12-09", Ok(())),
        ("2026-11-23", "2026-11-23", Ok(())),
        ("2026-11-20", "2026-11-23", Ok(())),
        ("2026-11-20", "2026-11-22", Err(OwnDaysRefusal::Past)),
        ("2026-12-10", "2026-12-09", Err(OwnDaysRefusal::EndsBeforeItBegins)),
        ("2027-01-04", "2027-02-14", Ok(())),
        ("2027-01-04", "2027-02-15", Err(OwnDaysRefusal::TooLong)),
        ("2029-01-31", "2029-01-31", Ok(())),
        ("2029-02-01", "2029-02-01", Err(OwnDaysRefusal::TooFar)),
        ("2062-12-09", "2062-12-09", Err(OwnDaysRefusal::TooFar)),
        ("2026-12-08", "2026-12-09", Err(OwnDaysRefusal::Overlaps(known))),
    ] {
        for kind in OwnDayKind::iter() {
            let added = days.with(kind, period(first_day, last_day), date(TODAY));

            assert_eq!(added.map(drop), outcome, "{} from {first_day} to {last_day}", kind.as_str());
        }
    }
    let (first, last) = (date("2027-01-04"), date("2027-02-14"));
    assert_eq!((last - first).num_days() + 1, LONGEST_DAYS);
}

#[test]
fn the_same_days_twice_are_there_once_and_can_be_taken_away() {
    let (kind, given) = (OwnDayKind::Open, period("2026-12-24", "2026-12-24"));
    let one = OwnDays::default().with(kind, given, date(TODAY)).expect("a sensible day");

    assert_eq!(one.with(kind, given, date(TODAY)), Ok(one.clone()));
    assert_eq!(one.ahead(date(TODAY)), [(given, kind)]);
    assert_eq!(one.without(OwnDayKind::Closed, given), one);
    assert_eq!(one.without(kind, given), OwnDays::default());
}

#[test]
fn there_are_bounds_to_what_is_kept_and_old_days_make_room() {
    let mut days = OwnDays::default();
    for ahead in 0..u64::try_from(MOST_PERIODS).expect("a small number") {
        let day = date(TODAY) + Days::new(ahead);
        days = days
            .with(OwnDayKind::Closed, Period { first_day: day, last_day: day }, date(TODAY))
            .expect("there is room");
    }
    let one_more = period("2027-06-01", "2027-06-01");

    assert_eq!(days.with(OwnDayKind::Open, one_more, date(TODAY)), Err(OwnDaysRefusal::TooMany));
    let tomorrow = days.with(OwnDayKind::Open, one_more, date("2026-11-24")).expect("one is over");
    assert_eq!((tomorrow.closed.len(), tomorrow.open.len()), (MOST_PERIODS, 1), "the past still counts for ladders");
    let much_later = tomorrow.with(OwnDayKind::Open, period("2028-06-01", "2028-06-01"), date("2028-05-01"));
    assert_eq!(much_later.map(|days| (days.closed.len(), days.open.len())), Ok((0, 2)));
}

#[test]
fn stored_names_of_kinds_read_back_and_match_json() {
    for kind in OwnDayKind::iter() {
        assert_eq!(kind.as_str().parse::<OwnDayKind>().ok(), Some(kind));
        assert_eq!(serde_json::to_value(kind).expect("a plain enum serializes"), kind.as_str());
    }
    assert_eq!("Closed".parse::<OwnDayKind>().ok(), None);
}
