//! Outages: times in which most connections that worked failed together.

use chrono::{DateTime, Utc};
use entity::outage;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};

use crate::domain::ids::OutageId;
use crate::store::{ConnectionTrait, StoreError};

/// One outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// Its id.
    pub id: OutageId,
    /// Since when the connection failed by which it was noticed.
    pub began_at: DateTime<Utc>,
    /// When it was noticed.
    pub noticed_at: DateTime<Utc>,
    /// When it was over; `None` while it lasts.
    pub ended_at: Option<DateTime<Utc>>,
    /// How many connections that worked in every respect there were before it was noticed.
    pub worked_before: u32,
    /// How many of those failed.
    pub failing: u32,
}

/// The outage that lasts, if one does.
pub async fn find_open(conn: &impl ConnectionTrait) -> Result<Option<Outage>, StoreError> {
    let row = outage::Entity::find()
        .filter(outage::COLUMN.ended_at.is_null())
        .order_by_asc(outage::COLUMN.began_at)
        .one(conn)
        .await?;
    row.map(|row| to_outage(&row)).transpose()
}

/// The outage with this id.
pub async fn find(conn: &impl ConnectionTrait, id: OutageId) -> Result<Option<Outage>, StoreError> {
    outage::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(|row| to_outage(&row)).transpose()
}

/// Keeps an outage that begins. The caller holds [`super::lock::hold_outage`].
pub async fn insert(conn: &impl ConnectionTrait, new: &Outage) -> Result<(), StoreError> {
    let row = outage::ActiveModel {
        id: Set(new.id.as_uuid()),
        began_at: Set(new.began_at),
        noticed_at: Set(new.noticed_at),
        ended_at: Set(new.ended_at),
        worked_before: Set(i32::try_from(new.worked_before).unwrap_or(i32::MAX)),
        failing: Set(i32::try_from(new.failing).unwrap_or(i32::MAX)),
    };
    outage::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Notes that an outage is over; `false` when it was already.
pub async fn mark_ended(conn: &impl ConnectionTrait, id: OutageId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = outage::Entity::update_many()
        .col_expr(outage::COLUMN.ended_at, now.into())
        .filter(outage::COLUMN.id.eq(id.as_uuid()))
        .filter(outage::COLUMN.ended_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

fn to_outage(row: &outage::Model) -> Result<Outage, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "outage", id: row.id.to_string(), what };
    Ok(Outage {
        id: OutageId::from_uuid(row.id),
        began_at: row.began_at,
        noticed_at: row.noticed_at,
        ended_at: row.ended_at,
        worked_before: u32::try_from(row.worked_before).map_err(|_| corrupt("worked_before"))?,
        failing: u32::try_from(row.failing).map_err(|_| corrupt("failing"))?,
    })
}
