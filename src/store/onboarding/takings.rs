//! Which colleague took which connection. It locks nothing: everybody may go on with it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::taking;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};

use crate::domain::ids::{ConnectionId, StaffId};
use crate::store::{Changing, ConnectionTrait, StoreError};

/// Who took a connection, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taking {
    /// Who.
    pub by: StaffId,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Who took a connection, if anybody did.
pub async fn find(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Option<Taking>, StoreError> {
    Ok(taking::Entity::find_by_id(connection.as_uuid()).one(conn).await?.map(|row| to_taking(&row)))
}

/// Who took these connections; one that nobody took is left out.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    connections: &[ConnectionId],
) -> Result<BTreeMap<ConnectionId, Taking>, StoreError> {
    if connections.is_empty() {
        return Ok(BTreeMap::new());
    }
    let these = taking::COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid()));
    let rows = taking::Entity::find().filter(these).all(conn).await?;
    Ok(rows.into_iter().map(|row| (ConnectionId::from_uuid(row.connection_id), to_taking(&row))).collect())
}

/// Notes who has a connection, in the place of who had it. The caller holds its onboarding.
pub async fn save(conn: &impl Changing, connection: ConnectionId, new: Taking) -> Result<(), StoreError> {
    conn.touch(connection);
    let row = taking::ActiveModel {
        connection_id: Set(connection.as_uuid()),
        staff_id: Set(new.by.as_uuid()),
        taken_at: Set(new.at),
    };
    let replace = OnConflict::column(taking::Column::ConnectionId)
        .update_columns([taking::Column::StaffId, taking::Column::TakenAt])
        .to_owned();
    taking::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await?;
    Ok(())
}

/// Nobody has it any more. The caller holds its onboarding.
pub async fn delete(conn: &impl Changing, connection: ConnectionId) -> Result<(), StoreError> {
    conn.touch(connection);
    taking::Entity::delete_by_id(connection.as_uuid()).exec(conn).await?;
    Ok(())
}

fn to_taking(row: &taking::Model) -> Taking {
    Taking { by: StaffId::from_uuid(row.staff_id), at: row.taken_at }
}
