//! What was arranged about the reminders of connections; for one without a row nothing was.

use entity::reminder_arrangement;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::domain::ids::ConnectionId;
use crate::domain::reminder::Arrangement;
use crate::store::{ConnectionTrait, StoreError};

/// What was arranged for a connection.
pub async fn load(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Arrangement, StoreError> {
    let row = reminder_arrangement::Entity::find_by_id(connection.as_uuid()).one(conn).await?;
    row.as_ref().map_or_else(|| Ok(Arrangement::default()), to_arrangement)
}

pub(in crate::store) fn to_arrangement(row: &reminder_arrangement::Model) -> Result<Arrangement, StoreError> {
    let corrupt = |_| corrupt(ConnectionId::from_uuid(row.connection_id));
    let own_days = serde_json::from_str(&row.own_days).map_err(corrupt)?;
    Ok(Arrangement { snoozed_until: row.snoozed_until, counts_from: row.counts_from, own_days })
}

/// Stores what was arranged for a connection. The caller has locked its onboarding and says when to look at it anew.
pub async fn save(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    arrangement: &Arrangement,
) -> Result<(), StoreError> {
    let row = reminder_arrangement::ActiveModel {
        connection_id: Set(connection.as_uuid()),
        snoozed_until: Set(arrangement.snoozed_until),
        counts_from: Set(arrangement.counts_from),
        own_days: Set(serde_json::to_string(&arrangement.own_days).map_err(|_| corrupt(connection))?),
    };
    let replace = OnConflict::column(reminder_arrangement::Column::ConnectionId)
        .update_columns([
            reminder_arrangement::Column::SnoozedUntil,
            reminder_arrangement::Column::CountsFrom,
            reminder_arrangement::Column::OwnDays,
        ])
        .to_owned();
    reminder_arrangement::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await?;
    Ok(())
}

fn corrupt(connection: ConnectionId) -> StoreError {
    StoreError::CorruptRow { table: "reminder_arrangement", id: connection.to_string(), what: "own_days" }
}
