//! What becomes of a mail, and what a round of sending did.

use chrono::{DateTime, Utc};

use crate::domain::unsent::UnsentReason;

/// What becomes of a mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Sent,
    Later(DateTime<Utc>, UnsentReason),
    Skipped(UnsentReason),
    ToRetry(String),
    /// Given up: a reason of ours, or what the mail server said.
    Failed(String),
}

impl Outcome {
    /// A mail that is given up for a reason of ours.
    pub(super) fn given_up(why: UnsentReason) -> Self {
        Self::Failed(why.as_str().to_owned())
    }
}

/// What a round of sending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Handed to the mail server.
    pub sent: usize,
    /// No longer needed.
    pub skipped: usize,
    /// Tried, and to be tried again.
    pub to_retry: usize,
    /// Not tried, for its moment is yet to come.
    pub put_off: usize,
    /// Given up.
    pub failed: usize,
}

impl Summary {
    /// Whether there was nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
