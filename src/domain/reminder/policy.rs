//! What an installation can set about reminders.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::hours::WorkingHours;
use crate::domain::onboarding::decide::amsterdam_date;

/// The most reminders of one step that anyone can want.
const RUNGS_MAX: usize = 8;

/// A school year has some two hundred working days; a later reminder reaches nobody who remembers.
const LATEST_RUNG: u32 = 200;

/// After how many working days each reminder comes; never empty, rising, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderStages(Vec<u32>);

/// The text is not a ladder of reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write the working days after which reminders come as 3,7,14: rising, from 1 to {LATEST_RUNG}, at most {RUNGS_MAX}"
)]
pub struct ReminderStagesError;

impl ReminderStages {
    /// A ladder of working days.
    ///
    /// # Errors
    /// When there are none or too many, or they do not rise from 1 to 200.
    pub fn new(working_days: Vec<u32>) -> Result<Self, ReminderStagesError> {
        let is_fit = matches!(working_days.len(), 1..=RUNGS_MAX)
            && working_days.iter().all(|days| (1..=LATEST_RUNG).contains(days))
            && working_days.is_sorted_by(|earlier, later| earlier < later);
        if is_fit { Ok(Self(working_days)) } else { Err(ReminderStagesError) }
    }

    /// The rungs above a place on the ladder, lowest first; 0 is the ground.
    pub fn above(&self, place: u32) -> impl Iterator<Item = u32> {
        self.0.iter().copied().filter(move |stage| *stage > place)
    }

    /// After how many working days the last reminder comes.
    pub fn last(&self) -> u32 {
        self.0.last().copied().unwrap_or_default()
    }

    /// How many working days the last rung comes after the one before it: after as many again without an answer the
    /// connection is handed to Kurve.
    pub fn last_interval(&self) -> u32 {
        match self.0[..] {
            [.., before, last] => last - before,
            [only] => only,
            [] => 0,
        }
    }
}

impl FromStr for ReminderStages {
    type Err = ReminderStagesError;

    fn from_str(text: &str) -> Result<Self, ReminderStagesError> {
        let parsed: Result<Vec<u32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
        Self::new(parsed.map_err(|_| ReminderStagesError)?)
    }
}

impl fmt::Display for ReminderStages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&texts.join(","))
    }
}

/// When reminders come and how long they can be put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderPolicy {
    /// After how many working days.
    pub stages: ReminderStages,
    /// At what time of the day.
    pub hours: WorkingHours,
    /// How many days ahead a school may put its reminders off.
    pub max_snooze_days: u32,
}

impl Default for ReminderPolicy {
    /// After 3, 7 and 14 working days, between eight and five, put off by at most 60 days.
    fn default() -> Self {
        Self { stages: ReminderStages(vec![3, 7, 14]), hours: WorkingHours::default(), max_snooze_days: 60 }
    }
}

/// Reminders cannot be put off until this date: it must come after today and not too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("reminders can be put off until a date after today, at most {max_days} days ahead")]
pub struct SnoozeRefusal {
    /// How many days ahead is allowed.
    pub max_days: u32,
}

impl ReminderPolicy {
    /// Checks "herinner mij op …".
    ///
    /// # Errors
    /// When the date is not after today in the Netherlands, or too far ahead.
    pub fn check_snooze(&self, until: NaiveDate, now: DateTime<Utc>) -> Result<(), SnoozeRefusal> {
        let today = amsterdam_date(now);
        let last = today.checked_add_days(Days::new(self.max_snooze_days.into())).unwrap_or(NaiveDate::MAX);
        let is_fit = today < until && until <= last;
        if is_fit { Ok(()) } else { Err(SnoozeRefusal { max_days: self.max_snooze_days }) }
    }
}
