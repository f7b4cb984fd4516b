//! Sending what is in the outbox: claim with a lease, make the text, send, mark.
//!
//! A mail is written when it is sent, from what is true then. A mail with a token is made once, and never late.

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{MailId, SchoolId};
use crate::domain::retry;
use crate::domain::text::Reason;
use crate::mail::message::{self, BuiltMail, OutgoingMail, Sender};
use crate::mail::transport::{SendErrorKind, Transport};
use crate::services::letters::{self, Draft, Unsendable, draft};
use crate::services::work::Work;
use crate::services::{Call, Office, ServiceError, chain, frozen};
use crate::store::frozen_mails;
use crate::store::outbox::{self, Claimed, OutboxMail};

/// What a lease is longer than a mail can take, in seconds.
const LEASE_MARGIN_SECONDS: u64 = 60;

/// The post room: how mails leave and in whose name.
#[derive(Debug, Clone)]
pub struct PostRoom {
    /// What carries them.
    pub transport: Transport,
    /// Who they come from.
    pub sender: Sender,
}

/// What a round of sending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Handed to the mail server.
    pub sent: usize,
    /// No longer needed.
    pub skipped: usize,
    /// To be tried again.
    pub to_retry: usize,
    /// Given up.
    pub failed: usize,
}

impl Summary {
    /// Whether there was nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

enum Fate {
    Sent,
    Later(DateTime<Utc>),
    Skipped(&'static str),
    ToRetry(String),
    Failed(String),
}

/// Sends every mail that is due now, those with a token first; one that cannot go does not stop the rest.
///
/// # Errors
/// When the outbox cannot be read or written.
pub async fn send_due(
    office: &Office,
    room: &PostRoom,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<Summary, ServiceError> {
    send_until(office, room, now, || false).await
}

/// Like [`send_due`], and takes no further mail once it is to stop.
///
/// One mail at a time is leased: a worker that dies keeps no other waiting, and what it held comes back soon.
///
/// # Errors
/// When the outbox cannot be read or written.
pub async fn send_until(
    office: &Office,
    room: &PostRoom,
    now: impl Fn() -> DateTime<Utc>,
    is_stopping: impl Fn() -> bool,
) -> Result<Summary, ServiceError> {
    let mut summary = Summary::default();
    while !is_stopping() {
        let claimed = claim(office, room, now()).await?;
        if claimed.mails.is_empty() && claimed.corrupt.is_empty() {
            break;
        }
        for error in claimed.corrupt {
            tracing::error!(error = %error, "Gave up a mail whose row cannot be read");
            summary.failed += 1;
        }
        for mail in claimed.mails {
            // A fault in one mail's text costs that mail, not the worker.
            let attempt = AssertUnwindSafe(send(office, room, &mail, now())).catch_unwind().await;
            let fate = attempt.unwrap_or_else(|_| Fate::Failed("a fault while the mail was written".to_owned()));
            if let Err(error) = mark(office, &mail, fate, now(), &mut summary).await {
                tracing::error!(mail.id = %mail.id, cause = chain(&error), "Could not note what became of a mail");
            }
        }
    }
    Ok(summary)
}

async fn claim(office: &Office, room: &PostRoom, now: DateTime<Utc>) -> Result<Claimed, ServiceError> {
    let longest = room.transport.longest_send().as_secs() + LEASE_MARGIN_SECONDS;
    let lease = Duration::seconds(i64::try_from(longest).unwrap_or(i64::MAX));
    Ok(outbox::claim_due(&office.db, now, now + lease, 1).await?)
}

async fn send(office: &Office, room: &PostRoom, mail: &OutboxMail, now: DateTime<Utc>) -> Fate {
    let draft = match draft(office, mail, now).await {
        Ok(draft) => draft,
        Err(Unsendable::NotNeeded(why)) => return Fate::Skipped(why),
        Err(Unsendable::Doubtful(why)) => return Fate::Failed(why.to_owned()),
        Err(Unsendable::Later(at)) => return Fate::Later(at),
        Err(Unsendable::Service(error)) => return Fate::ToRetry(chain(&error)),
    };
    let built = match message::build(&room.sender, &outgoing(mail, draft)) {
        Ok(built) => built,
        Err(error) => return Fate::Failed(error.to_string()),
    };
    match room.transport.send(&built).await {
        Ok(()) => Fate::Sent,
        Err(error) => match error.kind {
            SendErrorKind::Permanent => Fate::Failed(error.text),
            // It may have arrived; a second one would carry another token.
            SendErrorKind::Unknown if mail.kind.carries_token() => Fate::Failed(error.text),
            SendErrorKind::Temporary if mail.kind.carries_token() => take_back(office, mail, error.text).await,
            SendErrorKind::Temporary | SendErrorKind::Unknown => Fate::ToRetry(error.text),
        },
    }
}

/// The server did not take the mail: its token is worth nothing, and the next try makes a new one.
async fn take_back(office: &Office, mail: &OutboxMail, why: String) -> Fate {
    match letters::take_token_back(office, mail).await {
        Ok(()) => Fate::ToRetry(why),
        Err(error) => Fate::Failed(format!("{why}; {}", chain(&error))),
    }
}

fn outgoing(mail: &OutboxMail, draft: Draft) -> OutgoingMail {
    OutgoingMail {
        to_name: draft.to_name,
        to_address: draft.to_address,
        reply_to: draft.reply_to,
        subject: draft.letter.subject,
        text: draft.letter.text,
        html: draft.letter.html,
        message_id: mail.message_id.clone(),
        thread_root: mail.school.map(|school| thread_root(school, &mail.message_id)),
        date: mail.created_at,
    }
}

/// All mails about one school are one thread, though none of them was first.
fn thread_root(school: SchoolId, message_id: &str) -> String {
    let host = message_id.rsplit_once('@').map_or("koppelklaar>", |(_, host)| host);
    format!("<school-{school}@{host}")
}

async fn mark(
    office: &Office,
    mail: &OutboxMail,
    fate: Fate,
    now: DateTime<Utc>,
    summary: &mut Summary,
) -> Result<(), ServiceError> {
    let conn = office.db.writer();
    let kind = mail.kind.as_str();
    match fate {
        Fate::Sent => {
            outbox::mark_sent(conn, mail.id, now).await?;
            tracing::info!(mail.id = %mail.id, mail.kind = kind, "Sent {kind} mail");
            summary.sent += 1;
        }
        Fate::Later(at) => {
            outbox::mark_to_retry(conn, mail.id, at, "waits for working hours").await?;
            summary.to_retry += 1;
        }
        Fate::Skipped(why) => {
            outbox::mark_skipped(conn, mail.id, why).await?;
            tracing::debug!(mail.id = %mail.id, mail.kind = kind, why, "Skipped {kind} mail");
            summary.skipped += 1;
        }
        Fate::ToRetry(why) => match retry::delay_after(mail.attempts, office.chance.below(1000)) {
            Some(delay) => {
                outbox::mark_to_retry(conn, mail.id, now + delay, &why).await?;
                tracing::warn!(mail.id = %mail.id, mail.kind = kind, why, "Will try {kind} mail again");
                summary.to_retry += 1;
            }
            None => give_up(office, mail, &why, summary).await?,
        },
        Fate::Failed(why) => give_up(office, mail, &why, summary).await?,
    }
    Ok(())
}

async fn give_up(office: &Office, mail: &OutboxMail, why: &str, summary: &mut Summary) -> Result<(), ServiceError> {
    let kind = mail.kind.as_str();
    outbox::mark_failed(office.db.writer(), mail.id, why).await?;
    tracing::error!(mail.id = %mail.id, mail.kind = kind, why, "Gave up {kind} mail");
    summary.failed += 1;
    Ok(())
}

/// The mail with this id, with what became of it.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(office: &Office, id: MailId) -> Result<OutboxMail, ServiceError> {
    outbox::find(office.db.reader(), id).await?.ok_or(ServiceError::NotFound)
}

/// A colleague takes a mail out of the line, with the reason: it will not be sent.
///
/// # Errors
/// `NotFound` when there is none; `Conflict` when it is not waiting or given up, or is being sent at this moment;
/// `Forbidden` for who may not act.
pub async fn drop_by_hand(office: &Office, call: &Call, id: MailId, reason: Reason) -> Result<(), ServiceError> {
    check_may_act(call)?;
    let mut work = Work::begin(office, call).await?;
    let mail = outbox::find(work.conn(), id).await?.ok_or(ServiceError::NotFound)?;
    if !outbox::mark_dropped(work.conn(), id, reason.as_str(), call.now).await? {
        return Err(ServiceError::Conflict);
    }
    work.note(mail.school, Action::MailDropped { mail: id, reason });
    work.finish().await
}

fn check_may_act(call: &Call) -> Result<(), ServiceError> {
    match call.actor {
        Actor::Staff { role, .. } if role.can_act() => Ok(()),
        Actor::Staff { .. } | Actor::Contact { .. } | Actor::Check | Actor::Clock | Actor::Operator => {
            Err(ServiceError::Forbidden)
        }
    }
}

/// A colleague puts a mail that was given up back in line.
///
/// # Errors
/// `NotFound` when it was not given up; `Forbidden` for who may not act.
pub async fn retry_by_hand(office: &Office, call: &Call, id: MailId) -> Result<(), ServiceError> {
    check_may_act(call)?;
    let mut work = Work::begin(office, call).await?;
    let mail = outbox::find(work.conn(), id).await?.ok_or(ServiceError::NotFound)?;
    if mail.kind.carries_token() || !outbox::mark_retried_by_hand(work.conn(), id, call.now).await? {
        return Err(ServiceError::NotFound);
    }
    work.note(mail.school, Action::MailRetried { mail: id });
    work.finish().await?;
    office.mail_waits.notify_one();
    Ok(())
}

/// A mail as it was rendered when it was handed over, for as long as it is kept; never one with a token.
///
/// # Errors
/// When the store fails, or what is kept does not open.
pub async fn find_frozen(office: &Office, id: MailId) -> Result<Option<BuiltMail>, ServiceError> {
    let sealed = frozen_mails::find(office.db.reader(), id).await?;
    sealed.map(|sealed| frozen::open(office, id, &sealed)).transpose()
}
