//! Heartbeats: one row for each worker, whichever instance runs it.

use chrono::{DateTime, Utc};
use entity::heartbeat;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait};

use crate::domain::heartbeat::{CLOCK_SKEW, Worker};
use crate::store::{ConnectionTrait, StoreError};

/// Notes that a worker goes on. The newest sign of all instances stays, unless it comes from a clock that is far ahead.
pub async fn beat(conn: &impl ConnectionTrait, worker: Worker, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = heartbeat::ActiveModel { name: Set(worker.as_str().to_owned()), at: Set(now) };
    let kept = Expr::col((heartbeat::Entity, heartbeat::Column::At));
    let is_worse = kept.clone().lt(now).or(kept.gt(now + CLOCK_SKEW));
    let newest = OnConflict::column(heartbeat::Column::Name)
        .update_column(heartbeat::Column::At)
        .action_and_where(is_worse)
        .to_owned();
    heartbeat::Entity::insert(row).on_conflict(newest).exec_without_returning(conn).await?;
    Ok(())
}

/// The last heartbeat of each worker that ever gave one.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<(Worker, DateTime<Utc>)>, StoreError> {
    let rows = heartbeat::Entity::find().all(conn).await?;
    // A name of another release is no worker of this one.
    Ok(rows.into_iter().filter_map(|row| Some((row.name.parse().ok()?, row.at))).collect())
}
