//! The outbox as people look at it: page by page, and in numbers. What the worker does is in [`super::outbox`].

use chrono::{DateTime, Utc};
use entity::outbox;
use sea_orm::{EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::outbox::Fate;
use super::{Connection, StoreError};

/// How many mails have this fate: for fates of which there are few.
///
/// # Errors
/// When the database fails.
pub async fn count_with_fate(conn: &impl Connection, fate: Fate) -> Result<u64, StoreError> {
    Ok(outbox::Entity::find().filter(outbox::COLUMN.status.eq(fate.as_str())).count(conn).await?)
}

/// Since when the mail that is due longest has been due, if any is.
///
/// # Errors
/// When the database fails.
pub async fn find_oldest_due(conn: &impl Connection, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    oldest(conn, oldest_waiting(now)).await
}

/// Since when the oldest mail has been due that was due before a moment and that no worker has had in hand since.
///
/// # Errors
/// When the database fails.
pub async fn find_oldest_untouched(
    conn: &impl Connection,
    before: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let is_untouched = outbox::COLUMN.lease_until.is_null().or(outbox::COLUMN.lease_until.lt(before));
    oldest(conn, oldest_waiting(before).filter(is_untouched)).await
}

fn oldest_waiting(due_before: DateTime<Utc>) -> Select<outbox::Entity> {
    outbox::Entity::find()
        .filter(outbox::COLUMN.status.eq(Fate::Waiting.as_str()))
        .filter(outbox::COLUMN.next_attempt_at.lte(due_before))
        .order_by_asc(outbox::COLUMN.next_attempt_at)
        .limit(1)
}

async fn oldest(conn: &impl Connection, query: Select<outbox::Entity>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let only = query.select_only().column(outbox::Column::NextAttemptAt);
    Ok(only.into_tuple::<DateTime<Utc>>().one(conn).await?)
}
