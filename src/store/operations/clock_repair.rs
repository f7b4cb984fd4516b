//! Takes back what a clock that had been ahead left behind: each moment that lies further ahead than any can be becomes
//! now, so that whoever waits for it need not wait until it comes.
//!
//! A new column with a moment that somebody waits for gets a line in [`pull_back`]. The slots of jobs look after
//! themselves ([`super::job_slots::claim`]), for this is a job.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    address_mark, bulk_run, check_host, check_status, connection_check, onboarding, outbox, webhook_endpoint, wrong_try,
};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use strum::IntoEnumIterator;

use crate::domain::heartbeat::CLOCK_SKEW;
use crate::domain::notice::MailKind;
use crate::domain::retry;
use crate::store::mail::outbox::{MailStatus, lease};
use crate::store::reminders::LOOK_AGAIN_AFTER;
use crate::store::webhooks::{deliveries, endpoints};
use crate::store::{ConnectionTrait, StoreError};

/// No check holds its connection and host for longer than some minutes.
const LONGEST_CHECK: TimeDelta = TimeDelta::hours(1);

/// An endpoint of webhooks rests no longer than some minutes.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(10);

/// No worker has a run to itself for longer than some minutes.
const LONGEST_RUN_LEASE: TimeDelta = TimeDelta::minutes(5);

/// The furthest turn of a connection is in eight days, on the same weekday.
const FURTHEST_TURN: TimeDelta = TimeDelta::days(10);

/// Takes every moment back that is too far ahead; returns how many.
pub async fn pull_back(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let just_now = now + CLOCK_SKEW;
    Ok(release_mails(conn, now).await?
        + call_for_mails_now(conn, now).await?
        + pull::<onboarding::Entity>(conn, onboarding::Column::AttentionAt, now + LOOK_AGAIN_AFTER, now).await?
        + pull::<check_status::Entity>(conn, check_status::Column::NextCheckAt, now + FURTHEST_TURN, now).await?
        + pull_checks(conn, now).await?
        + pull::<check_host::Entity>(conn, check_host::Column::LeaseUntil, now + LONGEST_CHECK, now).await?
        + pull::<bulk_run::Entity>(conn, bulk_run::Column::FreeFrom, now + LONGEST_RUN_LEASE, now).await?
        + pull::<address_mark::Entity>(conn, address_mark::Column::BouncedAt, just_now, now).await?
        + pull_webhooks(conn, now).await?
        + pull::<wrong_try::Entity>(conn, wrong_try::Column::At, just_now, now).await?)
}

async fn pull<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    column: E::Column,
    furthest: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let pulled =
        E::update_many().col_expr(column, now.into()).filter(ColumnTrait::gt(&column, furthest)).exec(conn).await?;
    Ok(pulled.rows_affected)
}

/// Checks: their history is long, and no index is by lease alone. Only one that has not ended has a lease, and none ended
/// before it was asked for.
async fn pull_checks(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let column = connection_check::COLUMN;
    let is_open = || column.finished_at.is_null();
    let just_now = now + CLOCK_SKEW;
    let asked = connection_check::Entity::update_many().col_expr(column.asked_at, now.into());
    let leased = connection_check::Entity::update_many().col_expr(column.lease_until, now.into());
    let mut pulled = 0;
    for set in [
        asked.clone().filter(is_open()).filter(column.asked_at.gt(just_now)),
        asked.filter(column.finished_at.gt(just_now)).filter(column.asked_at.gt(just_now)),
        leased.filter(is_open()).filter(column.lease_until.gt(now + LONGEST_CHECK)),
    ] {
        pulled += set.exec(conn).await?.rows_affected;
    }
    Ok(pulled)
}

/// Endpoints of webhooks, few as they are, and what waits for each.
async fn pull_webhooks(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    type Column = webhook_endpoint::Column;
    let just_now = now + CLOCK_SKEW;
    let mut pulled = pull::<webhook_endpoint::Entity>(conn, Column::RestsUntil, now + LONGEST_REST, now).await?
        + pull::<webhook_endpoint::Entity>(conn, Column::FailingSince, just_now, now).await?;
    for endpoint in endpoints::list(conn).await? {
        pulled += deliveries::pull_back(conn, endpoint.id, now).await?;
    }
    Ok(pulled)
}

/// A mail that is held for longer than any is may be in the hands of a worker that is dead.
async fn release_mails(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let is_held_too_long = outbox::COLUMN.lease_until.gt(now + lease::LEASE + CLOCK_SKEW);
    let waiting = outbox::Entity::update_many().filter(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()));
    Ok(lease::let_go(waiting.filter(is_held_too_long)).exec(conn).await?.rows_affected)
}

/// Mails that wait though they were called for in what is still to come, or that are put off further than anything is.
/// What was called for then was called for now.
async fn call_for_mails_now(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let column = outbox::COLUMN;
    let patient = MailKind::iter().filter(|kind| kind.waits_for_working_hours()).map(MailKind::as_str);
    let is_tried_too_late = column.next_attempt_at.gt(now + retry::FURTHEST).and(column.kind.is_not_in(patient));
    let is_astray = Condition::any()
        .add(column.created_at.gt(now))
        .add(is_tried_too_late)
        .add(column.next_attempt_at.gt(now + retry::PUT_OFF_AT_MOST));
    let created_at = Expr::case(column.created_at.gt(now), now).finally(Expr::col(outbox::Column::CreatedAt));
    let called_for = outbox::Entity::update_many()
        .col_expr(column.created_at, created_at.into())
        .col_expr(column.next_attempt_at, now.into())
        .filter(column.status.eq(MailStatus::Waiting.as_str()))
        .filter(column.next_attempt_at.gt(now))
        .filter(is_astray)
        .exec(conn)
        .await?;
    Ok(called_for.rows_affected)
}
