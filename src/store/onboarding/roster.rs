//! What is here of the schools that a list names, and the lists that were brought and are not carried out yet.

use chrono::{DateTime, Utc};
use entity::{connection, contact, roster};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};

use super::connections::to_connection;
use crate::domain::connection::Connection;
use crate::domain::ids::{ConnectionId, RosterId, StaffId};
use crate::domain::school::Contact;
use crate::store::people::contacts::to_contact;
use crate::store::{ConnectionTrait, StoreError, readable};

/// The connections of the Magisters at these school domains; one that cannot be read is left out.
pub async fn list_at(conn: &impl ConnectionTrait, labels: &[&str]) -> Result<Vec<Connection>, StoreError> {
    if labels.is_empty() {
        return Ok(vec![]);
    }
    let found = connection::Entity::find()
        .filter(connection::COLUMN.domain.is_in(labels.iter().copied()))
        .filter(connection::COLUMN.school_count.gt(0));
    Ok(readable(found.all(conn).await?, to_connection))
}

/// The contacts of these connections, also removed ones, oldest first; one that cannot be read is left out.
pub async fn list_contacts(
    conn: &impl ConnectionTrait,
    connections: &[ConnectionId],
) -> Result<Vec<Contact>, StoreError> {
    if connections.is_empty() {
        return Ok(vec![]);
    }
    let of = connections.iter().map(|id| id.as_uuid());
    let rows = contact::Entity::find()
        .filter(contact::COLUMN.connection_id.is_in(of))
        .order_by_asc(contact::COLUMN.created_at)
        .order_by_asc(contact::COLUMN.id)
        .all(conn)
        .await?;
    Ok(readable(rows, to_contact))
}

/// A list that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRoster {
    /// Its id, part of what the seal is bound to.
    pub id: RosterId,
    /// Who brought it.
    pub staff: StaffId,
    /// The list with its name, sealed.
    pub sealed: Vec<u8>,
    /// Which columns were chosen, as JSON; `None` where those that are suggested count.
    pub mapping: Option<String>,
    /// When it was brought.
    pub created_at: DateTime<Utc>,
}

/// Stores a list.
pub async fn insert(conn: &impl ConnectionTrait, new: &StoredRoster) -> Result<(), StoreError> {
    let row = roster::ActiveModel {
        id: Set(new.id.as_uuid()),
        staff_id: Set(new.staff.as_uuid()),
        sealed: Set(new.sealed.clone()),
        mapping: Set(new.mapping.clone()),
        created_at: Set(new.created_at),
    };
    roster::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The list with this id.
pub async fn find(conn: &impl ConnectionTrait, id: RosterId) -> Result<Option<StoredRoster>, StoreError> {
    let row = roster::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    Ok(row.map(to_stored))
}

/// All lists.
pub async fn list_all(conn: &impl ConnectionTrait) -> Result<Vec<StoredRoster>, StoreError> {
    Ok(roster::Entity::find().all(conn).await?.into_iter().map(to_stored).collect())
}

fn to_stored(row: roster::Model) -> StoredRoster {
    StoredRoster {
        id: RosterId::from_uuid(row.id),
        staff: StaffId::from_uuid(row.staff_id),
        sealed: row.sealed,
        mapping: row.mapping,
        created_at: row.created_at,
    }
}

/// Keeps which columns were chosen.
pub async fn save_mapping(conn: &impl ConnectionTrait, id: RosterId, mapping: &str) -> Result<(), StoreError> {
    roster::Entity::update_many()
        .col_expr(roster::COLUMN.mapping, mapping.into())
        .filter(roster::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Forgets a list; `false` when it was forgotten before.
pub async fn delete(conn: &impl ConnectionTrait, id: RosterId) -> Result<bool, StoreError> {
    Ok(roster::Entity::delete_by_id(id.as_uuid()).exec(conn).await?.rows_affected == 1)
}

/// Forgets the lists that were brought before a moment; returns how many.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let old = roster::Entity::delete_many().filter(roster::COLUMN.created_at.lt(before));
    Ok(old.exec(conn).await?.rows_affected)
}
