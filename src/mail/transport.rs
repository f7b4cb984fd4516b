//! Who carries a built mail away, and what it means when that fails.
//!
//! Three ways: SMTP for a service that runs, a folder of `.eml` files for trying things out, and memory for tests. A
//! transport tries once; when to try again is decided by the dispatcher, from the [`SendErrorKind`].

use std::path::PathBuf;

use super::folder;
use super::memory::Mailbox;
use super::message::BuiltMail;
use super::smtp::SmtpTransport;

/// Where mails go; cheap to clone.
#[derive(Clone, Debug)]
pub enum Transport {
    /// To a mail server.
    Smtp(SmtpTransport),
    /// To a file each, in this folder.
    Folder(PathBuf),
    /// To memory, for tests.
    Memory(Mailbox),
}

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

    /// An error in our own words.
    pub(super) fn new(kind: SendErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl Transport {
    /// Tries once to hand over the mail.
    pub async fn send(&self, mail: &BuiltMail) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(mail).await,
            Self::Folder(path) => folder::write(path.clone(), mail).await,
            Self::Memory(mailbox) => mailbox.receive(mail),
        }
    }

    /// Whether mails would get away now, for the doctor: signs in at the mail server, or writes and removes a file.
    pub async fn check(&self) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Folder(path) => folder::check(path.clone()).await,
            Self::Memory(_) => Ok(()),
        }
    }

    /// Takes leave of the mail server; with `only_if_idle` only when nothing was sent for some seconds.
    pub async fn hang_up(&self, only_if_idle: bool) {
        match self {
            Self::Smtp(smtp) => smtp.hang_up(only_if_idle).await,
            Self::Folder(_) | Self::Memory(_) => {}
        }
    }
}
