//! Why a mail was not sent, and what that means for it.

/// What a failure means for this mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// The mail was not taken; another attempt may succeed.
    Temporary,
    /// The mail was refused for good; another attempt gives the same answer.
    Permanent,
    /// The mail was handed over and no answer came: it may have been delivered. Another attempt with the same bytes
    /// may be a duplicate, so a mail that must not come twice or late is not sent again.
    Unknown,
}

/// Why a mail was not sent, in words that hold no address, no password and nothing that the server said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct SendError {
    /// What it means for this mail.
    pub kind: SendErrorKind,
    /// At which step, and with which code.
    pub text: String,
}

impl SendError {
    /// What a panic while a mail was handed over means: nobody knows how far it came.
    pub fn of_a_fault() -> Self {
        Self::new(SendErrorKind::Unknown, "a fault while the mail was handed over")
    }

    /// What a panic before the message means.
    pub fn of_a_fault_before() -> Self {
        Self::new(SendErrorKind::Temporary, "a fault before the mail was handed over")
    }

    /// An error in our own words.
    pub(super) fn new(kind: SendErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}
