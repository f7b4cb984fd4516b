//! A batch of leased mails: one is under way at a time, written while the one before was, and the outcome of the one is
//! committed together with the start of the next. That is when the mail server waits for its first byte, and not before:
//! a mail of which nothing left is not one that may have arrived.

use std::panic::AssertUnwindSafe;
use std::time::Duration as Wait;
use std::vec;

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;

use super::kept_lease::KeptLease;
use super::mailer::Mailer;
use super::notes::{NOTE_AGAIN_AFTER, Note, Patience, tell};
use super::outcome::{Outcome, Summary};
use super::together;
use super::write::{Pen, Ready, View, take_token_back, write};
use crate::domain::gathering::gathers;
use crate::domain::ids::LeaseId;
use crate::domain::retry;
use crate::mail::transport::{Offer, SendError, SendErrorKind};
use crate::services::{Context, ServiceError, chain};
use crate::store::mail::outbox::lease::{self, LEASE, Mark};
use crate::store::mail::outbox::{MailStatus, OutboxMail};
use crate::store::mail::{frozen_mails, gathered};
use crate::store::{ConnectionTrait, LeaseTerm};

/// How long what became of a mail waits to be committed with the start of the next; a mail server that takes longer to be
/// ready for that holds it up no more.
const TOGETHER: Wait = Wait::from_millis(20);

/// How long one batch may take; a mail with a token waits no longer than this.
const BATCH_TIME: Duration = Duration::seconds(1);

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

/// How it came out to have the mail server wait for a mail.
struct Offered {
    /// Whether what became of the mails before is committed already.
    is_noted: bool,
    /// An error of the database; within, why the mail server does not wait.
    outcome: Result<Result<Offer, SendError>, ServiceError>,
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
        // What is written while the mail server is made ready for the mail before it.
        let mut ahead: Option<Written> = None;
        // Kept for a mail that is written anew while the mail server waits for it.
        let mut offer: Option<Offer> = None;
        loop {
            if is_stopping() || end.is_some_and(|end| (self.now)() > end) {
                next.ready = None;
            }
            let mut ready = self.take_in(next);
            // One that is not for it is let go first, for the mail server waits for one mail at a time.
            offer = offer.take().filter(|offer| ready.as_ref().is_some_and(|ready| offer.is_for(&ready.built)));
            if let (None, Some(waiting)) = (&offer, &ready) {
                let (offered, written) = tokio::join!(self.offered(waiting), self.written_once(&mut ahead, &mut mails));
                ahead = Some(written);
                if offered.is_noted {
                    tell(&mut self.notes, summary);
                }
                match offered.outcome {
                    Ok(Ok(waits)) => offer = Some(waits),
                    Ok(Err(error)) => {
                        let now = (self.now)();
                        end.get_or_insert(now + BATCH_TIME);
                        if let Some(ready) = ready.take() {
                            self.conclude(ready, now, Err(error)).await;
                        }
                        next = ahead.take().unwrap_or_default();
                        continue;
                    }
                    Err(error) => return self.recover(None, error, is_stopping, summary).await,
                }
            }
            let start = match self.commit(ready.as_ref()).await {
                Ok(start) => start,
                Err(error) => {
                    // However long it takes, the mail server does not wait.
                    drop(offer);
                    return self.recover(ready.as_ref(), error, is_stopping, summary).await;
                }
            };
            tell(&mut self.notes, summary);
            next = match (ready, start) {
                (None, _) => return Ok(()),
                (Some(ready), Start::Begun) => {
                    let begun_at = (self.now)();
                    end.get_or_insert(begun_at + BATCH_TIME);
                    let outcome = self.carried(&ready, offer.take()).await;
                    self.conclude(ready, begun_at, outcome).await;
                    ahead.take().unwrap_or_default()
                }
                (Some(ready), Start::Stale) => {
                    let view = ready.view.again(self.context.db.reader(), (self.now)()).await?;
                    match Box::pin(write(self.pen(), ready.mail, view)).await {
                        Ok(ready) => Written { unsent: vec![], ready: Some(ready) },
                        Err(unsent) => {
                            offer = None;
                            let mut written = ahead.take().unwrap_or_default();
                            written.unsent.push(unsent);
                            written
                        }
                    }
                }
                (Some(_), Start::Lost) => {
                    offer = None;
                    ahead.take().unwrap_or_default()
                }
            };
        }
    }

    /// Has the mail server wait for the first byte of a mail. Where that takes long, what became of the mails before is
    /// committed meanwhile.
    async fn offered(&self, ready: &Ready) -> Offered {
        let (lease, id) = (self.kept_lease(), ready.mail.id);
        let offering = async {
            let offering = AssertUnwindSafe(self.mailer.transport.offer(&ready.built)).catch_unwind();
            tokio::select! {
                offer = offering => offer.unwrap_or_else(|_| Err(SendError::of_a_fault_before())),
                never = lease.keep(id) => match never {},
            }
        };
        tokio::pin!(offering);
        tokio::select! {
            biased;
            offer = &mut offering => return Offered { is_noted: false, outcome: Ok(offer) },
            () = tokio::time::sleep(TOGETHER), if !self.notes.is_empty() => {}
        }
        let noting = self.note_apart();
        tokio::pin!(noting);
        let mut offer = None;
        let noted = loop {
            tokio::select! {
                noted = &mut noting => break noted,
                outcome = &mut offering, if offer.is_none() => offer = Some(outcome),
            }
        };
        if let Err(error) = noted {
            return Offered { is_noted: false, outcome: Err(error) };
        }
        let offer = match offer {
            Some(offer) => offer,
            None => offering.await,
        };
        Offered { is_noted: true, outcome: Ok(offer) }
    }

    /// What was written ahead, or is now.
    async fn written_once(&self, ahead: &mut Option<Written>, mails: &mut vec::IntoIter<OutboxMail>) -> Written {
        match ahead.take() {
            Some(written) => written,
            None => self.written(mails).await,
        }
    }

    /// Commits what became of mails, and nothing else.
    async fn note_apart(&self) -> Result<(), ServiceError> {
        let tx = self.context.db.begin_write().await?;
        for note in &self.notes {
            self.save(tx.conn(), note).await?;
        }
        Ok(tx.commit().await?)
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
            match Box::pin(write(self.pen(), mail, view)).await {
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
            Some(next) if !together::take(tx.conn(), self.lease, next.going(), now).await? => Start::Stale,
            Some(next) if lease::begin(tx.conn(), self.lease, &next.mail, LeaseTerm::new(now, LEASE)).await? => {
                if let Some(sealed) = &next.sealed {
                    frozen_mails::save(tx.conn(), next.mail.id, sealed.clone(), now).await?;
                }
                Start::Begun
            }
            Some(next) => {
                gathered::give_back(tx.conn(), next.going()).await?;
                Start::Lost
            }
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
        if is_ours && gathers(note.mail.kind) {
            gathered::mark(conn, note.mail.id, &mark).await?;
        }
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
    async fn carried(&self, ready: &Ready, offer: Option<Offer>) -> Result<(), SendError> {
        let Some(offer) = offer else { return Err(SendError::of_a_fault_before()) };
        let lease = self.kept_lease();
        let sending = AssertUnwindSafe(self.mailer.transport.deliver(offer, &ready.built)).catch_unwind();
        tokio::select! {
            outcome = sending => outcome.unwrap_or_else(|_| Err(SendError::of_a_fault())),
            never = lease.keep(ready.mail.id) => match never {},
        }
    }

    fn pen(&self) -> Pen<'a> {
        Pen { context: self.context, mailer: self.mailer, lease: self.lease }
    }

    fn kept_lease(&self) -> KeptLease<'a, Now> {
        KeptLease { context: self.context, lease: self.lease, now: self.now }
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
                tell(&mut self.notes, summary);
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
            gathered::give_back(tx.conn(), next.going()).await?;
        }
        lease::release(tx.conn(), self.lease).await?;
        Ok(tx.commit().await?)
    }
}
