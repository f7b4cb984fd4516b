//! Runs as people begin and see them.

use std::collections::BTreeMap;

use crate::domain::actor::Actor;
use crate::domain::bulk::{BulkKind, BulkOutcome, BulkWork, MOST_ITEMS};
use crate::domain::ids::{BulkRunId, StaffId};
use crate::services::{Call, Context, ServiceError};
use crate::store::operations::bulk_items::{self, Item, NewItem, Which};
use crate::store::operations::bulk_runs::{self, BulkRun};
use crate::store::{Page, StoreError};

/// How many items a page of a run shows.
pub const ITEM_ROWS: u64 = 100;

/// How many runs the list of a colleague shows.
const RECENT_ROWS: u64 = 50;

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// What sort of work.
    pub kind: BulkKind,
    /// What is done to each item; with nothing it waits until somebody begins it.
    pub work: Option<BulkWork>,
    /// Of the form that asks for it: the same form twice gives the same run.
    pub key: String,
    /// What it is about.
    pub items: Vec<NewItem>,
}

/// Stores a run, and has it begin where it says what is to be done. The same key gives the run that is there.
///
/// # Errors
/// `Forbidden` for who may not act, or whose form it was not; `TooManyItems`.
pub async fn start(context: &Context, call: &Call, new: NewRun) -> Result<BulkRunId, ServiceError> {
    check_may_start(call)?;
    let NewRun { kind, work, key, items } = new;
    if items.len() > MOST_ITEMS {
        return Err(ServiceError::TooManyItems);
    }
    let begun_at = work.as_ref().map(|_| call.now);
    let left = items.iter().filter(|item| item.result.is_none()).count();
    let run = BulkRun {
        id: BulkRunId::from_uuid(context.chance.uuid_v7(call.now)),
        kind,
        work,
        key,
        asked_by: call.actor,
        asked_at: call.now,
        begun_at,
        total: u32::try_from(left).unwrap_or(u32::MAX),
        done: 0,
        counts: count(&items),
        finished_at: None,
    };
    let tx = context.db.begin_write().await?;
    if !bulk_runs::insert(tx.conn(), &run).await? {
        let known = bulk_runs::find_by_key(tx.conn(), &run.key).await?.ok_or(ServiceError::NotFound)?;
        return if known.asked_by.person() == call.actor.person() {
            Ok(known.id)
        } else {
            Err(ServiceError::Forbidden)
        };
    }
    bulk_items::insert_all(tx.conn(), run.id, items).await?;
    tx.commit().await?;
    context.bulk_waits.notify_waiters();
    Ok(run.id)
}

fn count(items: &[NewItem]) -> BTreeMap<BulkOutcome, u32> {
    let mut counts = BTreeMap::new();
    for result in items.iter().filter_map(|item| item.result.as_ref()) {
        *counts.entry(result.outcome).or_default() += 1;
    }
    counts
}

/// Begins a run that was put together; `false` when it was begun before.
///
/// # Errors
/// `Forbidden` for anybody but who put it together: each item is theirs. `NotFound` when there is no such run, or it is of
/// another sort.
pub async fn begin(context: &Context, call: &Call, id: BulkRunId, work: &BulkWork) -> Result<bool, ServiceError> {
    check_may_start(call)?;
    let run = find(context, id).await?;
    if run.asked_by.person() != call.actor.person() {
        return Err(ServiceError::Forbidden);
    }
    if run.kind != work.kind() {
        return Err(ServiceError::NotFound);
    }
    let is_begun = bulk_runs::begin(context.db.writer(), id, work, call.now).await?;
    context.bulk_waits.notify_waiters();
    Ok(is_begun)
}

/// Kurve, or who runs the command line.
fn check_may_start(call: &Call) -> Result<(), ServiceError> {
    if call.actor == Actor::Operator { Ok(()) } else { call.check_may_act() }
}

/// The run with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(context: &Context, id: BulkRunId) -> Result<BulkRun, ServiceError> {
    bulk_runs::find(context.db.reader(), id).await?.ok_or(ServiceError::NotFound)
}

/// The run that a form of the caller asked for.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find_of_key(context: &Context, call: &Call, key: &str) -> Result<BulkRunId, ServiceError> {
    let found = bulk_runs::find_by_key(context.db.reader(), key).await?;
    let is_own = |run: &BulkRun| run.asked_by.person() == call.actor.person();
    found.filter(is_own).map(|run| run.id).ok_or(ServiceError::NotFound)
}

/// The items of a run, in order, after a place.
pub async fn list_items(
    context: &Context,
    id: BulkRunId,
    which: Which,
    after: u32,
) -> Result<Page<Item, u32>, StoreError> {
    bulk_items::list(context.db.reader(), id, which, after, ITEM_ROWS).await
}

/// The newest runs of a colleague, newest first.
pub async fn list_recent(context: &Context, staff: StaffId) -> Result<Vec<BulkRun>, StoreError> {
    bulk_runs::list_of(context.db.reader(), staff, RECENT_ROWS).await
}
