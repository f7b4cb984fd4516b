//! The outbox as people look at it: page by page, and in numbers. What the worker does is in [`super::outbox`].

use chrono::{DateTime, Duration, Utc};
use entity::outbox;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::domain::ids::{ConnectionId, MailId};
use crate::domain::notice::MailKind;
use crate::store::mail::mail_connections;
use crate::store::mail::outbox::{MailStatus, Reading, lease, read};
use crate::store::{ConnectionTrait, StoreError, count_up_to};

/// How many mails have this status: for who measures.
pub async fn count_all_with_status(conn: &impl ConnectionTrait, status: MailStatus) -> Result<u64, StoreError> {
    Ok(with_status(status).count(conn).await?)
}

/// How many mails have this status, as far as is counted.
pub async fn count_with_status(conn: &impl ConnectionTrait, status: MailStatus) -> Result<u64, StoreError> {
    count_up_to(conn, with_status(status)).await
}

fn with_status(status: MailStatus) -> Select<outbox::Entity> {
    outbox::Entity::find().filter(outbox::COLUMN.status.eq(status.as_str()))
}

/// Since when the mail that is due longest has been due, if any is.
pub async fn find_oldest_due(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    oldest(conn, oldest_waiting(now)).await
}

/// Since when the oldest mail has been due that was due so long ago and that no worker has had in hand since.
pub async fn find_oldest_untouched(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    for_long: Duration,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let before = now - for_long;
    oldest(conn, oldest_waiting(before).filter(lease::is_free_since(before))).await
}

fn oldest_waiting(due_before: DateTime<Utc>) -> Select<outbox::Entity> {
    outbox::Entity::find()
        .filter(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()))
        .filter(outbox::COLUMN.next_attempt_at.lte(due_before))
        .filter(outbox::COLUMN.told_by.is_null())
        .order_by_asc(outbox::COLUMN.next_attempt_at)
        .limit(1)
}

async fn oldest(
    conn: &impl ConnectionTrait,
    query: Select<outbox::Entity>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let only = query.select_only().column(outbox::Column::NextAttemptAt);
    Ok(only.into_tuple::<DateTime<Utc>>().one(conn).await?)
}

/// Which mails to list; every part narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailFilter {
    /// Only mails with this status.
    pub status: Option<MailStatus>,
    /// Only mails of this kind.
    pub kind: Option<MailKind>,
    /// Only mails about one of these connections, also where they are about more.
    pub schools: Option<Vec<ConnectionId>>,
}

/// Mails of one page, newest first, and after which one the next page starts, if there is one.
#[derive(Debug, Default)]
pub struct MailPage {
    /// The mails.
    pub mails: Vec<Reading>,
    /// The last row of this page, when there are more.
    pub next: Option<MailId>,
}

/// A page of at most `limit` mails, newest first, made before the mail with this id: the cost does not grow with the
/// outbox, for ids rise with time and every filter has an index that ends in the id.
pub async fn list_page(
    conn: &impl ConnectionTrait,
    filter: &MailFilter,
    before: Option<MailId>,
    limit: u64,
) -> Result<MailPage, StoreError> {
    let mut query = outbox::Entity::find();
    if let Some(status) = filter.status {
        query = query.filter(outbox::COLUMN.status.eq(status.as_str()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(outbox::COLUMN.kind.eq(kind.as_str()));
    }
    if let Some(schools) = &filter.schools {
        query = query.filter(mail_connections::of_schools(conn, schools, before).await?);
    }
    if let Some(before) = before {
        query = query.filter(outbox::COLUMN.id.lt(before.as_uuid()));
    }
    let mut rows = query.order_by_desc(outbox::COLUMN.id).limit(limit + 1).all(conn).await?;
    let has_more = rows.len() as u64 > limit;
    if has_more {
        rows.pop();
    }
    let next = rows.last().filter(|_| has_more).map(|row| MailId::from_uuid(row.id));
    Ok(MailPage { mails: rows.into_iter().map(read).collect(), next })
}
