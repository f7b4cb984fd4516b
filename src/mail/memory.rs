//! Mails that stay in memory, for tests: what was sent can be read back, and a failure can be ordered.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::message::BuiltMail;
use super::send_error::{SendError, SendErrorKind};

/// The mails that were sent in a test; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    mails: Vec<BuiltMail>,
    refusals: VecDeque<SendErrorKind>,
}

impl Mailbox {
    /// The mails that were sent so far, in order.
    pub fn mails(&self) -> Vec<BuiltMail> {
        self.contents().mails.clone()
    }

    /// Takes the mails that were sent so far out of the mailbox, in order.
    pub fn take(&self) -> Vec<BuiltMail> {
        std::mem::take(&mut self.contents().mails)
    }

    /// Makes one next attempt fail; ordered twice, the next two fail. An `Unknown` failure does deliver the mail.
    pub fn fail_next(&self, kind: SendErrorKind) {
        self.contents().refusals.push_back(kind);
    }

    pub(super) fn receive(&self, mail: &BuiltMail) -> Result<(), SendError> {
        let mut contents = self.contents();
        let refusal = contents.refusals.pop_front();
        if matches!(refusal, None | Some(SendErrorKind::Unknown)) {
            contents.mails.push(mail.clone());
        }
        refusal.map_or(Ok(()), |kind| Err(SendError::new(kind, "memory: this failure was ordered")))
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock()
    }
}
