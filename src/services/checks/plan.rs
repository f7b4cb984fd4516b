//! When connections are checked by themselves, and for how long what was found is kept.

use chrono::{DateTime, Duration, Utc};

use super::quarantine;
use crate::domain::check::schedule::{AFTER_CLAIM_SECONDS, Pace, Replan, next_check_at, replan};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Change, Changed};
use crate::domain::retention::Kept;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::checks::{check_queue, check_status};
use crate::store::onboarding::onboardings;

/// How many connections get their turn in one go.
const PLAN_ROWS: u64 = 500;

/// How many checks are kept of one connection.
const KEEP_CHECKS: u64 = 200;

/// Within a change: sees to it that what was reported is checked soon, and that who stops is not checked at all.
pub(in crate::services) async fn follow(
    work: &UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    changed: &Changed,
) -> Result<(), ServiceError> {
    if !work.context().check_policy.makes_checks() {
        return Ok(());
    }
    if changed.events.iter().any(|event| matches!(event.change, Change::Resumed)) {
        check_status::forget_failures(work.conn(), connection).await?;
    }
    let next_at = match replan(changed) {
        Replan::Keep => return Ok(()),
        Replan::Soon => {
            let soon = call.now + Duration::seconds(AFTER_CLAIM_SECONDS);
            let known = check_status::load(work.conn(), connection).await?.next_check_at;
            Some(known.map_or(soon, |known| known.min(soon)))
        }
        Replan::NextCheck => next_check_at(connection, Pace::of(&changed.after), call.now),
    };
    Ok(check_status::save_next(work.conn(), connection, next_at).await?)
}

/// Plans a check for connections that can be checked and have none planned, such as those from before this installation
/// made checks.
pub async fn plan_first_checks(context: &Context, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    if !context.check_policy.makes_checks() {
        return Ok(0);
    }
    let mut planned = 0;
    for school in check_status::list_without_turn(context.db.reader(), PLAN_ROWS).await? {
        let state = match onboardings::load(context.db.reader(), school).await.map_err(ServiceError::from) {
            Err(error) if quarantine::is_of_one_school(&error) => {
                let tx = context.db.begin_write().await?;
                quarantine::quarantine_new(tx.conn(), school, &error, now).await?;
                tx.commit().await?;
                continue;
            }
            known => known?.state,
        };
        if let Some(next_check) = next_check_at(school, Pace::of(&state), now) {
            let tx = context.db.begin_write().await?;
            check_status::save_first(tx.conn(), school, next_check).await?;
            tx.commit().await?;
            planned += 1;
        }
    }
    Ok(planned)
}

/// Deletes checks that are older than they are kept or that have two hundred newer ones; returns how many.
pub async fn delete_old(context: &Context, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    let conn = context.db.writer();
    let before = context.retention.before(Kept::Checks, now);
    let mut deleted = check_queue::delete_before(conn, before).await?;
    for school in check_queue::list_with_more_than(context.db.reader(), KEEP_CHECKS).await? {
        deleted += check_queue::delete_all_but_newest(conn, school, KEEP_CHECKS).await?;
    }
    Ok(deleted + check_queue::delete_ended_leases(conn, now).await?)
}
