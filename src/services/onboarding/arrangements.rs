//! What is arranged about the reminders of a connection: "herinner mij op …", turning them on again, days of its own.
//!
//! A contact of the connection may, and Kurve may for them. Each change counts the onboarding's version up and asks for
//! a fresh look at the connection, so that a planner at work at the same moment cannot overlook it.

use chrono::NaiveDate;

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Changed, Lifecycle, Onboarding, Refusal};
use crate::domain::reminder::{Arrangement, OwnDayKind, Period};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::onboarding::{arrangements, onboardings};

/// What was arranged for a connection.
pub async fn load(context: &Context, connection: ConnectionId) -> Result<Arrangement, ServiceError> {
    Ok(arrangements::load(context.db.reader(), connection).await?)
}

/// Puts reminders off until a date; `false` when it was so already.
///
/// # Errors
/// `BadSnooze` with how far ahead it may be, `Refused` when the connection stopped or is done.
pub async fn snooze(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    until: NaiveDate,
) -> Result<bool, ServiceError> {
    let policy = &context.reminders.policy;
    arrange(context, call, connection, Action::RemindersSnoozed { until }, |before, state| {
        check_under_way(state)?;
        policy.check_snooze(until, call.now)?;
        Ok(before.snoozed(until))
    })
    .await
}

/// Turns reminders on again; `false` when they were not put off.
///
/// # Errors
/// `Forbidden` for a reader.
pub async fn wake(context: &Context, call: &Call, connection: ConnectionId) -> Result<bool, ServiceError> {
    let today = amsterdam_date(call.now);
    arrange(context, call, connection, Action::RemindersWoken, |before, _| {
        Ok(if before.rests_until(today).is_some() { before.woken(today) } else { before })
    })
    .await
}

/// Adds days of the school's own; `false` when they were there already.
///
/// # Errors
/// `BadOwnDays` with what is wrong with them.
pub async fn add_own_days(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    kind: OwnDayKind,
    period: Period,
) -> Result<bool, ServiceError> {
    let today = amsterdam_date(call.now);
    arrange(context, call, connection, Action::OwnDaysAdded { kind, period }, |before, _| {
        let own_days = before.own_days.with(kind, period, today)?;
        Ok(Arrangement { own_days, ..before })
    })
    .await
}

/// Takes days of the school's own away; `false` when they were not there.
///
/// # Errors
/// `Forbidden` for a reader.
pub async fn remove_own_days(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    kind: OwnDayKind,
    period: Period,
) -> Result<bool, ServiceError> {
    arrange(context, call, connection, Action::OwnDaysRemoved { kind, period }, |before, _| {
        let own_days = before.own_days.without(kind, period);
        Ok(Arrangement { own_days, ..before })
    })
    .await
}

async fn arrange(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    action: Action,
    change: impl FnOnce(Arrangement, &Onboarding) -> Result<Arrangement, ServiceError>,
) -> Result<bool, ServiceError> {
    check_may_arrange(call)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    let before = arrangements::load(work.conn(), connection).await?;
    let after = change(before.clone(), &held.state)?;
    if after == before {
        return Ok(false);
    }
    arrangements::save(work.conn(), connection, &after).await?;
    let version = onboardings::save(work.conn(), connection, &held, call.now).await?;
    work.note_version(Some(connection), Some(version), action);
    work.finish().await?;
    Ok(true)
}

/// What a change of the onboarding does to the arrangement, within that change.
pub(in crate::services) async fn follow(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    changed: &Changed,
) -> Result<(), ServiceError> {
    if changed.before.lifecycle() == Lifecycle::Active {
        // Only who comes back from somewhere has rested.
        return Ok(());
    }
    let kept = arrangements::load(conn, connection).await?;
    let after = kept.clone().after(&changed.before, &changed.events);
    if after != kept {
        arrangements::save(conn, connection, &after).await?;
    }
    Ok(())
}

fn check_may_arrange(call: &Call) -> Result<(), ServiceError> {
    if matches!(call.actor, Actor::Contact { .. }) { Ok(()) } else { call.check_may_act() }
}

fn check_under_way(state: &Onboarding) -> Result<(), Refusal> {
    match state.lifecycle() {
        Lifecycle::Active | Lifecycle::Paused { .. } => Ok(()),
        Lifecycle::Withdrawn { .. } => Err(Refusal::IsWithdrawn),
        Lifecycle::Completed { .. } => Err(Refusal::IsCompleted),
    }
}
