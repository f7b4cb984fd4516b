//! Leave to activate without a passing check.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::check_override;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};

use crate::domain::ids::{ConnectionId, OverrideId, StaffId};
use crate::domain::text::Reason;
use crate::store::{ConnectionTrait, StoreError};

/// One leave, for one version of a connection's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckOverride {
    /// Its id.
    pub id: OverrideId,
    /// For which connection.
    pub connection: ConnectionId,
    /// By which admin.
    pub by: StaffId,
    /// For which version of the credentials.
    pub credential_version: u32,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps a leave.
pub async fn insert(conn: &impl ConnectionTrait, new: &CheckOverride) -> Result<(), StoreError> {
    let row = check_override::ActiveModel {
        id: Set(new.id.as_uuid()),
        connection_id: Set(new.connection.as_uuid()),
        staff_id: Set(new.by.as_uuid()),
        credential_version: Set(i32::try_from(new.credential_version).unwrap_or(i32::MAX)),
        reason: Set(new.reason.as_str().to_owned()),
        at: Set(new.at),
    };
    check_override::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Every leave for these connections, oldest first.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    connections: &BTreeSet<ConnectionId>,
) -> Result<Vec<CheckOverride>, StoreError> {
    let rows = check_override::Entity::find()
        .filter(check_override::COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid())))
        .order_by_asc(check_override::COLUMN.at)
        .all(conn)
        .await?;
    rows.iter().map(to_override).collect()
}

/// The newest leave for a version of a connection's credentials.
pub async fn find(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    credential_version: u32,
) -> Result<Option<CheckOverride>, StoreError> {
    let row = check_override::Entity::find()
        .filter(check_override::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(check_override::COLUMN.credential_version.eq(i32::try_from(credential_version).unwrap_or(i32::MAX)))
        .order_by_desc(check_override::COLUMN.at)
        .one(conn)
        .await?;
    row.map(|row| to_override(&row)).transpose()
}

fn to_override(row: &check_override::Model) -> Result<CheckOverride, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "check_override", id: row.id.to_string(), what };
    Ok(CheckOverride {
        id: OverrideId::from_uuid(row.id),
        connection: ConnectionId::from_uuid(row.connection_id),
        by: StaffId::from_uuid(row.staff_id),
        credential_version: u32::try_from(row.credential_version).map_err(|_| corrupt("credential_version"))?,
        reason: Reason::parse(&row.reason).map_err(|_| corrupt("reason"))?,
        at: row.at,
    })
}
