//! Holdings: how long a party had a step. What is counted of them is in [`super::tally`].

use chrono::{DateTime, Utc};
use entity::holding;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::ids::ConnectionId;
use crate::domain::insight::Ball;
use crate::domain::onboarding::{Party, Step};
use crate::store::{ConnectionTrait, StoreError};

/// A holding that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenHolding {
    /// Its id.
    pub id: Uuid,
    /// Which step, in whose hands.
    pub ball: Ball,
    /// Since when.
    pub begun_at: DateTime<Utc>,
}

/// A holding, ended or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// What began.
    pub begun: OpenHolding,
    /// When it ended, and after how many working days, if it did.
    pub ended: Option<(DateTime<Utc>, u32)>,
}

/// Records that a holding begins.
pub async fn insert_holding(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    holding: OpenHolding,
) -> Result<(), StoreError> {
    let row = to_row(connection, &Holding { begun: holding, ended: None });
    holding::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_row(connection: ConnectionId, holding: &Holding) -> holding::ActiveModel {
    let Holding { begun, ended } = holding;
    holding::ActiveModel {
        id: Set(begun.id),
        connection_id: Set(connection.as_uuid()),
        step: Set(begun.ball.step.as_str().to_owned()),
        party: Set(begun.ball.party.as_str().to_owned()),
        begun_at: Set(begun.begun_at),
        ended_at: Set(ended.map(|(at, _)| at)),
        working_days: Set(ended.map(|(_, days)| i32::try_from(days).unwrap_or(i32::MAX))),
    }
}

/// A connection's holdings that have not ended.
pub async fn list_open_holdings(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<OpenHolding>, StoreError> {
    let rows = holding::Entity::find()
        .filter(holding::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(holding::COLUMN.ended_at.is_null())
        .order_by_asc(holding::COLUMN.id)
        .all(conn)
        .await?;
    let to_holding = |row: holding::Model| {
        let corrupt = |what| StoreError::CorruptRow { table: "holding", id: row.id.to_string(), what };
        let step = row.step.parse::<Step>().map_err(|_| corrupt("step"))?;
        let party = row.party.parse::<Party>().map_err(|_| corrupt("party"))?;
        Ok(OpenHolding { id: row.id, ball: Ball { step, party }, begun_at: row.begun_at })
    };
    rows.into_iter().map(to_holding).collect()
}

/// Records that a holding ended, and how many working days it took.
pub async fn mark_holding_ended(
    conn: &impl ConnectionTrait,
    id: Uuid,
    at: DateTime<Utc>,
    working_days: u32,
) -> Result<(), StoreError> {
    holding::Entity::update_many()
        .col_expr(holding::COLUMN.ended_at, at.into())
        .col_expr(holding::COLUMN.working_days, i32::try_from(working_days).unwrap_or(i32::MAX).into())
        .filter(holding::COLUMN.id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}
