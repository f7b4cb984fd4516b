//! Some days in a row.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Some days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first day.
    pub first_day: NaiveDate,
    /// The last day, which belongs to it.
    pub last_day: NaiveDate,
}

impl Period {
    /// Whether the day belongs to it.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.first_day <= date && date <= self.last_day
    }

    /// Whether any day belongs to both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first_day <= other.last_day && other.first_day <= self.last_day
    }
}
