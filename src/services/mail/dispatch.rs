//! Sending what is in the outbox: lease a few mails, and one after another write, begin, hand over and mark each.
//!
//! - A mail is written when it is sent, from what is true then; what is no longer needed is skipped ([`write`]).
//! - Its bytes are kept, sealed, before they leave. When nobody knows whether the mail server has them, the next attempt
//!   sends the same bytes and the mail is marked: it may be double. A mail with a token is then given up instead.
//! - One transaction marks a mail and begins the next one ([`batch`]), when the mail server waits for its first byte: a
//!   worker that dies has at most one mail under way, and what it did not begin comes back when its lease ends.
//!
//! What a mail server can do and what becomes of the mail is in `docs/mail.md`.

mod batch;
mod by_hand;
mod kept_lease;
mod mailer;
mod notes;
mod outcome;
mod together;
mod write;

use chrono::{DateTime, Utc};

use crate::domain::ids::{LeaseId, MailId};
use crate::mail::message::BuiltMail;
use crate::services::mail::frozen;
use crate::services::{Context, ServiceError};
use crate::store::LeaseTerm;
use crate::store::mail::frozen_mails;
use crate::store::mail::outbox::{self, OutboxMail, Reading, lease};

pub use by_hand::{drop_by_hand, retry_all_failed, retry_by_hand};
pub use mailer::Mailer;
pub use outcome::Summary;

/// How many mails one lease covers: enough to share their transactions, few enough to be sent in a moment.
const BATCH: u64 = 25;

/// Sends every mail that is due now, those with a token first; one that cannot go does not stop the rest.
pub async fn send_due(
    context: &Context,
    mailer: &Mailer,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<Summary, ServiceError> {
    send_until(context, mailer, now, || false).await
}

/// Like [`send_due`]; once it is to stop, it finishes the mail under way and lets go of the rest.
pub async fn send_until(
    context: &Context,
    mailer: &Mailer,
    now: impl Fn() -> DateTime<Utc>,
    is_stopping: impl Fn() -> bool,
) -> Result<Summary, ServiceError> {
    let mut summary = Summary::default();
    while send_some(context, mailer, &now, &is_stopping, &mut summary).await? {}
    Ok(summary)
}

/// One lease of [`send_until`]: leases a few mails and sends them; `false` when nothing was due.
///
/// # Errors
/// When the outbox cannot be read or written; what was done until then is in the summary.
pub async fn send_some(
    context: &Context,
    mailer: &Mailer,
    now: &impl Fn() -> DateTime<Utc>,
    is_stopping: &impl Fn() -> bool,
    summary: &mut Summary,
) -> Result<bool, ServiceError> {
    if context.mail.is_held || is_stopping() {
        return Ok(false);
    }
    let id = LeaseId::from_uuid(context.chance.uuid_v7(now()));
    let leased = lease::acquire(&context.db, id, LeaseTerm::new(now(), lease::LEASE), BATCH).await?;
    if leased.mails.is_empty() && leased.corrupt.is_empty() {
        return Ok(false);
    }
    for error in leased.corrupt {
        tracing::error!(error = %error, "Gave up a mail whose row cannot be read");
        summary.failed += 1;
    }
    // Boxed, as all that a mail takes in one future is a good part of a thread's stack.
    Box::pin(batch::Batch::new(context, mailer, id, now).work(leased.mails, is_stopping, summary)).await?;
    Ok(true)
}

/// Ends the leases of a process that died, so that its mails need not wait for them; returns how many. A mail that was
/// begun keeps its bytes and its mark.
///
/// Only for the one process that can serve from its database, before it starts its own worker.
pub async fn release_leases_of_the_dead(context: &Context) -> Result<u64, ServiceError> {
    Ok(lease::release_all(context.db.writer()).await?)
}

/// The mail with this id, with what became of it.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(context: &Context, id: MailId) -> Result<OutboxMail, ServiceError> {
    outbox::find(context.db.reader(), id).await?.ok_or(ServiceError::NotFound)
}

/// The same for a mail whose row may be one that cannot be read.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find_any(context: &Context, id: MailId) -> Result<Reading, ServiceError> {
    outbox::find_any(context.db.reader(), id).await?.ok_or(ServiceError::NotFound)
}

/// A mail as it was rendered when it was handed over, for as long as it is kept; never one with a token. Of one that went
/// with another, that mail.
///
/// # Errors
/// When the store fails, or what is kept does not open.
pub async fn find_frozen(context: &Context, id: MailId) -> Result<Option<BuiltMail>, ServiceError> {
    let conn = context.db.reader();
    let id = outbox::find_any(conn, id).await?.and_then(Result::ok).and_then(|mail| mail.told_by).unwrap_or(id);
    let sealed = frozen_mails::find(conn, id).await?;
    sealed.map(|sealed| frozen::open(context, id, &sealed)).transpose()
}
