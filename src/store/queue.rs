//! A queue in the database: rows that wait until they are due, leased by one worker at a time.
//!
//! The outbox and the deliveries of webhooks are such queues: what a lease is, and that the marks of one that was lost are
//! void, is here; what becomes of a row is said where its table is. A lease that ends gives its rows back.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Condition, LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, UpdateMany};
use uuid::Uuid;

use crate::domain::ids::LeaseId;
use crate::store::{ConnectionTrait, LeaseTerm, StoreError};

/// The columns of a queue.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Columns<C> {
    /// The id of a row.
    pub(in crate::store) id: C,
    /// What became of it.
    pub(in crate::store) status: C,
    /// When it is due.
    pub(in crate::store) next_attempt_at: C,
    /// Until when a worker has it.
    pub(in crate::store) lease_until: C,
    /// Which lease it is.
    pub(in crate::store) lease_id: C,
}

/// A table that is a queue.
pub(in crate::store) trait Queue: EntityTrait {
    /// Its columns.
    const COLUMNS: Columns<Self::Column>;
    /// The status of a row that waits.
    const WAITING: &'static str;
}

/// The rows that are due, those that have waited longest first. They are locked until the transaction ends; those that
/// another transaction holds are passed over.
pub(in crate::store) fn due<Q: Queue>(now: DateTime<Utc>, limit: u64) -> Select<Q> {
    let columns = Q::COLUMNS;
    Q::find()
        .filter(columns.status.eq(Q::WAITING))
        .filter(columns.next_attempt_at.lte(now))
        .filter(is_free_since::<Q>(now))
        .order_by_asc(columns.next_attempt_at)
        .order_by_asc(columns.id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
}

/// Whether no worker has had a lease on a row since a moment, which is now or earlier.
pub(in crate::store) fn is_free_since<Q: Queue>(moment: DateTime<Utc>) -> Condition {
    let until = Q::COLUMNS.lease_until;
    Condition::any().add(until.is_null()).add(until.lt(moment))
}

/// Leases rows that [`due`] found in the same transaction.
pub(in crate::store) async fn lease<Q: Queue>(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    term: LeaseTerm,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<(), StoreError> {
    let columns = Q::COLUMNS;
    Q::update_many()
        .col_expr(columns.lease_until, term.until.into())
        .col_expr(columns.lease_id, lease.as_uuid().into())
        .filter(columns.id.is_in(ids))
        .exec(conn)
        .await?;
    Ok(())
}

/// A change of what waits under this lease.
pub(in crate::store) fn leased<Q: Queue>(lease: LeaseId) -> UpdateMany<Q> {
    let columns = Q::COLUMNS;
    Q::update_many().filter(columns.lease_id.eq(lease.as_uuid())).filter(columns.status.eq(Q::WAITING))
}

/// A change of one row, if it waits under this lease.
pub(in crate::store) fn leased_row<Q: Queue>(lease: LeaseId, id: Uuid) -> UpdateMany<Q> {
    leased::<Q>(lease).filter(Q::COLUMNS.id.eq(id))
}

/// Leases a row for longer.
pub(in crate::store) async fn renew<Q: Queue>(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    id: Uuid,
    lease_until: DateTime<Utc>,
) -> Result<(), StoreError> {
    leased_row::<Q>(lease, id).col_expr(Q::COLUMNS.lease_until, lease_until.into()).exec(conn).await?;
    Ok(())
}

/// Ends the leases on rows that are changed.
pub(in crate::store) fn let_go<Q: Queue>(update: UpdateMany<Q>) -> UpdateMany<Q> {
    let columns = Q::COLUMNS;
    update
        .col_expr(columns.lease_until, Option::<DateTime<Utc>>::None.into())
        .col_expr(columns.lease_id, Option::<Uuid>::None.into())
}

/// Gives back everything that still waits under a lease, as if it had not been taken.
pub(in crate::store) async fn release<Q: Queue>(conn: &impl ConnectionTrait, lease: LeaseId) -> Result<(), StoreError> {
    let_go(leased::<Q>(lease)).exec(conn).await?;
    Ok(())
}

/// Ends every lease. Only when no worker can be alive: what one that is has in hand would go twice.
pub(in crate::store) async fn release_all<Q: Queue>(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let columns = Q::COLUMNS;
    let waiting = Q::update_many().filter(columns.status.eq(Q::WAITING)).filter(columns.lease_id.is_not_null());
    Ok(let_go(waiting).exec(conn).await?.rows_affected)
}
