//! A worker's turn at a run: item by item, each in one transaction that does the work and notes how it came out. So a
//! worker that dies at whatever moment leaves neither half an item nor one that is done again.
//!
//! The transaction holds the row of the run: while it lasts nobody else takes the run, whatever became of the lease.

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;

use super::stopped::{Follows, Stopped, ended};
use super::work;
use crate::domain::actor::Actor;
use crate::domain::bulk::{BulkOutcome, BulkWork, WhyNot};
use crate::domain::ids::{BulkRunId, LeaseId};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError, chain};
use crate::store::operations::bulk_items::{self, Item, ItemResult};
use crate::store::operations::bulk_runs::{self, BulkRun, Claimed};
use crate::store::people::staff;
use crate::store::{ConnectionTrait, LeaseTerm};

/// How long a worker has a run to itself after each item; one that says nothing for so long is taken for dead.
pub const LEASE: Duration = Duration::seconds(30);

/// How many items a worker does before it lets others come first: a run over few does not wait for one over thousands.
const ITEMS_A_TURN: u32 = 25;

/// How often an item is tried at which something goes wrong.
const TRIES: u32 = 3;

/// A run that this worker has.
struct Turn<'a> {
    context: &'a Context,
    run: BulkRunId,
    lease: LeaseId,
    work: BulkWork,
    by: Actor,
}

/// What became of a step.
enum Step {
    /// An item is over.
    Did,
    /// Nothing is left of the run.
    Finished,
    /// Another worker has it.
    Lost,
}

/// Goes on with the run that waits longest, for some items; `false` when none waits.
///
/// # Errors
/// When the store fails. What goes wrong with an item is how it came out.
pub async fn run_next(context: &Context, now: impl Fn() -> DateTime<Utc>) -> Result<bool, ServiceError> {
    let lease = LeaseId::from_uuid(context.chance.uuid_v7(now()));
    let Some(turn) = claim(context, lease, now()).await? else { return Ok(false) };
    for _ in 0..ITEMS_A_TURN {
        match turn.step(now()).await {
            Ok(Step::Did) => {}
            Ok(Step::Finished | Step::Lost) => return Ok(true),
            Err(error) => {
                // Where this fails too, the lease ends by itself.
                let _ = turn.count_try().await;
                let _ = bulk_runs::release(context.db.writer(), turn.run, lease, now()).await;
                return Err(error);
            }
        }
    }
    bulk_runs::release(context.db.writer(), turn.run, lease, now()).await?;
    Ok(true)
}

async fn claim(context: &Context, lease: LeaseId, now: DateTime<Utc>) -> Result<Option<Turn<'_>>, ServiceError> {
    let tx = context.db.begin_write().await?;
    let Some(claimed) = bulk_runs::claim(tx.conn(), lease, LeaseTerm::new(now, LEASE)).await? else { return Ok(None) };
    let turn = match claimed {
        Ok(Claimed { run: BulkRun { id, work: Some(work), asked_by, .. }, was_dropped }) => {
            let turn = Turn { context, run: id, lease, work, by: asked_by };
            if was_dropped && let Some(item) = bulk_items::find_left(tx.conn(), id).await? {
                bulk_items::count_try(tx.conn(), id, item.number).await?;
            }
            Some(turn)
        }
        Ok(Claimed { run, .. }) => {
            tracing::error!(run.id = %run.id, "A run was begun without saying what is to be done");
            None
        }
        Err(error) => {
            tracing::error!(error = %error, "A run cannot be read, and waits");
            None
        }
    };
    tx.commit().await?;
    Ok(turn)
}

impl Turn<'_> {
    /// Does the next item, whatever comes of it.
    async fn step(&self, now: DateTime<Utc>) -> Result<Step, ServiceError> {
        let mut left = ended(BulkOutcome::Failed, &WhyNot::Fault);
        for _ in 0..TRIES {
            // A fault costs this item, not the run.
            let stopped = match AssertUnwindSafe(self.attempt(now)).catch_unwind().await {
                Ok(Ok(step)) => return Ok(step),
                Ok(Err(stopped)) => stopped,
                Err(_) => Stopped::Error(ServiceError::Broken("the work on an item panicked")),
            };
            match stopped.follows() {
                Follows::Over(result) => return self.settle(result, now).await,
                Follows::Again(result, error) => {
                    tracing::warn!(run.id = %self.run, cause = chain(&error), "Tries an item of a run again");
                    left = result;
                }
                Follows::Rest(error) => return Err(error),
            }
        }
        self.settle(left, now).await
    }

    async fn attempt(&self, now: DateTime<Utc>) -> Result<Step, Stopped> {
        let call = Call { actor: self.by, now, request_id: format!("bulk-{}", self.run) };
        let mut unit = UnitOfWork::begin(self.context, &call).await?;
        let Some(run) = bulk_runs::hold(unit.conn(), self.run, self.lease).await? else { return Ok(Step::Lost) };
        let Some(item) = bulk_items::find_left(unit.conn(), self.run).await? else {
            bulk_runs::mark_finished(unit.conn(), self.run, self.lease, now).await?;
            unit.finish().await?;
            return Ok(Step::Finished);
        };
        let item = if item.tries >= TRIES {
            Item { result: Some(ended(BulkOutcome::Failed, &WhyNot::Fault)), ..item }
        } else {
            check_may_still(unit.conn(), &self.by).await?;
            work::perform(&mut unit, &call, &self.work, item).await?
        };
        if !note(unit.conn(), run, &item, now).await? {
            return Ok(Step::Lost);
        }
        unit.finish().await?;
        if self.work == BulkWork::Check {
            self.context.check_waits.notify_waiters();
        }
        Ok(Step::Did)
    }

    /// Notes how the next item came out, of which nothing was kept.
    async fn settle(&self, result: ItemResult, now: DateTime<Utc>) -> Result<Step, ServiceError> {
        let tx = self.context.db.begin_write().await?;
        let Some(run) = bulk_runs::hold(tx.conn(), self.run, self.lease).await? else { return Ok(Step::Lost) };
        let Some(item) = bulk_items::find_left(tx.conn(), self.run).await? else { return Ok(Step::Lost) };
        note(tx.conn(), run, &Item { result: Some(result), ..item }, now).await?;
        tx.commit().await?;
        Ok(Step::Did)
    }

    /// Counts that the next item was begun in vain.
    async fn count_try(&self) -> Result<(), ServiceError> {
        let tx = self.context.db.begin_write().await?;
        if bulk_runs::hold(tx.conn(), self.run, self.lease).await?.is_some()
            && let Some(item) = bulk_items::find_left(tx.conn(), self.run).await?
        {
            bulk_items::count_try(tx.conn(), self.run, item.number).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Notes how an item came out, and how far the run is with that.
async fn note(
    conn: &impl ConnectionTrait,
    mut run: BulkRun,
    item: &Item,
    now: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    if !bulk_items::mark_done(conn, run.id, item, now).await? {
        return Ok(false);
    }
    run.done += 1;
    if let Some(result) = &item.result {
        *run.counts.entry(result.outcome).or_default() += 1;
    }
    bulk_runs::save_progress(conn, &run, now + LEASE).await?;
    Ok(true)
}

/// Who asked for a run may have lost the right since.
async fn check_may_still(conn: &impl ConnectionTrait, by: &Actor) -> Result<(), Stopped> {
    let Actor::Staff { id, .. } = by else { return Ok(()) };
    let account = staff::load(conn, *id).await?;
    if account.role.can_act() && account.disabled_at.is_none() { Ok(()) } else { Err(WhyNot::NotAllowed.into()) }
}
