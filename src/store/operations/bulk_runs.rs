//! Runs of one submit for many, and which worker goes on with one. Their items are in [`super::bulk_items`].
//!
//! A run that was begun and is not over is free from a moment on. Who takes it sets that moment to the end of the lease;
//! who gives it back sets it to now. So a run of which the lease ran out without being given back was dropped by a worker
//! that died.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{bulk_item, bulk_run};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use crate::domain::actor::Actor;
use crate::domain::bulk::{BulkKind, BulkOutcome, BulkWork};
use crate::domain::ids::{BulkRunId, LeaseId, StaffId};
use crate::store::{ConnectionTrait, LeaseTerm, StoreError, readable};

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRun {
    /// Its id.
    pub id: BulkRunId,
    /// What sort of work.
    pub kind: BulkKind,
    /// What is done to each item; `None` until it begins.
    pub work: Option<BulkWork>,
    /// Of the form that asked for it.
    pub key: String,
    /// Who asked for it.
    pub asked_by: Actor,
    /// When it was put together.
    pub asked_at: DateTime<Utc>,
    /// When it was to begin.
    pub begun_at: Option<DateTime<Utc>>,
    /// How many items there are to do.
    pub total: u32,
    /// How many of them are over.
    pub done: u32,
    /// How many items came out how, with those that were left out.
    pub counts: BTreeMap<BulkOutcome, u32>,
    /// When the last of them was over.
    pub finished_at: Option<DateTime<Utc>>,
}

impl BulkRun {
    /// How many items came out so.
    pub fn count(&self, outcome: BulkOutcome) -> u32 {
        self.counts.get(&outcome).copied().unwrap_or_default()
    }

    /// Whether it was begun and is not over.
    pub fn is_running(&self) -> bool {
        self.begun_at.is_some() && self.finished_at.is_none()
    }
}

/// A run that a worker took.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The run.
    pub run: BulkRun,
    /// Whether the worker before dropped it: it may have died of the item that is next.
    pub was_dropped: bool,
}

/// Stores a new run, without its items; `false` when there is one with its key.
pub async fn insert(conn: &impl ConnectionTrait, new: &BulkRun) -> Result<bool, StoreError> {
    let keep = OnConflict::column(bulk_run::Column::Key).do_nothing().to_owned();
    let row = bulk_run::ActiveModel {
        id: Set(new.id.as_uuid()),
        kind: Set(new.kind.as_str().to_owned()),
        work: Set(new.work.as_ref().map(|work| to_json(new.id, work)).transpose()?),
        key: Set(new.key.clone()),
        asked_by: Set(to_json(new.id, &new.asked_by)?),
        staff_id: Set(match new.asked_by {
            Actor::Staff { id, .. } => Some(id.as_uuid()),
            Actor::Contact { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => None,
        }),
        asked_at: Set(new.asked_at),
        begun_at: Set(new.begun_at),
        total: Set(to_i32(new.total)),
        done: Set(to_i32(new.done)),
        counts: Set(counts_text(&new.counts)),
        finished_at: Set(new.finished_at),
        free_from: Set(new.begun_at.filter(|_| new.finished_at.is_none())),
        lease_id: Set(None),
    };
    let inserted = bulk_run::Entity::insert_many([row]).on_conflict(keep).exec_without_returning(conn).await?;
    Ok(inserted == 1)
}

/// The run with this id.
pub async fn find(conn: &impl ConnectionTrait, id: BulkRunId) -> Result<Option<BulkRun>, StoreError> {
    bulk_run::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_run).transpose()
}

/// The run that a form asked for.
pub async fn find_by_key(conn: &impl ConnectionTrait, key: &str) -> Result<Option<BulkRun>, StoreError> {
    bulk_run::Entity::find().filter(bulk_run::COLUMN.key.eq(key)).one(conn).await?.map(to_run).transpose()
}

/// The runs of a colleague, newest first, at most `limit`.
pub async fn list_of(conn: &impl ConnectionTrait, staff: StaffId, limit: u64) -> Result<Vec<BulkRun>, StoreError> {
    let rows = bulk_run::Entity::find()
        .filter(bulk_run::COLUMN.staff_id.eq(staff.as_uuid()))
        .order_by_desc(bulk_run::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(readable(rows, to_run))
}

/// Begins a run that was put together; `false` when it was begun before.
pub async fn begin(
    conn: &impl ConnectionTrait,
    id: BulkRunId,
    work: &BulkWork,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let begun = bulk_run::Entity::update_many()
        .col_expr(bulk_run::COLUMN.work, to_json(id, work)?.into())
        .col_expr(bulk_run::COLUMN.begun_at, now.into())
        .col_expr(bulk_run::COLUMN.free_from, now.into())
        .filter(bulk_run::COLUMN.id.eq(id.as_uuid()))
        .filter(bulk_run::COLUMN.begun_at.is_null())
        .exec(conn)
        .await?;
    Ok(begun.rows_affected == 1)
}

/// Takes the run that waits longest, for a term. One that cannot be read is put off for a term, so that it holds up
/// nobody.
///
/// # Errors
/// `CorruptRow` for such a one; it is put off once this is committed.
pub async fn claim(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    term: LeaseTerm,
) -> Result<Option<Result<Claimed, StoreError>>, StoreError> {
    let row = bulk_run::Entity::find()
        .filter(bulk_run::COLUMN.free_from.lte(term.now))
        .order_by_asc(bulk_run::COLUMN.free_from)
        .order_by_asc(bulk_run::COLUMN.id)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    bulk_run::Entity::update_many()
        .col_expr(bulk_run::COLUMN.free_from, term.until.into())
        .col_expr(bulk_run::COLUMN.lease_id, lease.as_uuid().into())
        .filter(bulk_run::COLUMN.id.eq(row.id))
        .exec(conn)
        .await?;
    let was_dropped = row.lease_id.is_some();
    Ok(Some(to_run(row).map(|run| Claimed { run, was_dropped })))
}

/// A run that this worker took, locked until the transaction ends; `None` once another one took it.
pub async fn hold(conn: &impl ConnectionTrait, id: BulkRunId, lease: LeaseId) -> Result<Option<BulkRun>, StoreError> {
    let row = bulk_run::Entity::find_by_id(id.as_uuid())
        .filter(bulk_run::COLUMN.lease_id.eq(lease.as_uuid()))
        .lock_exclusive()
        .one(conn)
        .await?;
    row.map(to_run).transpose()
}

/// Notes how far a run is, and renews the lease on it. The caller holds it.
pub async fn save_progress(
    conn: &impl ConnectionTrait,
    run: &BulkRun,
    lease_until: DateTime<Utc>,
) -> Result<(), StoreError> {
    bulk_run::Entity::update_many()
        .col_expr(bulk_run::COLUMN.done, to_i32(run.done).into())
        .col_expr(bulk_run::COLUMN.counts, counts_text(&run.counts).into())
        .col_expr(bulk_run::COLUMN.free_from, lease_until.into())
        .filter(bulk_run::COLUMN.id.eq(run.id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Gives a run back, so that the next worker may take it: the others that wait come first.
pub async fn release(
    conn: &impl ConnectionTrait,
    id: BulkRunId,
    lease: LeaseId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    taken(id, lease).col_expr(bulk_run::COLUMN.free_from, now.into()).exec(conn).await?;
    Ok(())
}

/// Ends a run: nothing of it is left.
pub async fn mark_finished(
    conn: &impl ConnectionTrait,
    id: BulkRunId,
    lease: LeaseId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    taken(id, lease)
        .col_expr(bulk_run::COLUMN.free_from, Option::<DateTime<Utc>>::None.into())
        .col_expr(bulk_run::COLUMN.finished_at, now.into())
        .exec(conn)
        .await?;
    Ok(())
}

/// A change that ends a lease.
fn taken(id: BulkRunId, lease: LeaseId) -> UpdateMany<bulk_run::Entity> {
    bulk_run::Entity::update_many()
        .col_expr(bulk_run::COLUMN.lease_id, Option::<uuid::Uuid>::None.into())
        .filter(bulk_run::COLUMN.id.eq(id.as_uuid()))
        .filter(bulk_run::COLUMN.lease_id.eq(lease.as_uuid()))
}

/// Deletes the runs that were put together before a moment, with their items; those that are under way stay.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let old = bulk_run::COLUMN.asked_at.lt(before).and(bulk_run::COLUMN.free_from.is_null());
    delete(conn, old).await
}

/// Deletes the runs that were put together before a moment and never begun, with their items.
pub async fn delete_not_begun(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let left = bulk_run::COLUMN.asked_at.lt(before).and(bulk_run::COLUMN.begun_at.is_null());
    delete(conn, left).await
}

async fn delete(conn: &impl ConnectionTrait, which: Expr) -> Result<u64, StoreError> {
    let runs = Query::select().column(bulk_run::Column::Id).from(bulk_run::Entity).and_where(which.clone()).to_owned();
    bulk_item::Entity::delete_many().filter(bulk_item::COLUMN.run_id.in_subquery(runs)).exec(conn).await?;
    Ok(bulk_run::Entity::delete_many().filter(which).exec(conn).await?.rows_affected)
}

fn to_run(row: bulk_run::Model) -> Result<BulkRun, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "bulk_run", id: row.id.to_string(), what };
    let counts: BTreeMap<String, u32> = serde_json::from_str(&row.counts).map_err(|_| corrupt("counts"))?;
    let named = |(name, count): (String, u32)| name.parse::<BulkOutcome>().map(|outcome| (outcome, count));
    Ok(BulkRun {
        id: BulkRunId::from_uuid(row.id),
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        work: row.work.as_deref().map(serde_json::from_str).transpose().map_err(|_| corrupt("work"))?,
        asked_by: serde_json::from_str(&row.asked_by).map_err(|_| corrupt("asked_by"))?,
        asked_at: row.asked_at,
        begun_at: row.begun_at,
        total: u32::try_from(row.total).map_err(|_| corrupt("total"))?,
        done: u32::try_from(row.done).map_err(|_| corrupt("done"))?,
        counts: counts.into_iter().map(named).collect::<Result<_, _>>().map_err(|_| corrupt("counts"))?,
        finished_at: row.finished_at,
        key: row.key,
    })
}

fn to_json(id: BulkRunId, value: &impl serde::Serialize) -> Result<String, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "bulk_run", id: id.to_string(), what: "a value" };
    serde_json::to_string(value).map_err(corrupt)
}

/// Names and numbers make JSON by themselves.
fn counts_text(counts: &BTreeMap<BulkOutcome, u32>) -> String {
    let all: Vec<String> = counts.iter().map(|(outcome, count)| format!("\"{}\":{count}", outcome.as_str())).collect();
    format!("{{{}}}", all.join(","))
}

fn to_i32(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
