//! Quarantine for a connection with a row that cannot be read: its checks are put off for a day, so that those of other
//! connections go on.

use chrono::{DateTime, Duration, Utc};

use crate::domain::check::NotMade;
use crate::domain::ids::{CheckId, ConnectionId};
use crate::services::{ServiceError, chain};
use crate::store::checks::connection_checks::{self, Outcome};
use crate::store::checks::{check_queue, check_status};
use crate::store::{Changing, StoreError};

/// How long a connection that cannot be read is left alone: each try is an error in the log that asks for a person.
pub(super) const ASIDE: Duration = Duration::days(1);

/// A check that is queued or leased, with the lease that proves that no other worker has it.
#[derive(Clone, Copy)]
pub(super) struct HeldCheck {
    pub(super) id: CheckId,
    pub(super) lease_until: Option<DateTime<Utc>>,
}

/// Whether an error is about the rows of one connection and not about the database.
pub(super) fn is_of_one_school(error: &ServiceError) -> bool {
    matches!(error, ServiceError::NotFound | ServiceError::Store(StoreError::CorruptRow { .. }))
}

/// Puts a connection's checks off, and ends the queued or leased check as not made.
pub(super) async fn quarantine(
    conn: &impl Changing,
    connection: ConnectionId,
    ends: Option<HeldCheck>,
    error: &ServiceError,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    if let Some(HeldCheck { id: check, lease_until }) = ends {
        let outcome = Outcome::NotMade(NotMade::BrokeOff);
        if !connection_checks::mark_finished(conn, check, lease_until, &outcome, now).await? {
            // Another worker has it by now.
            return Ok(());
        }
        check_queue::release_host(conn, check).await?;
        check_queue::delete_vain(conn, connection, check).await?;
    }
    check_status::save_next(conn, connection, Some(now + ASIDE)).await?;
    note(connection, ends.map(|held| held.id), error);
    Ok(())
}

/// Plans the first check of a connection that cannot be read for a day later.
pub(super) async fn quarantine_new(
    conn: &impl Changing,
    connection: ConnectionId,
    error: &ServiceError,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    check_status::save_first(conn, connection, now + ASIDE).await?;
    note(connection, None, error);
    Ok(())
}

fn note(connection: ConnectionId, check: Option<CheckId>, error: &ServiceError) {
    tracing::error!(
        connection.id = %connection,
        check.id = check.map(|check| check.to_string()),
        cause = chain(error),
        "A school cannot be read, so its connection is not checked today"
    );
}
