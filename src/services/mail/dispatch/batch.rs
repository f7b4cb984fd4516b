//! A batch of leased mails: one is under way at a time while the next is written, and the outcome of the one is
//! committed together with the start of the next.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration as Wait;
use std::vec;

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;

use super::mailer::Mailer;
use super::outcome::{Outcome, Summary};
use super::write::{Ready, View, take_token_back, write};
use crate::domain::ids::{LeaseId, MailId};
use crate::domain::retry;
use crate::mail::transport::{SendError, SendErrorKind};
use crate::services::{Context, ServiceError, chain};
use crate::store::mail::frozen_mails;
use crate::store::mail::outbox::lease::{self, LEASE, Mark};
use crate::store::mail::outbox::{MailStatus, OutboxMail};
use crate::store::{ConnectionTrait, LeaseTerm};

/// How often the lease on a mail under way is renewed: twice in vain is no harm.
const RENEW_EVERY: Wait = Wait::from_secs(8);

/// How long one batch may take; a mail with a token waits no longer than this.
const BATCH_TIME: Duration = Duration::seconds(1);

/// How long apart the outcome of a mail is noted anew when the database does not take it, however long that lasts; and
/// how often once the process is to stop.
const NOTE_AGAIN_AFTER: Wait = Wait::from_millis(500);
const LAST_TRIES: u32 = 20;

/// How long it is tried to note what became of mails: for as long as the process is to live, and a little longer.
#[derive(Debug, Default)]
struct Patience {
    last_tries: u32,
}

impl Patience {
    /// Whether a try that was in vain was the last.
    fn is_over(&mut self, is_stopping: bool) -> bool {
        self.last_tries += u32::from(is_stopping);
        self.last_tries >= LAST_TRIES
    }
}

/// A verdict that is to be committed.
struct Note {
    mail: OutboxMail,
    status: MailStatus,
    why: Option<String>,
    next_attempt_at: Option<DateTime<Utc>>,
    /// How often it was tried, if that failed.
    tries: Option<i32>,
    /// Since when nobody knows whether the mail server has it.
    handing_over_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
}

/// Whether the mail that is next may be handed over now.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    /// It may: that is committed.
    Begun,
    /// Something changed since it was written.
    Stale,
    /// Another worker has it.
    Lost,
}

/// Mails that were written: those that do not go, and the first that can be handed over.
#[derive(Default)]
struct Written {
    unsent: Vec<(OutboxMail, Outcome)>,
    ready: Option<Ready>,
}

/// The mails of one lease.
pub(super) struct Batch<'a, Now> {
    context: &'a Context,
    mailer: &'a Mailer,
    lease: LeaseId,
    now: &'a Now,
    /// What became of mails, not yet committed.
    notes: Vec<Note>,
}

impl<'a, Now: Fn() -> DateTime<Utc>> Batch<'a, Now> {
    pub(super) fn new(context: &'a Context, mailer: &'a Mailer, lease: LeaseId, now: &'a Now) -> Self {
        Self { context, mailer, lease, now, notes: vec![] }
    }

    /// Sends the mails one after another until it is to stop or its time is over; then releases the rest.
    pub(super) async fn work(
        mut self,
        mails: Vec<OutboxMail>,
        is_stopping: &impl Fn() -> bool,
        summary: &mut Summary,
    ) -> Result<(), ServiceError> {
        // From the first mail on: however slow the database is, each hold sends one.
        let mut end: Option<DateTime<Utc>> = None;
        let mut mails = mails.into_iter();
        let mut next = self.written(&mut mails).await;
        loop {
            if is_stopping() || end.is_some_and(|end| (self.now)() > end) {
                next.ready = None;
            }
            let ready = self.take_in(next);
            let start = match self.commit(ready.as_ref()).await {
                Ok(start) => start,
                Err(error) => return self.recover(ready.as_ref(), error, is_stopping, summary).await,
            };
            self.tell(summary);
            next = match (ready, start) {
                (None, _) => return Ok(()),
                (Some(ready), Start::Begun) => {
                    let begun_at = (self.now)();
                    end.get_or_insert(begun_at + BATCH_TIME);
                    let (outcome, written) = tokio::join!(self.carried(&ready), self.written(&mut mails));
                    self.conclude(ready, begun_at, outcome).await;
                    written
                }
                (Some(ready), Start::Stale) => {
                    let view = ready.view.again(self.context.db.reader(), (self.now)()).await?;
                    match write(self.context, self.mailer, ready.mail, view).await {
                        Ok(ready) => Written { unsent: vec![], ready: Some(ready) },
                        Err(unsent) => {
                            let mut written = self.written(&mut mails).await;
                            written.unsent.push(unsent);
                            written
                        }
                    }
                }
                (Some(_), Start::Lost) => self.written(&mut mails).await,
            };
        }
    }

    /// Writes mails up to the first that can be handed over. It cannot fail, for meanwhile another mail may have left
    /// and wants to be noted; what it did not come to is let go.
    async fn written(&self, mails: &mut vec::IntoIter<OutboxMail>) -> Written {
        let mut written = Written::default();
        for mail in mails {
            let view = match View::now(self.context.db.reader(), (self.now)()).await {
                Ok(view) => view,
                Err(error) => {
                    tracing::warn!(mail.id = %mail.id, error = %error, "Could not read what a mail is written from");
                    break;
                }
            };
            match write(self.context, self.mailer, mail, view).await {
                Ok(ready) => {
                    written.ready = Some(ready);
                    break;
                }
                Err(unsent) => written.unsent.push(unsent),
            }
        }
        written
    }

    /// Notes what does not go.
    fn take_in(&mut self, written: Written) -> Option<Ready> {
        for (mail, outcome) in written.unsent {
            let was = mail.handing_over_at;
            self.note(mail, outcome, was);
        }
        written.ready
    }

    /// One transaction: what became of mails, and that the next mail is begun, with its bytes: where another worker has
    /// it, other bytes may have left. Without a next mail it lets go of the rest.
    async fn commit(&self, next: Option<&Ready>) -> Result<Start, ServiceError> {
        let now = (self.now)();
        let tx = self.context.db.begin_write().await?;
        for note in &self.notes {
            self.save(tx.conn(), note).await?;
        }
        let start = match next {
            None => {
                lease::release(tx.conn(), self.lease).await?;
                Start::Lost
            }
            Some(next) if !next.view.still_holds(tx.conn(), now).await? => Start::Stale,
            Some(next) if lease::begin(tx.conn(), self.lease, &next.mail, LeaseTerm::new(now, LEASE)).await? => {
                if let Some(sealed) = &next.sealed {
                    frozen_mails::save(tx.conn(), next.mail.id, sealed.clone(), now).await?;
                }
                Start::Begun
            }
            Some(_) => Start::Lost,
        };
        tx.commit().await?;
        Ok(start)
    }

    async fn save(&self, conn: &impl ConnectionTrait, note: &Note) -> Result<(), ServiceError> {
        let mark = Mark {
            status: note.status,
            sent_at: (note.status == MailStatus::Sent).then_some(note.at),
            next_attempt_at: note.next_attempt_at,
            why: note.why.as_deref(),
            handing_over_at: note.handing_over_at,
            attempts: note.tries,
        };
        // Once another worker has it, what is kept is what that one handed over.
        let is_ours = lease::mark(conn, self.lease, note.mail.id, &mark).await?;
        if is_ours && note.status != MailStatus::Sent && note.handing_over_at.is_none() {
            frozen_mails::delete(conn, &[note.mail.id]).await?;
        }
        Ok(())
    }

    /// Notes what became of a mail that was handed over.
    async fn conclude(&mut self, ready: Ready, begun_at: DateTime<Utc>, outcome: Result<(), SendError>) {
        let mail = ready.mail;
        let was = mail.handing_over_at;
        let carries_token = mail.kind.carries_token();
        match outcome {
            Ok(()) => self.note(mail, Outcome::Sent, None),
            Err(SendError { kind: SendErrorKind::Permanent, text }) => self.note(mail, Outcome::Failed(text), was),
            Err(SendError { kind: SendErrorKind::Temporary, text }) => {
                let outcome = take_token_back(self.context, &mail).await.err().unwrap_or(Outcome::ToRetry(text));
                self.note(mail, outcome, was);
            }
            // It may have arrived; a second one would carry another token.
            Err(SendError { kind: SendErrorKind::Unknown, text }) if carries_token => {
                self.note(mail, Outcome::Failed(text), was.or(Some(begun_at)));
            }
            Err(SendError { kind: SendErrorKind::Unknown, text }) => {
                self.note(mail, Outcome::ToRetry(text), was.or(Some(begun_at)));
            }
        }
    }

    /// Sends the bytes, and keeps the lease alive however long the mail server takes.
    async fn carried(&self, ready: &Ready) -> Result<(), SendError> {
        let sending = AssertUnwindSafe(self.mailer.transport.send(&ready.built)).catch_unwind();
        tokio::select! {
            outcome = sending => outcome.unwrap_or_else(|_| Err(SendError::of_a_fault())),
            never = self.keep_lease(ready.mail.id) => match never {},
        }
    }

    /// Renews a lease for as long as it is polled; a database that does not answer holds nobody else up.
    async fn keep_lease(&self, id: MailId) -> Infallible {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let renewed = lease::renew(self.context.db.writer(), self.lease, id, (self.now)() + LEASE).await;
            if let Err(error) = renewed {
                tracing::warn!(mail.id = %id, error = %error, "Could not renew the lease on a mail");
            }
        }
    }

    fn note(&mut self, mail: OutboxMail, outcome: Outcome, handing_over_at: Option<DateTime<Utc>>) {
        let at = (self.now)();
        let tries = mail.attempts + 1;
        let plain = Note {
            mail,
            status: MailStatus::Waiting,
            why: None,
            next_attempt_at: None,
            tries: None,
            handing_over_at,
            at,
        };
        self.notes.push(match outcome {
            Outcome::Sent => Note { status: MailStatus::Sent, ..plain },
            Outcome::Skipped(why) => Note { status: MailStatus::Skipped, why: Some(why.as_str().to_owned()), ..plain },
            Outcome::Later(opening, why) => {
                let next_attempt_at = Some(opening.min(at + retry::PUT_OFF_AT_MOST));
                Note { next_attempt_at, why: Some(why.as_str().to_owned()), ..plain }
            }
            Outcome::Failed(why) => Note { status: MailStatus::Failed, why: Some(why), tries: Some(tries), ..plain },
            Outcome::ToRetry(why) => match retry::delay_after(tries, self.context.chance.below(1000)) {
                Some(delay) => Note { next_attempt_at: Some(at + delay), why: Some(why), tries: Some(tries), ..plain },
                None => Note { status: MailStatus::Failed, why: Some(why), tries: Some(tries), ..plain },
            },
        });
    }

    /// Logs and counts what was committed.
    fn tell(&mut self, summary: &mut Summary) {
        for note in self.notes.drain(..) {
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

    /// The database did not take what became of a mail: it is told again, for otherwise the mail would go twice. Then
    /// everything else is let go.
    async fn recover(
        mut self,
        next: Option<&Ready>,
        error: ServiceError,
        is_stopping: &impl Fn() -> bool,
        summary: &mut Summary,
    ) -> Result<(), ServiceError> {
        tracing::error!(cause = chain(&error), "Could not note what became of mails, and tries again");
        let mut patience = Patience::default();
        loop {
            tokio::time::sleep(NOTE_AGAIN_AFTER).await;
            if self.let_go(next).await.is_ok() {
                self.tell(summary);
                return Ok(());
            }
            if patience.is_over(is_stopping()) {
                return Err(error);
            }
        }
    }

    /// Notes what became of mails and lets go of the rest; the next one was not handed over, whatever became of the
    /// transaction that began it.
    async fn let_go(&self, next: Option<&Ready>) -> Result<(), ServiceError> {
        let tx = self.context.db.begin_write().await?;
        for note in &self.notes {
            self.save(tx.conn(), note).await?;
        }
        if let Some(next) = next {
            lease::unbegin(tx.conn(), self.lease, &next.mail).await?;
        }
        lease::release(tx.conn(), self.lease).await?;
        Ok(tx.commit().await?)
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
