//! Which reminder of a step it is. With the step and the moment it opened, the name of one reminder for ever.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One reminder of one opening of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ReminderStage {
    /// The one after so many working days.
    Days(u32),
    /// The one that the school asked for: "herinner mij op …".
    Asked(NaiveDate),
}

/// The text is no stored rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rung is a number of working days or a date")]
pub struct ReminderStageError;

impl fmt::Display for ReminderStage {
    /// The stored name: `7` or `2026-10-12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => days.fmt(f),
            Self::Asked(date) => date.fmt(f),
        }
    }
}

impl FromStr for ReminderStage {
    type Err = ReminderStageError;

    fn from_str(text: &str) -> Result<Self, ReminderStageError> {
        let days = text.parse().map(Self::Days);
        days.or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self::Asked)).map_err(|_| ReminderStageError)
    }
}

impl From<ReminderStage> for String {
    fn from(stage: ReminderStage) -> Self {
        stage.to_string()
    }
}

impl TryFrom<String> for ReminderStage {
    type Error = ReminderStageError;

    fn try_from(text: String) -> Result<Self, ReminderStageError> {
        text.parse()
    }
}
