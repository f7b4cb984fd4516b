//! On which days and at which hours a school can be reminded.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::hours::WorkingHours;
use super::national::is_office_day;
use super::period::Period;
use super::school_holidays::SchoolHolidays;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::school::Region;

/// Where a school's year differs from that of its region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnDays {
    /// The school is closed: study days, Good Friday, a second week in May.
    pub closed: Vec<Period>,
    /// The school works although its region has a holiday.
    pub open: Vec<Period>,
}

/// What is off for one school: weekends, national holidays, its region's school holidays, and its own days.
#[derive(Debug, Clone, Copy)]
pub struct WorkingCalendar<'a> {
    /// The school holidays of all regions.
    pub holidays: &'a SchoolHolidays,
    /// The school's own days.
    pub own_days: &'a OwnDays,
}

impl WorkingCalendar<'_> {
    /// Whether people at the school work on this day.
    pub fn is_working_day(&self, date: NaiveDate, region: Region) -> bool {
        let is_in = |periods: &[Period]| periods.iter().any(|period| period.contains(date));
        is_office_day(date)
            && !is_in(&self.own_days.closed)
            && (!self.holidays.contains(region, date) || is_in(&self.own_days.open))
    }

    /// How many working days come after `from`, up to and with `to`.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate, region: Region) -> usize {
        from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| self.is_working_day(*day, region)).count()
    }

    /// The `count`-th working day after a date, which itself does not count; the date itself for none.
    pub fn nth_working_day_after(&self, date: NaiveDate, count: u32, region: Region) -> NaiveDate {
        let mut day = date;
        for _ in 0..count {
            day = day.succ_opt().map_or(day, |next| self.first_working_day_from(next, region));
        }
        day
    }

    /// The first working day from a date on, which itself counts.
    pub fn first_working_day_from(&self, date: NaiveDate, region: Region) -> NaiveDate {
        date.iter_days().find(|day| self.is_working_day(*day, region)).unwrap_or(NaiveDate::MAX)
    }

    /// Whether a reminder may go out now.
    pub fn is_open(&self, now: DateTime<Utc>, region: Region, hours: WorkingHours) -> bool {
        hours.contains(now) && self.is_working_day(amsterdam_date(now), region)
    }

    /// The first moment from now on at which a reminder may go out: now, when it may.
    pub fn next_opening(&self, now: DateTime<Utc>, region: Region, hours: WorkingHours) -> DateTime<Utc> {
        if self.is_open(now, region, hours) {
            return now;
        }
        let today = amsterdam_date(now);
        let is_over = hours.opening_on(today) <= now;
        self.opening_from(if is_over { today.succ_opt().unwrap_or(today) } else { today }, region, hours)
    }

    /// The moment at which the working hours begin on the first working day from a date on.
    pub fn opening_from(&self, date: NaiveDate, region: Region, hours: WorkingHours) -> DateTime<Utc> {
        hours.opening_on(self.first_working_day_from(date, region))
    }
}
