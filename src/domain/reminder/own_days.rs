//! Adding to a school's own days, and taking away: what is sensible, and how many.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use super::calendar::OwnDays;
use super::period::Period;

/// The longest stretch, six weeks: as long as a summer holiday. A longer one is a mistyped date.
pub const LONGEST_DAYS: i64 = 42;

/// How many stretches a school has ahead of it at most: a study day a month, for two years, and some weeks off.
pub const MOST_PERIODS: usize = 40;

/// How far ahead a stretch may end, in days: the next school year is planned, the one after it is not.
const FURTHEST_DAYS: u64 = 800;

/// After how many days a stretch that is over is forgotten: no ladder of reminders is as long.
const KEPT_DAYS: u64 = 400;

/// Which way a school differs from its region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OwnDayKind {
    /// Nobody works, though others do.
    Closed,
    /// People work, though the region has a holiday.
    Open,
}

impl OwnDayKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Why days were not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OwnDaysRefusal {
    /// The last day comes before the first.
    #[error("the last day comes before the first")]
    EndsBeforeItBegins,
    /// More than [`LONGEST_DAYS`] in a row.
    #[error("at most {LONGEST_DAYS} days in a row")]
    TooLong,
    /// All of them are over.
    #[error("these days are over")]
    Past,
    /// Too far ahead to be planned.
    #[error("these days are too far ahead")]
    TooFar,
    /// The school has [`MOST_PERIODS`] ahead of it.
    #[error("at most {MOST_PERIODS} stretches of days")]
    TooMany,
    /// Some of these days were given before.
    #[error("some of these days are there already, from {} to {}", .0.first_day, .0.last_day)]
    Overlaps(Period),
}

impl OwnDays {
    /// These days with a stretch added, and without what is long over. What is there already is not added again.
    ///
    /// # Errors
    /// When it is not a sensible stretch, or there are too many.
    pub fn with(&self, kind: OwnDayKind, period: Period, today: NaiveDate) -> Result<Self, OwnDaysRefusal> {
        if self.of(kind).contains(&period) {
            return Ok(self.clone());
        }
        let furthest = today.checked_add_days(Days::new(FURTHEST_DAYS)).unwrap_or(NaiveDate::MAX);
        let days = (period.last_day - period.first_day).num_days() + 1;
        match days {
            ..1 => return Err(OwnDaysRefusal::EndsBeforeItBegins),
            _ if period.last_day < today => return Err(OwnDaysRefusal::Past),
            _ if period.last_day > furthest => return Err(OwnDaysRefusal::TooFar),
            _ if days > LONGEST_DAYS => return Err(OwnDaysRefusal::TooLong),
            _ => {}
        }
        if let Some(other) = self.closed.iter().chain(&self.open).find(|other| other.overlaps(&period)) {
            return Err(OwnDaysRefusal::Overlaps(*other));
        }
        if self.ahead(today).len() >= MOST_PERIODS {
            return Err(OwnDaysRefusal::TooMany);
        }
        let oldest = today.checked_sub_days(Days::new(KEPT_DAYS)).unwrap_or(NaiveDate::MIN);
        let mut days = self.clone();
        days.of_mut(kind).push(period);
        for periods in [&mut days.closed, &mut days.open] {
            periods.retain(|period| period.last_day >= oldest);
            periods.sort_unstable();
        }
        Ok(days)
    }

    /// These days without a stretch; the same when it is not there.
    pub fn without(&self, kind: OwnDayKind, period: Period) -> Self {
        let mut days = self.clone();
        days.of_mut(kind).retain(|known| *known != period);
        days
    }

    /// The stretches that are not over, by day.
    pub fn ahead(&self, today: NaiveDate) -> Vec<(Period, OwnDayKind)> {
        let all = OwnDayKind::iter().flat_map(|kind| self.of(kind).iter().map(move |period| (*period, kind)));
        let mut ahead: Vec<_> = all.filter(|(period, _)| period.last_day >= today).collect();
        ahead.sort_unstable();
        ahead
    }

    fn of(&self, kind: OwnDayKind) -> &Vec<Period> {
        match kind {
            OwnDayKind::Closed => &self.closed,
            OwnDayKind::Open => &self.open,
        }
    }

    fn of_mut(&mut self, kind: OwnDayKind) -> &mut Vec<Period> {
        match kind {
            OwnDayKind::Closed => &mut self.closed,
            OwnDayKind::Open => &mut self.open,
        }
    }
}
