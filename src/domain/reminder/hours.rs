//! The hours in which a reminder may go out, on the clock of the Netherlands whatever the offset of the day.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Amsterdam;

const fn o_clock(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).expect("a whole hour of the day")
}

/// Nobody wants mail before this time; it also keeps the hours clear of the night in which the clock jumps.
const EARLIEST: NaiveTime = o_clock(6);

/// Nobody wants mail after this time.
const LATEST: NaiveTime = o_clock(22);

/// From when until when on a working day; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingHours {
    from: NaiveTime,
    until: NaiveTime,
}

/// The text is not two times of a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the working hours as 08:00-17:00, between 06:00 and 22:00")]
pub struct HoursError;

impl WorkingHours {
    /// Hours of one day, between six in the morning and ten in the evening.
    ///
    /// # Errors
    /// When they end before they begin, or reach into the night.
    pub fn new(from: NaiveTime, until: NaiveTime) -> Result<Self, HoursError> {
        if from < until && from >= EARLIEST && until <= LATEST { Ok(Self { from, until }) } else { Err(HoursError) }
    }

    /// Whether it is within these hours in the Netherlands; the day itself is the calendar's business.
    pub fn contains(&self, now: DateTime<Utc>) -> bool {
        let time = now.with_timezone(&Amsterdam).time();
        self.from <= time && time < self.until
    }

    /// The moment at which they begin on a date.
    pub fn opening_on(&self, date: NaiveDate) -> DateTime<Utc> {
        moment_on(date, self.from)
    }
}

impl Default for WorkingHours {
    /// From eight to five.
    fn default() -> Self {
        Self { from: o_clock(8), until: o_clock(17) }
    }
}

impl FromStr for WorkingHours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| HoursError);
        let (from, until) = text.split_once('-').ok_or(HoursError)?;
        Self::new(time(from)?, time(until)?)
    }
}

impl fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.format("%H:%M"), self.until.format("%H:%M"))
    }
}

/// The moment at which it is this time in the Netherlands on this date; the first of two when the clock goes back.
pub fn moment_on(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let local = date.and_time(time);
    match Amsterdam.from_local_datetime(&local).earliest() {
        Some(moment) => moment.to_utc(),
        // The hour that the clock skips in March: what follows it an hour later is the same moment in UTC as this.
        None => local.and_utc() - chrono::Duration::hours(1),
    }
}
