//! The queue of connection checks: which is made next, by whom, and what is deleted afterwards.

use chrono::{DateTime, Utc};
use entity::{check_host, check_run, connection_check};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::check::NotMade;
use crate::domain::ids::{CheckId, ConnectionId};
use crate::store::{ConnectionTrait, LeaseTerm, StoreError};

/// A check that may begin: no more of it than the claim needs, so that nothing of it can be corrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: CheckId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// Until when a worker that died had leased it; `None` when nobody began.
    pub lease_until: Option<DateTime<Utc>>,
    /// Whether a person asked for it.
    pub is_asked: bool,
}

/// The columns of a [`Waiting`].
type Row = (uuid::Uuid, uuid::Uuid, Option<DateTime<Utc>>, Option<String>);

/// Checks that wait, or whose worker died, and whose host is free: those that a person waits for first, then runs.
pub async fn list_to_begin(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Waiting>, StoreError> {
    let busy = Query::select()
        .column(check_host::Column::Host)
        .from(check_host::Entity)
        .and_where(Expr::col(check_host::Column::LeaseUntil).gt(now))
        .to_owned();
    let is_free = connection_check::COLUMN.lease_until.is_null().or(connection_check::COLUMN.lease_until.lte(now));
    let rows: Vec<Row> = connection_check::Entity::find()
        .select_only()
        .column(connection_check::Column::Id)
        .column(connection_check::Column::ConnectionId)
        .column(connection_check::Column::LeaseUntil)
        .column(connection_check::Column::AskedBy)
        .filter(connection_check::COLUMN.finished_at.is_null())
        .filter(is_free)
        .filter(Expr::col(connection_check::Column::Host).not_in_subquery(busy))
        .order_by(Expr::col(connection_check::Column::RunId).is_null(), Order::Desc)
        .order_by_asc(connection_check::COLUMN.asked_at)
        .order_by_asc(connection_check::COLUMN.id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(conn)
        .await?;
    let waiting = |(id, school, lease_until, asked_by): Row| Waiting {
        id: CheckId::from_uuid(id),
        connection: ConnectionId::from_uuid(school),
        lease_until,
        is_asked: asked_by.is_some(),
    };
    Ok(rows.into_iter().map(waiting).collect())
}

/// Whether a check of a connection waits or is under way.
pub async fn has_open(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<bool, StoreError> {
    let open = connection_check::Entity::find()
        .filter(connection_check::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(connection_check::COLUMN.finished_at.is_null());
    Ok(open.count(conn).await? > 0)
}

/// Takes a host for a term, so that nobody else checks it; `false` when somebody does.
pub async fn claim_host(
    conn: &impl ConnectionTrait,
    host: &str,
    check: CheckId,
    term: LeaseTerm,
) -> Result<bool, StoreError> {
    let free = check_host::ActiveModel {
        host: Set(host.to_owned()),
        check_id: Set(check.as_uuid()),
        lease_until: Set(term.now),
    };
    let keep = OnConflict::column(check_host::Column::Host).do_nothing().to_owned();
    check_host::Entity::insert(free).on_conflict(keep).exec_without_returning(conn).await?;
    let taken = check_host::Entity::update_many()
        .col_expr(check_host::COLUMN.check_id, check.as_uuid().into())
        .col_expr(check_host::COLUMN.lease_until, term.until.into())
        .filter(check_host::COLUMN.host.eq(host))
        .filter(check_host::COLUMN.lease_until.lte(term.now))
        .exec(conn)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Ends the lease on the host of a check.
pub async fn release_host(conn: &impl ConnectionTrait, check: CheckId) -> Result<(), StoreError> {
    check_host::Entity::delete_many().filter(check_host::COLUMN.check_id.eq(check.as_uuid())).exec(conn).await?;
    Ok(())
}

/// Deletes checks that were over before a moment, and the runs that are as old.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let checks = connection_check::Entity::delete_many()
        .filter(connection_check::COLUMN.finished_at.lt(before))
        .exec(conn)
        .await?;
    let used = Query::select()
        .column(connection_check::Column::RunId)
        .from(connection_check::Entity)
        .and_where(Expr::col(connection_check::Column::RunId).is_not_null())
        .to_owned();
    let runs = check_run::Entity::delete_many()
        .filter(check_run::COLUMN.asked_at.lt(before))
        .filter(Expr::col(check_run::Column::Id).not_in_subquery(used))
        .exec(conn)
        .await?;
    Ok(checks.rows_affected + runs.rows_affected)
}

/// The connections of which more checks than this are kept.
pub async fn list_with_more_than(conn: &impl ConnectionTrait, most: u64) -> Result<Vec<ConnectionId>, StoreError> {
    let ids: Vec<uuid::Uuid> = connection_check::Entity::find()
        .select_only()
        .column(connection_check::Column::ConnectionId)
        .group_by(connection_check::Column::ConnectionId)
        .having(Expr::col(connection_check::Column::Id).count().gt(most))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(ConnectionId::from_uuid).collect())
}

/// Deletes a connection's checks that are over, but for the newest ones.
pub async fn delete_all_but_newest(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    keep: u64,
) -> Result<u64, StoreError> {
    let of_school = || connection_check::COLUMN.connection_id.eq(connection.as_uuid());
    let newest: Option<uuid::Uuid> = connection_check::Entity::find()
        .select_only()
        .column(connection_check::Column::Id)
        .filter(of_school())
        .order_by_desc(connection_check::COLUMN.id)
        .offset(keep)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    let Some(newest) = newest else { return Ok(0) };
    let deleted = connection_check::Entity::delete_many()
        .filter(of_school())
        .filter(connection_check::COLUMN.id.lte(newest))
        .filter(connection_check::COLUMN.finished_at.is_not_null())
        .exec(conn)
        .await?;
    Ok(deleted.rows_affected)
}

/// Deletes the tries of the timer, but for one, that only say that a connection's address was left in peace or that our
/// own machinery failed: of a long outage the last one is enough, and the history is for checks that were made. What
/// people asked for stays.
pub async fn delete_vain(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    but: CheckId,
) -> Result<(), StoreError> {
    connection_check::Entity::delete_many()
        .filter(connection_check::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(connection_check::COLUMN.not_made.is_in([NotMade::Resting, NotMade::BrokeOff].map(NotMade::as_str)))
        .filter(connection_check::COLUMN.asked_by.is_null())
        .filter(connection_check::COLUMN.run_id.is_null())
        .filter(connection_check::COLUMN.id.ne(but.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Forgets hosts whose check was never given back.
pub async fn delete_ended_leases(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let deleted = check_host::Entity::delete_many().filter(check_host::COLUMN.lease_until.lt(now)).exec(conn).await?;
    Ok(deleted.rows_affected)
}
