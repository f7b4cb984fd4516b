//! The calendar against tables from outside: church, law, and the government's holidays.

use chrono::{Datelike, NaiveDate, NaiveTime};
use strum::IntoEnumIterator;

use super::{date, utc};
use crate::domain::reminder::hours::moment_on;
use crate::domain::reminder::national::{easter_sunday, is_national_holiday, is_office_day, next_office_moment};
use crate::domain::reminder::{OwnDays, Period, SchoolHolidays, WorkingCalendar, WorkingHours};
use crate::domain::school::Region;

fn with_calendar<T>(own_days: &OwnDays, test: impl FnOnce(WorkingCalendar<'_>) -> T) -> T {
    let holidays = SchoolHolidays::built_in();
    test(WorkingCalendar { holidays: &holidays, own_days })
}

fn period(first_day: &str, last_day: &str) -> Period {
    Period { first_day: date(first_day), last_day: date(last_day) }
}

#[test]
fn easter_falls_where_the_church_says() {
    for easter in [
        "1818-03-22",
        "1943-04-25",
        "1954-04-18",
        "1961-04-02",
        "1981-04-19",
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2019-04-21",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2028-04-16",
        "2029-04-01",
        "2030-04-21",
        "2031-04-13",
        "2032-03-28",
        "2033-04-17",
        "2034-04-09",
        "2035-03-25",
        "2038-04-25",
        "2049-04-18",
        "2076-04-19",
        "2285-03-22",
    ] {
        assert_eq!(easter_sunday(date(easter).year()), date(easter));
    }
}

#[test]
fn the_national_holidays_of_four_years_are_these_and_no_others() {
    #[rustfmt::skip]
    let holidays = [
        "2026-01-01", "2026-04-05", "2026-04-06", "2026-04-27", "2026-05-05", "2026-05-14", "2026-05-24", "2026-05-25",
        "2026-12-25", "2026-12-26",
        "2027-01-01", "2027-03-28", "2027-03-29", "2027-04-27", "2027-05-05", "2027-05-06", "2027-05-16", "2027-05-17",
        "2027-12-25", "2027-12-26",
        "2028-01-01", "2028-04-16", "2028-04-17", "2028-04-27", "2028-05-05", "2028-05-25", "2028-06-04", "2028-06-05",
        "2028-12-25", "2028-12-26",
        "2029-01-01", "2029-04-01", "2029-04-02", "2029-04-27", "2029-05-05", "2029-05-10", "2029-05-20", "2029-05-21",
        "2029-12-25", "2029-12-26",
    ];

    let found: Vec<String> = date("2026-01-01")
        .iter_days()
        .take_while(|day| day.year() < 2030)
        .filter(|day| is_national_holiday(*day))
        .map(|day| day.to_string())
        .collect();

    assert_eq!(found, holidays);
}

#[test]
fn kings_day_moves_to_saturday_when_the_27th_is_a_sunday() {
    for (is_off, day) in [
        (true, "2025-04-26"),
        (false, "2025-04-27"),
        (true, "2031-04-26"),
        (false, "2031-04-27"),
        (false, "2026-04-26"),
        (true, "2026-04-27"),
        (false, "2027-04-26"),
        (true, "2027-04-27"),
        (true, "2036-04-26"),
        (false, "2036-04-27"),
        (true, "2030-04-27"),
        (false, "2030-04-26"),
    ] {
        assert_eq!(is_national_holiday(date(day)), is_off, "{day}");
    }
}

#[test]
fn good_friday_and_the_eves_are_working_days() {
    with_calendar(&OwnDays::default(), |calendar| {
        for day in ["2026-10-09", "2027-03-26", "2028-04-14", "2026-12-18", "2027-05-04", "2026-11-11"] {
            assert!(calendar.is_working_day(date(day), Region::Noord), "{day}");
        }
    });
}

#[test]
fn each_region_has_its_own_holidays() {
    with_calendar(&OwnDays::default(), |calendar| {
        for (day, works) in [
            // The days around a holiday, then one inside; noord, midden, zuid.
            ("2026-10-09", [true, true, true]),
            ("2026-10-12", [false, true, true]),
            ("2026-10-16", [false, true, true]),
            ("2026-10-19", [true, false, false]),
            ("2026-10-26", [true, true, true]),
            ("2026-12-21", [false, false, false]),
            ("2027-01-04", [true, true, true]),
            ("2027-02-15", [true, true, false]),
            ("2027-02-22", [false, false, true]),
            ("2027-04-26", [false, false, false]),
            ("2027-07-12", [false, true, true]),
            ("2027-07-19", [false, false, true]),
            ("2027-08-23", [true, false, false]),
            ("2027-09-06", [true, true, true]),
            // A weekend, and a national holiday outside the holidays.
            ("2026-10-03", [false, false, false]),
            ("2027-05-17", [false, false, false]),
        ] {
            let is_working_day = |region| calendar.is_working_day(date(day), region);
            assert_eq!(Region::iter().map(is_working_day).collect::<Vec<_>>(), works, "{day}");
        }
    });
}

#[test]
fn a_school_has_days_of_its_own_and_may_work_when_its_region_does_not() {
    let own = OwnDays {
        closed: vec![period("2027-03-26", "2027-03-26"), period("2026-10-05", "2026-10-07")],
        open: vec![period("2026-10-12", "2026-10-13"), period("2027-05-17", "2027-05-18")],
    };
    with_calendar(&own, |calendar| {
        for (day, works) in [
            ("2027-03-26", false),
            ("2026-10-05", false),
            ("2026-10-07", false),
            ("2026-10-08", true),
            ("2026-10-12", true),
            ("2026-10-13", true),
            ("2026-10-14", false),
            ("2027-05-17", false),
        ] {
            assert_eq!(calendar.is_working_day(date(day), Region::Noord), works, "{day}");
        }
    });
}

#[test]
fn working_days_are_counted_over_weekends_and_holidays() {
    with_calendar(&OwnDays::default(), |calendar| {
        for (from, count, to) in [
            ("2026-09-01", 0, "2026-09-01"),
            ("2026-09-01", 3, "2026-09-04"),
            ("2026-09-01", 4, "2026-09-07"),
            // A Saturday and a Sunday count on from Friday.
            ("2026-09-05", 1, "2026-09-07"),
            ("2026-09-06", 3, "2026-09-09"),
            // Over the autumn holiday of Noord.
            ("2026-10-07", 3, "2026-10-19"),
            // Over Christmas and New Year.
            ("2026-12-18", 1, "2027-01-04"),
            // Over Easter Monday.
            ("2027-03-25", 2, "2027-03-30"),
            // Over the May holiday with King's Day, then Liberation and Ascension Day.
            ("2027-04-22", 4, "2027-05-07"),
            // Over the whole summer.
            ("2027-07-09", 1, "2027-08-23"),
        ] {
            let nth = calendar.nth_working_day_after(date(from), count, Region::Noord);

            assert_eq!(nth, date(to), "{count} working days after {from}");
            let between = calendar.working_days_between(date(from), nth, Region::Noord);
            assert_eq!(u32::try_from(between), Ok(count), "from {from} to {nth}");
        }
        assert_eq!(calendar.working_days_between(date("2026-09-04"), date("2026-09-01"), Region::Noord), 0);
    });
}

#[test]
fn hours_open_at_eight_and_close_at_five_on_the_dutch_clock() {
    with_calendar(&OwnDays::default(), |calendar| {
        for (now, is_open, opening) in [
            // A summer day is two hours ahead of UTC.
            ("2026-09-01 05:59", false, "2026-09-01 06:00"),
            ("2026-09-01 06:00", true, "2026-09-01 06:00"),
            ("2026-09-01 14:59", true, "2026-09-01 14:59"),
            ("2026-09-01 15:00", false, "2026-09-02 06:00"),
            // In UTC it is still the day before.
            ("2026-08-31 22:30", false, "2026-09-01 06:00"),
            // A winter day is one hour ahead.
            ("2026-11-03 06:59", false, "2026-11-03 07:00"),
            ("2026-11-03 07:00", true, "2026-11-03 07:00"),
            ("2026-11-03 15:59", true, "2026-11-03 15:59"),
            ("2026-11-03 16:00", false, "2026-11-04 07:00"),
            // Over a weekend, and over a holiday of two weeks.
            ("2026-09-04 15:00", false, "2026-09-07 06:00"),
            ("2026-12-18 16:00", false, "2027-01-04 07:00"),
            ("2026-12-28 10:00", false, "2027-01-04 07:00"),
        ] {
            let (now, hours) = (utc(now), WorkingHours::default());

            assert_eq!(calendar.is_open(now, Region::Noord, hours), is_open, "{now}");
            assert_eq!(calendar.next_opening(now, Region::Noord, hours), utc(opening), "{now}");
        }
    });
}

#[test]
fn the_next_opening_is_right_over_every_night_in_which_the_clock_jumps() {
    with_calendar(&OwnDays::default(), |calendar| {
        for (friday_evening, during_the_jump, opening) in [
            ("2026-10-23 15:00", "2026-10-25 00:30", "2026-10-26 07:00"),
            // The clock goes forward on Easter Sunday, so Monday is off as well.
            ("2027-03-26 16:00", "2027-03-28 01:00", "2027-03-30 06:00"),
            ("2027-10-29 15:00", "2027-10-31 01:00", "2027-11-01 07:00"),
            ("2028-03-24 16:00", "2028-03-26 00:59", "2028-03-27 06:00"),
            ("2028-10-27 15:00", "2028-10-29 00:00", "2028-10-30 07:00"),
            ("2029-03-23 16:00", "2029-03-25 01:01", "2029-03-26 06:00"),
            ("2029-10-26 15:00", "2029-10-28 01:30", "2029-10-29 07:00"),
        ] {
            for now in [friday_evening, during_the_jump] {
                assert_eq!(
                    calendar.next_opening(utc(now), Region::Noord, WorkingHours::default()),
                    utc(opening),
                    "{now}"
                );
            }
        }
    });
}

#[test]
fn a_time_that_comes_twice_or_never_still_has_one_moment() {
    let at = |day: &str, hour| moment_on(date(day), NaiveTime::from_hms_opt(hour, 30, 0).expect("a time of the day"));

    assert_eq!(at("2026-10-25", 2), utc("2026-10-25 00:30"));
    assert_eq!(at("2027-03-28", 2), utc("2027-03-28 01:30"));
    assert_eq!(at("2027-03-28", 3), utc("2027-03-28 01:30"));
    assert_eq!(at("2027-03-28", 8), utc("2027-03-28 06:30"));
}

#[test]
fn the_office_works_in_school_holidays_and_its_digest_is_at_half_past_eight() {
    let half_past_eight = NaiveTime::from_hms_opt(8, 30, 0).expect("a time of the day");
    assert!(is_office_day(date("2026-07-20")) && !is_office_day(date("2026-07-19")));
    for (now, next) in [
        ("2026-07-20 06:29", "2026-07-20 06:30"),
        ("2026-07-20 06:30", "2026-07-21 06:30"),
        ("2026-10-23 10:00", "2026-10-26 07:30"),
        ("2026-12-24 10:00", "2026-12-28 07:30"),
        ("2027-05-04 10:00", "2027-05-07 06:30"),
    ] {
        assert_eq!(next_office_moment(utc(now), half_past_eight), utc(next), "{now}");
    }
}

#[test]
fn the_end_of_the_calendar_ends_nothing_else() {
    with_calendar(&OwnDays::default(), |calendar| {
        assert_eq!(calendar.nth_working_day_after(NaiveDate::MAX, 14, Region::Zuid), NaiveDate::MAX);
    });
}
