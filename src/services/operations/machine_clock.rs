//! Whether this machine's clock may be believed. Leases, slots and reminders are told by the clocks of instances: one that
//! is wrong would send what another is sending, and keep as sent what is not due yet.

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;
use crate::services::Context;
use crate::store::{self, StoreError};

/// How far the clock of an instance may be from the database's. Between two instances it is twice this, and a lease that
/// is renewed every eight seconds still holds: with more, one would take what the other is sending.
const MOST_SKEW: TimeDelta = TimeDelta::seconds(10);

/// Why an instance may not send or plan.
#[derive(Debug, thiserror::Error)]
pub enum ClockFault {
    /// The clocks differ.
    #[error("this machine's clock is {0} s ahead of the database's: synchronise both, with NTP")]
    Ahead(i64),
    /// The clocks differ.
    #[error("this machine's clock is {0} s behind the database's: synchronise both, with NTP")]
    Behind(i64),
    /// The database's clock could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks that this instance may send and plan: that the machine's clock is the database's, near enough. A clock that
/// is moved by hand is right by definition.
///
/// # Errors
/// When it is not, or the database fails.
pub async fn check(context: &Context, clock: &Clock) -> Result<(), ClockFault> {
    if clock.is_of_machine() { check_at(context, clock.now()).await } else { Ok(()) }
}

/// The same, for the moment that a machine says it is.
///
/// # Errors
/// When it is not, or the database fails.
pub async fn check_at(context: &Context, now: DateTime<Utc>) -> Result<(), ClockFault> {
    let ahead = store::operations::clock::ahead_by(&context.db, now).await?;
    if ahead.abs() <= MOST_SKEW {
        return Ok(());
    }
    let seconds = ahead.num_seconds();
    Err(if seconds > 0 { ClockFault::Ahead(seconds) } else { ClockFault::Behind(-seconds) })
}
