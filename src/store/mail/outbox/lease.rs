//! Leases on mails: acquired by a worker, and void once another worker has acquired them.
//!
//! What a lease is stands in [`queue`](crate::store::queue). One covers a few mails. Each is begun before its bytes leave ([`begin`]) and marked when the outcome is known
//! ([`mark`]); both do nothing to a mail whose lease was lost. [`release`] gives back what was not begun.

use chrono::{DateTime, Duration, Utc};
use entity::outbox;
use sea_orm::sea_query::Condition;
use sea_orm::{QueryFilter, Select, UpdateMany};
use strum::IntoEnumIterator;

use super::{MailStatus, OutboxMail, to_mail};
use crate::domain::ids::{LeaseId, MailId};
use crate::domain::notice::MailKind;
use crate::store::queue::{self, Columns, Queue};
use crate::store::{ConnectionTrait, Db, LeaseTerm, StoreError};

/// How long a lease lasts when its worker does not renew it: what a dead worker had comes back after this.
pub const LEASE: Duration = Duration::seconds(30);

/// What a worker has leased.
#[derive(Debug, Default)]
pub struct Leased {
    /// The mails to send.
    pub mails: Vec<OutboxMail>,
    /// The rows that cannot be read; they were given up, so that they do not hold up the rest.
    pub corrupt: Vec<StoreError>,
}

/// Takes due mails in hand and commits, so that no other worker takes them within the term.
///
/// Mails with a token are awaited now and die within minutes: where one is due, only those are taken.
pub async fn acquire(db: &Db, lease: LeaseId, term: LeaseTerm, limit: u64) -> Result<Leased, StoreError> {
    let now = term.now;
    let tx = db.begin_write().await?;
    let tokens = MailKind::iter().filter(|kind| kind.carries_token()).map(MailKind::as_str);
    let awaited = due(now, limit).filter(outbox::COLUMN.kind.is_in(tokens));
    let mut rows = awaited.all(tx.conn()).await?;
    if rows.is_empty() {
        rows = due(now, limit).all(tx.conn()).await?;
    }
    if rows.is_empty() {
        return Ok(Leased::default());
    }
    queue::lease::<outbox::Entity>(tx.conn(), lease, term, rows.iter().map(|row| row.id)).await?;
    let mut leased = Leased::default();
    for row in rows {
        let id = MailId::from_uuid(row.id);
        match to_mail(row) {
            Ok(mail) => leased.mails.push(mail),
            Err(corrupt) => {
                let why = corrupt.to_string();
                mark(tx.conn(), lease, id, &Mark::failed(&why)).await?;
                leased.corrupt.push(corrupt);
            }
        }
    }
    tx.commit().await?;
    Ok(leased)
}

fn due(now: DateTime<Utc>, limit: u64) -> Select<outbox::Entity> {
    queue::due::<outbox::Entity>(now, limit).filter(outbox::COLUMN.told_by.is_null())
}

/// Whether no worker has had a lease on a mail since a moment, which is now or earlier.
pub(in crate::store) fn is_free_since(moment: DateTime<Utc>) -> Condition {
    queue::is_free_since::<outbox::Entity>(moment)
}

fn leased_mail(lease: LeaseId, id: MailId) -> UpdateMany<outbox::Entity> {
    queue::leased_row(lease, id.as_uuid())
}

/// Notes that a mail's bytes are about to be handed over, and renews its lease; `false` when the lease was lost.
pub async fn begin(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    mail: &OutboxMail,
    term: LeaseTerm,
) -> Result<bool, StoreError> {
    let mut begun = leased_mail(lease, mail.id)
        .col_expr(outbox::COLUMN.attempts, (mail.attempts + 1).into())
        .col_expr(outbox::COLUMN.lease_until, term.until.into());
    if mail.handing_over_at.is_none() {
        begun = begun.col_expr(outbox::COLUMN.handing_over_at, term.now.into());
    } else if !mail.may_be_double {
        begun = begun.col_expr(outbox::COLUMN.handed_again_at, term.now.into());
    }
    Ok(begun.exec(conn).await?.rows_affected == 1)
}

/// Leases a mail anew while it is being handed over.
pub async fn renew(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    id: MailId,
    lease_until: DateTime<Utc>,
) -> Result<(), StoreError> {
    queue::renew::<outbox::Entity>(conn, lease, id.as_uuid(), lease_until).await
}

/// What became of a held mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark<'a> {
    /// Its status; `Waiting` puts it back in line.
    pub status: MailStatus,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it is due again, if that changes.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Why.
    pub why: Option<&'a str>,
    /// Since when nobody knows whether the mail server has it.
    pub handing_over_at: Option<DateTime<Utc>>,
    /// How often it was tried, if that changes.
    pub attempts: Option<i32>,
}

impl<'a> Mark<'a> {
    const NOTHING: Mark<'static> = Mark {
        status: MailStatus::Waiting,
        sent_at: None,
        next_attempt_at: None,
        why: None,
        handing_over_at: None,
        attempts: None,
    };

    /// The mail server took it.
    pub fn sent(at: DateTime<Utc>) -> Self {
        Mark { status: MailStatus::Sent, sent_at: Some(at), ..Self::NOTHING }
    }

    /// It is no longer needed.
    pub fn skipped(why: &'a str) -> Self {
        Mark { status: MailStatus::Skipped, why: Some(why), ..Self::NOTHING }
    }

    /// It is given up.
    pub fn failed(why: &'a str) -> Self {
        Mark { status: MailStatus::Failed, why: Some(why), ..Self::NOTHING }
    }

    /// It is due again later.
    pub fn later(at: DateTime<Utc>, why: &'a str) -> Self {
        Mark { next_attempt_at: Some(at), why: Some(why), ..Self::NOTHING }
    }
}

/// Saves what became of a mail and ends its lease; `false` when the lease was lost.
pub async fn mark(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    id: MailId,
    mark: &Mark<'_>,
) -> Result<bool, StoreError> {
    let mut marked = let_go(leased_mail(lease, id))
        .col_expr(outbox::COLUMN.status, mark.status.as_str().into())
        .col_expr(outbox::COLUMN.sent_at, mark.sent_at.into())
        .col_expr(outbox::COLUMN.last_error, mark.why.into())
        .col_expr(outbox::COLUMN.handing_over_at, mark.handing_over_at.into());
    if let Some(at) = mark.next_attempt_at {
        marked = marked.col_expr(outbox::COLUMN.next_attempt_at, at.into());
    }
    if let Some(attempts) = mark.attempts {
        marked = marked.col_expr(outbox::COLUMN.attempts, attempts.into());
    }
    Ok(marked.exec(conn).await?.rows_affected == 1)
}

/// Lets go of everything that is still held, as if it had not been taken.
pub async fn release(conn: &impl ConnectionTrait, lease: LeaseId) -> Result<(), StoreError> {
    queue::release::<outbox::Entity>(conn, lease).await
}

/// Ends every lease. Only when no worker can be alive: the mails of one that is would go twice.
pub async fn release_all(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    queue::release_all::<outbox::Entity>(conn).await
}

/// Takes back that a mail was begun, for it was not handed over after all.
pub async fn unbegin(conn: &impl ConnectionTrait, lease: LeaseId, mail: &OutboxMail) -> Result<(), StoreError> {
    let mut back = let_go(leased_mail(lease, mail.id))
        .col_expr(outbox::COLUMN.attempts, mail.attempts.into())
        .col_expr(outbox::COLUMN.handing_over_at, mail.handing_over_at.into());
    if !mail.may_be_double {
        back = back.col_expr(outbox::COLUMN.handed_again_at, Option::<DateTime<Utc>>::None.into());
    }
    back.exec(conn).await?;
    Ok(())
}

pub(in crate::store) fn let_go(update: UpdateMany<outbox::Entity>) -> UpdateMany<outbox::Entity> {
    queue::let_go(update)
}

impl Queue for outbox::Entity {
    const COLUMNS: Columns<outbox::Column> = Columns {
        id: outbox::Column::Id,
        status: outbox::Column::Status,
        next_attempt_at: outbox::Column::NextAttemptAt,
        lease_until: outbox::Column::LeaseUntil,
        lease_id: outbox::Column::LeaseId,
    };
    const WAITING: &'static str = "waiting";
}
