//! Dates and moments as a Dutch reader expects them: the Dutch calendar and clock, in words.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Europe::Amsterdam;

use crate::domain::reminder::Period;

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

/// The day in the Netherlands: "maandag 23 november 2026".
pub fn date_nl(moment: DateTime<Utc>) -> String {
    date_only_nl(moment.with_timezone(&Amsterdam).date_naive())
}

/// Day and time in the Netherlands: "maandag 23 november 2026 om 14.05 uur".
pub fn moment_nl(moment: DateTime<Utc>) -> String {
    let local = moment.with_timezone(&Amsterdam);
    format!("{} om {} uur", date_only_nl(local.date_naive()), local.format("%-H.%M"))
}

/// The end of a period: "maandag 23 november 2026 om 14.05 uur", or "en met zondag 22 november 2026" where it ends with a day, so that
/// "tot" can stand before it.
pub fn until_nl(moment: DateTime<Utc>) -> String {
    let local = moment.with_timezone(&Amsterdam);
    match local.date_naive().pred_opt() {
        Some(last) if local.time() == NaiveTime::MIN => format!("en met {}", date_only_nl(last)),
        Some(_) | None => moment_nl(moment),
    }
}

/// The time in the Netherlands: "14.05 uur".
pub fn time_nl(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&Amsterdam).format("%-H.%M uur").to_string()
}

/// The day where there is little room, such as in a table: "ma 23 nov 2026".
pub fn date_short(moment: DateTime<Utc>) -> String {
    short(moment.with_timezone(&Amsterdam).date_naive())
}

/// Day and time where there is little room: "ma 23 nov 2026, 14.05".
pub fn moment_short(moment: DateTime<Utc>) -> String {
    let local = moment.with_timezone(&Amsterdam);
    format!("{}, {}", short(local.date_naive()), local.format("%-H.%M"))
}

fn short(date: NaiveDate) -> String {
    let (day, month) = (weekday(date.weekday()), MONTHS[date.month0() as usize]);
    // In Dutch "maart" is shortened to "mrt".
    let month = if month == "maart" { "mrt" } else { &month[..3] };
    format!("{} {} {month} {}", &day[..2], date.day(), date.year())
}

/// A date that has no time: "maandag 23 november 2026".
pub fn date_only_nl(date: NaiveDate) -> String {
    let month = MONTHS[date.month0() as usize];
    format!("{} {} {month} {}", weekday(date.weekday()), date.day(), date.year())
}

/// Some days in a row: "maandag 23 november 2026", or "maandag 23 november 2026 tot en met vrijdag 27 november 2026".
pub fn period_nl(period: Period) -> String {
    let Period { first_day, last_day } = period;
    if first_day == last_day {
        return date_only_nl(first_day);
    }
    format!("{} tot en met {}", date_only_nl(first_day), date_only_nl(last_day))
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "maandag",
        Weekday::Tue => "dinsdag",
        Weekday::Wed => "woensdag",
        Weekday::Thu => "donderdag",
        Weekday::Fri => "vrijdag",
        Weekday::Sat => "zaterdag",
        Weekday::Sun => "zondag",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment written in this file")
    }

    #[test]
    fn moments_follow_the_dutch_clock_in_winter_and_summer() {
        for (moment, said) in [
            ("2026-11-23T13:05:00Z", "maandag 23 november 2026 om 14.05 uur"),
            ("2026-07-01T06:00:00Z", "woensdag 1 juli 2026 om 8.00 uur"),
            // The clock goes forward: 02:00 does not exist.
            ("2026-03-29T00:59:59Z", "zondag 29 maart 2026 om 1.59 uur"),
            ("2026-03-29T01:00:00Z", "zondag 29 maart 2026 om 3.00 uur"),
            // The clock goes back: 02:30 exists twice.
            ("2026-10-25T00:30:00Z", "zondag 25 oktober 2026 om 2.30 uur"),
            ("2026-10-25T01:30:00Z", "zondag 25 oktober 2026 om 2.30 uur"),
        ] {
            assert_eq!(moment_nl(at(moment)), said);
        }
    }

    #[test]
    fn the_date_is_that_of_the_netherlands() {
        assert_eq!(date_nl(at("2026-12-31T22:59:59Z")), "donderdag 31 december 2026");
        assert_eq!(date_nl(at("2026-12-31T23:00:00Z")), "vrijdag 1 januari 2027");
        assert_eq!(date_nl(at("2026-03-28T23:00:00Z")), "zondag 29 maart 2026");
        assert_eq!(date_nl(at("2026-06-30T22:00:00Z")), "woensdag 1 juli 2026");
    }

    #[test]
    fn a_period_that_ends_with_a_day_names_that_day() {
        assert_eq!(until_nl(at("2027-01-04T23:00:00Z")), "en met maandag 4 januari 2027");
        assert_eq!(until_nl(at("2026-06-30T22:00:00Z")), "en met dinsdag 30 juni 2026");
        assert_eq!(until_nl(at("2026-11-23T13:05:00Z")), "maandag 23 november 2026 om 14.05 uur");
    }

    #[test]
    fn a_day_alone_is_said_once() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).expect("a day of November");
        let said = |first_day, last_day| period_nl(Period { first_day: day(first_day), last_day: day(last_day) });

        assert_eq!(said(23, 23), "maandag 23 november 2026");
        assert_eq!(said(23, 27), "maandag 23 november 2026 tot en met vrijdag 27 november 2026");
    }

    #[test]
    fn every_weekday_and_month_has_its_word() {
        let first = NaiveDate::from_ymd_opt(2028, 2, 29).expect("a leap day");
        let week: Vec<_> = first.iter_days().take(7).map(date_only_nl).collect();
        let starts: Vec<_> = week.iter().map(|said| &said[..2]).collect();

        assert_eq!(week[0], "dinsdag 29 februari 2028");
        assert_eq!(starts, ["di", "wo", "do", "vr", "za", "zo", "ma"]);
        for (month, name) in (1..).zip(MONTHS) {
            let date = NaiveDate::from_ymd_opt(2026, month, 1).expect("the first of a month");
            assert!(date_only_nl(date).ends_with(&format!(" 1 {name} 2026")));
        }
    }
}
