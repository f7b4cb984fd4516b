//! Mails that go in one: those that a mail tells of too. They wait with it, and share what becomes of it.

use chrono::{DateTime, Utc};
use entity::outbox;
use sea_orm::sea_query::Condition;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use strum::IntoEnumIterator;

use super::outbox::lease::{self, Mark};
use super::outbox::{MailStatus, OutboxMail, read};
use crate::domain::gathering::{gathers, may_go_along};
use crate::domain::ids::{ContactId, LeaseId, MailId};
use crate::domain::notice::MailKind;
use crate::store::people::contacts;
use crate::store::{ConnectionTrait, StoreError};

/// How many mails go in one at most, besides the first.
const MOST: u64 = 20;

/// The mails that can go with this one: to the same person, as a contact of whichever connection, never tried, and in hand
/// of nobody else, oldest first. A row that cannot be read is left out.
pub async fn list(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    with: &OutboxMail,
    now: DateTime<Utc>,
) -> Result<Vec<OutboxMail>, StoreError> {
    let Some(contact) = with.contact.filter(|_| gathers(with.kind)) else { return Ok(vec![]) };
    let kinds = MailKind::iter().filter(|kind| gathers(*kind)).map(MailKind::as_str);
    let same = contacts::list_of_same_address(conn, contact).await?;
    let rows = outbox::Entity::find()
        .filter(outbox::COLUMN.contact_id.is_in(same.into_iter().map(ContactId::as_uuid)))
        .filter(untouched(lease, now))
        .filter(outbox::COLUMN.kind.is_in(kinds))
        .filter(outbox::COLUMN.id.ne(with.id.as_uuid()))
        .order_by_asc(outbox::COLUMN.created_at)
        .order_by_asc(outbox::COLUMN.id)
        .limit(MOST)
        .all(conn)
        .await?;
    let mails = rows.into_iter().filter_map(|row| read(row).ok());
    Ok(mails.filter(|mail| mail.next_attempt_at <= now || may_go_along(mail.kind, mail.created_at, now)).collect())
}

/// Mails that go with another.
#[derive(Debug, Clone, Copy)]
pub struct Going<'a> {
    /// With which.
    pub with: MailId,
    /// Which.
    pub mails: &'a [MailId],
}

/// Has mails go with another, out of their own line; `false` when one of them cannot any more.
pub async fn take(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    Going { with, mails }: Going<'_>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if mails.is_empty() {
        return Ok(true);
    }
    let update = outbox::Entity::update_many().col_expr(outbox::COLUMN.told_by, with.as_uuid().into());
    let taken = lease::let_go(update)
        .filter(outbox::COLUMN.id.is_in(mails.iter().map(|mail| mail.as_uuid())))
        .filter(untouched(lease, now))
        .exec(conn)
        .await?;
    Ok(taken.rows_affected == mails.len() as u64)
}

/// Whether nobody can have a mail, and no other worker has it in hand.
fn untouched(lease: LeaseId, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()))
        .add(outbox::COLUMN.attempts.eq(0))
        .add(outbox::COLUMN.handing_over_at.is_null())
        .add(outbox::COLUMN.handed_again_at.is_null())
        .add(outbox::COLUMN.told_by.is_null())
        .add(lease::is_free_since(now).add(outbox::COLUMN.lease_id.eq(lease.as_uuid())))
}

fn going_with(mail: MailId) -> UpdateMany<outbox::Entity> {
    outbox::Entity::update_many()
        .filter(outbox::COLUMN.told_by.eq(mail.as_uuid()))
        .filter(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()))
}

/// Gives mails back that were taken a moment ago, and no others.
pub async fn give_back(conn: &impl ConnectionTrait, Going { with, mails }: Going<'_>) -> Result<(), StoreError> {
    if mails.is_empty() {
        return Ok(());
    }
    let back = going_with(with).filter(outbox::COLUMN.id.is_in(mails.iter().map(|mail| mail.as_uuid())));
    back.col_expr(outbox::COLUMN.told_by, Option::<uuid::Uuid>::None.into()).exec(conn).await?;
    Ok(())
}

/// What became of a mail becomes of those that go with it. While nobody knows whether it went, they wait with it.
pub async fn mark(conn: &impl ConnectionTrait, with: MailId, mark: &Mark<'_>) -> Result<(), StoreError> {
    let nobody = Option::<uuid::Uuid>::None;
    let marked = match mark.status {
        MailStatus::Waiting if mark.handing_over_at.is_some() => return Ok(()),
        MailStatus::Sent => going_with(with)
            .col_expr(outbox::COLUMN.status, MailStatus::Sent.as_str().into())
            .col_expr(outbox::COLUMN.sent_at, mark.sent_at.into()),
        MailStatus::Failed => going_with(with)
            .col_expr(outbox::COLUMN.status, MailStatus::Failed.as_str().into())
            .col_expr(outbox::COLUMN.last_error, mark.why.into())
            .col_expr(outbox::COLUMN.told_by, nobody.into()),
        // They are tried again with it, written anew.
        MailStatus::Waiting => match mark.next_attempt_at {
            Some(at) => going_with(with)
                .col_expr(outbox::COLUMN.next_attempt_at, at.into())
                .col_expr(outbox::COLUMN.told_by, nobody.into()),
            None => going_with(with).col_expr(outbox::COLUMN.told_by, nobody.into()),
        },
        MailStatus::Skipped | MailStatus::Dropped => going_with(with).col_expr(outbox::COLUMN.told_by, nobody.into()),
    };
    marked.exec(conn).await?;
    Ok(())
}

/// Those that went with a mail that came back for good did not arrive either.
pub async fn mark_returned(conn: &impl ConnectionTrait, with: MailId, why: &str) -> Result<(), StoreError> {
    outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.status, MailStatus::Failed.as_str().into())
        .col_expr(outbox::COLUMN.last_error, why.into())
        .col_expr(outbox::COLUMN.told_by, Option::<uuid::Uuid>::None.into())
        .filter(outbox::COLUMN.told_by.eq(with.as_uuid()))
        .filter(outbox::COLUMN.status.is_in([MailStatus::Sent, MailStatus::Waiting].map(MailStatus::as_str)))
        .exec(conn)
        .await?;
    Ok(())
}

/// Those that went with a mail that is sent again come in line with it.
pub async fn mark_to_send_again(
    conn: &impl ConnectionTrait,
    with: MailId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.status, MailStatus::Waiting.as_str().into())
        .col_expr(outbox::COLUMN.sent_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(outbox::COLUMN.next_attempt_at, at.into())
        .col_expr(outbox::COLUMN.told_by, Option::<uuid::Uuid>::None.into())
        .filter(outbox::COLUMN.told_by.eq(with.as_uuid()))
        .filter(outbox::COLUMN.status.eq(MailStatus::Sent.as_str()))
        .exec(conn)
        .await?;
    Ok(())
}
