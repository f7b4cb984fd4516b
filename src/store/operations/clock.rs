//! The clock that every instance can see: the database's.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};

use crate::store::{Db, StoreError};

/// How far a moment that was just read is ahead of the database's clock; negative when it is behind. Nothing on SQLite,
/// which lives on the machine of its only process.
pub async fn ahead_by(db: &Db, now: DateTime<Utc>) -> Result<TimeDelta, StoreError> {
    if db.is_sqlite() {
        return Ok(TimeDelta::zero());
    }
    let statement = Statement::from_string(DatabaseBackend::Postgres, "SELECT clock_timestamp()");
    let row = db.read.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("clock_timestamp".to_owned()))?;
    Ok(now - row.try_get_by_index::<DateTime<Utc>>(0)?)
}
