//! How much a database holds, counted to the last row.

use entity::{connection, contact, outbox, school, staff};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::store::{ConnectionTrait, StoreError};

/// How much a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Connections.
    pub connections: u64,
    /// Schools of all connections.
    pub schools: u64,
    /// Contacts of all connections.
    pub contacts: u64,
    /// Colleagues of Kurve.
    pub staff: u64,
    /// Mails in the outbox, whatever became of them.
    pub mails: u64,
}

/// Counts it: for who looks through a backup, and has the time.
pub async fn count(conn: &impl ConnectionTrait) -> Result<Contents, StoreError> {
    Ok(Contents {
        connections: connection::Entity::find().count(conn).await?,
        schools: school::Entity::find().count(conn).await?,
        contacts: contact::Entity::find().count(conn).await?,
        staff: staff::Entity::find().count(conn).await?,
        mails: outbox::Entity::find().count(conn).await?,
    })
}
