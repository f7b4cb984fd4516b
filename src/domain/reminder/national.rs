//! The national holidays of the Netherlands, computed, and the days on which Kurve's office works.
//!
//! Good Friday is not among them: it is no day off by law, and a school that closes then says so among its own days.
//! School holidays differ per region and are in [`super::school_holidays`].

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};

use super::hours::moment_on;
use crate::domain::onboarding::decide::amsterdam_date;

/// Easter Sunday of a year of the Gregorian calendar.
pub fn easter_sunday(year: i32) -> NaiveDate {
    // The church's computation as Butcher wrote it down; the letters are his.
    let (a, b, c) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - b / 4 - g + 15).rem_euclid(30);
    let m = (a + 11 * h) / 319;
    let weekday = (2 * (b % 4) + 2 * (c / 4) - c % 4 - h + m + 32).rem_euclid(7);
    let days_after_21_march = u64::try_from(h - m + weekday + 1).expect("Easter is never before 22 March");
    let march_21 = NaiveDate::from_ymd_opt(year, 3, 21).expect("every year that chrono knows has a 21 March");
    march_21 + Days::new(days_after_21_march)
}

/// Whether the whole country is off: New Year's Day, Easter, King's Day, Liberation Day (every year), Ascension Day,
/// Whitsun and Christmas.
pub fn is_national_holiday(date: NaiveDate) -> bool {
    match (date.month(), date.day()) {
        (1, 1) | (5, 5) | (12, 25 | 26) => true,
        (4, 26 | 27) if is_kings_day(date) => true,
        // Easter Sunday is 22 March at the earliest, Whit Monday 14 June at the latest.
        (3..=6, _) => is_movable_holiday(date),
        _ => false,
    }
}

/// 27 April, or the day before when that is a Sunday.
fn is_kings_day(date: NaiveDate) -> bool {
    match (date.day(), date.weekday()) {
        (26, Weekday::Sat) => true,
        (27, weekday) => weekday != Weekday::Sun,
        _ => false,
    }
}

fn is_movable_holiday(date: NaiveDate) -> bool {
    let days_after_easter = (date - easter_sunday(date.year())).num_days();
    // Easter Sunday and Monday, Ascension Day, Whit Sunday and Monday.
    matches!(days_after_easter, 0 | 1 | 39 | 49 | 50)
}

/// Whether Kurve's office works: on weekdays that are no national holiday, also in school holidays.
pub fn is_office_day(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !is_national_holiday(date)
}

/// The first moment after `now` at which it is this time in the Netherlands on a day that the office works.
pub fn next_office_moment(now: DateTime<Utc>, time: NaiveTime) -> DateTime<Utc> {
    let mut date = amsterdam_date(now);
    while !is_office_day(date) || moment_on(date, time) <= now {
        let Some(next) = date.succ_opt() else { break };
        date = next;
    }
    moment_on(date, time)
}
