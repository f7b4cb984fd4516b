//! Who carries a built mail away, and what it means when that fails.
//!
//! Three ways: SMTP for a service that runs, a folder of `.eml` files for trying things out, and memory for tests. A
//! transport tries once; when to try again is decided by the dispatcher, from the [`SendErrorKind`].

use std::path::PathBuf;

use super::folder;
use super::memory::Mailbox;
use super::message::BuiltMail;
pub use super::send_error::{SendError, SendErrorKind};
use super::smtp::SmtpTransport;
pub use super::smtp::look::Seen;

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

    /// The same, and what the mail server wants and offers, with a mail from one address to another that is not sent.
    pub async fn look(&self, from: &str, to: &str) -> Result<Seen, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.look(from, to).await,
            Self::Folder(_) | Self::Memory(_) => self.check().await.map(|()| Seen::default()),
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
