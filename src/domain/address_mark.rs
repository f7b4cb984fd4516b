//! What is known of an address beside whose it is: does mail arrive there, and which mail is not wanted there.
//!
//! It belongs to the address and so to the person, over all their schools. It ends when a contact gets another
//! address, when mail turns out to arrive again, or when who stopped a mail wants it back.

use chrono::{DateTime, Utc};

/// A delivery report said that mail does not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounced {
    /// When the report came.
    pub at: DateTime<Utc>,
    /// The code in it, such as `5.1.1`.
    pub code: String,
}

/// What is known of an address; nothing, for most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressMark {
    /// Mail does not arrive.
    pub bounced: Option<Bounced>,
    /// Since when reminders are not wanted.
    pub reminders_stopped_at: Option<DateTime<Utc>>,
    /// Since when the digest is not wanted.
    pub digest_stopped_at: Option<DateTime<Utc>>,
}

impl AddressMark {
    /// Whether a reminder may go there.
    pub fn takes_reminders(&self) -> bool {
        self.bounced.is_none() && self.reminders_stopped_at.is_none()
    }
}
