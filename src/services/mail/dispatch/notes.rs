//! What became of mails and is to be committed; and how long that is tried.

use std::time::Duration as Wait;

use chrono::{DateTime, Utc};

use super::outcome::Summary;
use crate::store::mail::outbox::{MailStatus, OutboxMail};

/// A verdict that is to be committed.
pub(super) struct Note {
    pub(super) mail: OutboxMail,
    pub(super) status: MailStatus,
    pub(super) why: Option<String>,
    pub(super) next_attempt_at: Option<DateTime<Utc>>,
    /// How often it was tried, if that failed.
    pub(super) tries: Option<i32>,
    /// Since when nobody knows whether the mail server has it.
    pub(super) handing_over_at: Option<DateTime<Utc>>,
    pub(super) at: DateTime<Utc>,
}

/// Logs and counts what was committed.
pub(super) fn tell(notes: &mut Vec<Note>, summary: &mut Summary) {
    for note in notes.drain(..) {
        let (id, kind) = (note.mail.id, note.mail.kind.as_str());
        let why = note.why.unwrap_or_default();
        match note.status {
            MailStatus::Sent => {
                tracing::info!(mail.id = %id, mail.kind = kind, "Sent {kind} mail");
                summary.sent += 1;
            }
            MailStatus::Skipped | MailStatus::Dropped => {
                tracing::debug!(mail.id = %id, mail.kind = kind, why, "Skipped {kind} mail");
                summary.skipped += 1;
            }
            MailStatus::Waiting if note.tries.is_some() => {
                tracing::warn!(mail.id = %id, mail.kind = kind, why, "Will try {kind} mail again");
                summary.to_retry += 1;
            }
            MailStatus::Waiting => {
                tracing::debug!(mail.id = %id, mail.kind = kind, why, "Put off {kind} mail");
                summary.put_off += 1;
            }
            MailStatus::Failed => {
                tracing::error!(mail.id = %id, mail.kind = kind, why, "Gave up {kind} mail");
                summary.failed += 1;
            }
        }
    }
}

/// How long apart the outcome of a mail is noted anew when the database does not take it, however long that lasts; and
/// how often once the process is to stop.
pub(super) const NOTE_AGAIN_AFTER: Wait = Wait::from_millis(500);
const LAST_TRIES: u32 = 20;

/// How long it is tried to note what became of mails: for as long as the process is to live, and a little longer.
#[derive(Debug, Default)]
pub(super) struct Patience {
    last_tries: u32,
}

impl Patience {
    /// Whether a try that was in vain was the last.
    pub(super) fn is_over(&mut self, is_stopping: bool) -> bool {
        self.last_tries += u32::from(is_stopping);
        self.last_tries >= LAST_TRIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_mails_is_noted_anew_for_ever_and_a_while_longer_once_the_process_is_to_stop() {
        let mut patience = Patience::default();

        // Two days and more of tries.
        let outage = (0..400_000).filter(|_| patience.is_over(false)).count();
        let stopping: Vec<bool> = (0..LAST_TRIES).map(|_| patience.is_over(true)).collect();

        assert_eq!(outage, 0);
        assert_eq!(stopping.iter().position(|is_over| *is_over), Some(stopping.len() - 1));
    }
}
