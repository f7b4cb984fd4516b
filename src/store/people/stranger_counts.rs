//! How often something was done that strangers can do: a row for each name and hour.

use chrono::{DateTime, Duration, DurationRound, Utc};
use entity::stranger_count;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::stranger::{DayCount, HourCount};
use crate::store::{ConnectionTrait, StoreError};

fn hour_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(Duration::hours(1)).unwrap_or(at)
}

/// Counts once more.
pub async fn add(conn: &impl ConnectionTrait, id: Uuid, name: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = stranger_count::ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        hour: Set(hour_of(now)),
        n: Set(1),
        last_at: Set(now),
    };
    let more = Expr::col((stranger_count::Entity, stranger_count::Column::N)).add(1);
    let grow = OnConflict::columns([stranger_count::Column::Name, stranger_count::Column::Hour])
        .value(stranger_count::Column::N, more)
        .update_column(stranger_count::Column::LastAt)
        .to_owned();
    stranger_count::Entity::insert(row).on_conflict(grow).exec_without_returning(conn).await?;
    Ok(())
}

/// How often it was done in the last day, counted by whole hours.
pub async fn count_today(conn: &impl ConnectionTrait, name: &str, now: DateTime<Utc>) -> Result<DayCount, StoreError> {
    let rows = stranger_count::Entity::find()
        .filter(stranger_count::COLUMN.name.eq(name))
        .filter(stranger_count::COLUMN.hour.gte(hour_of(now - Duration::days(1))))
        .order_by_asc(stranger_count::COLUMN.hour)
        .all(conn)
        .await?;
    let last_at = rows.iter().map(|row| row.last_at).max();
    let of_hour =
        |row: stranger_count::Model| HourCount { hour: row.hour, n: u64::try_from(row.n).unwrap_or_default() };
    Ok(DayCount { hours: rows.into_iter().map(of_hour).collect(), last_at })
}

/// Deletes what was counted before a moment.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let filter = stranger_count::COLUMN.hour.lt(before);
    Ok(stranger_count::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected)
}
