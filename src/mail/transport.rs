//! Who carries a built mail away, and what it means when that fails.
//!
//! Three ways: SMTP for a service that runs, a folder of `.eml` files for trying things out, and memory for tests. A
//! transport tries once; when to try again is decided by the dispatcher, from the [`SendErrorKind`].

use std::path::PathBuf;

use super::folder;
use super::memory::Mailbox;
use super::message::BuiltMail;
pub use super::send_error::{SendError, SendErrorKind};
pub use super::smtp::look::Seen;
use super::smtp::{SmtpOffer, SmtpTransport};

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

/// Whoever carries mails waits for the message of one; dropped, nothing was handed over.
pub struct Offer(Option<SmtpOffer>);

impl Offer {
    /// Whether it is this mail that is waited for, by whom it is from and to.
    pub fn is_for(&self, mail: &BuiltMail) -> bool {
        self.0.as_ref().is_none_or(|offer| offer.is_for(mail))
    }
}

impl Transport {
    /// Goes as far as can be gone without a byte of the mail.
    ///
    /// # Errors
    /// Never `Unknown`: nothing was handed over.
    pub async fn offer(&self, mail: &BuiltMail) -> Result<Offer, SendError> {
        match self {
            Self::Smtp(smtp) => Ok(Offer(Some(smtp.offer(mail).await?))),
            Self::Folder(_) | Self::Memory(_) => Ok(Offer(None)),
        }
    }

    /// Hands over the mail that was offered.
    pub async fn deliver(&self, offer: Offer, mail: &BuiltMail) -> Result<(), SendError> {
        match (self, offer.0) {
            (Self::Smtp(smtp), Some(offer)) => smtp.deliver(offer, mail).await,
            (Self::Smtp(_), None) => Err(SendError::new(SendErrorKind::Temporary, "connect: nothing was offered")),
            (Self::Folder(path), _) => folder::write(path.clone(), mail).await,
            (Self::Memory(mailbox), _) => mailbox.receive(mail),
        }
    }

    /// Tries once to hand over the mail.
    pub async fn send(&self, mail: &BuiltMail) -> Result<(), SendError> {
        self.deliver(self.offer(mail).await?, mail).await
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

    /// Removes mails from the folder where they are files: those that are meant, by the name of the file and what the mail
    /// says; returns how many. What a mail server took is not here.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file not removed.
    pub async fn forget(&self, is_meant: impl Fn(&str, &str) -> bool + Send + 'static) -> std::io::Result<u64> {
        match self {
            Self::Folder(path) => folder::forget(path.clone(), is_meant).await,
            Self::Smtp(_) | Self::Memory(_) => Ok(0),
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
