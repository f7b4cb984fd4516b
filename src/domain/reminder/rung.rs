//! Which reminder of a step it is. With the step and the moment it opened, the name of one reminder for ever.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One reminder of one opening of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Rung {
    /// The one after so many working days.
    Days(u32),
    /// The one that the school asked for: "herinner mij op …".
    Asked(NaiveDate),
}

/// The text is no stored rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rung is a number of working days or a date")]
pub struct RungError;

impl fmt::Display for Rung {
    /// The stored name: `7` or `2026-10-12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => days.fmt(f),
            Self::Asked(date) => date.fmt(f),
        }
    }
}

impl FromStr for Rung {
    type Err = RungError;

    fn from_str(text: &str) -> Result<Self, RungError> {
        let days = text.parse().map(Self::Days);
        days.or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self::Asked)).map_err(|_| RungError)
    }
}

impl From<Rung> for String {
    fn from(rung: Rung) -> Self {
        rung.to_string()
    }
}

impl TryFrom<String> for Rung {
    type Error = RungError;

    fn try_from(text: String) -> Result<Self, RungError> {
        text.parse()
    }
}
