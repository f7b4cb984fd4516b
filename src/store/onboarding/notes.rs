//! Notes of Kurve's colleagues about a connection.

use chrono::{DateTime, Utc};
use entity::note;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::{ConnectionId, NoteId, StaffId};
use crate::domain::text::NoteText;
use crate::store::{ConnectionTrait, StoreError};

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// About which connection.
    pub connection: ConnectionId,
    /// Who wrote it.
    pub by: StaffId,
    /// What it says.
    pub text: NoteText,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, if it was.
    pub changed_at: Option<DateTime<Utc>>,
}

/// Stores a note.
pub async fn insert(conn: &impl ConnectionTrait, new: &Note) -> Result<(), StoreError> {
    let row = note::ActiveModel {
        id: Set(new.id.as_uuid()),
        connection_id: Set(new.connection.as_uuid()),
        staff_id: Set(new.by.as_uuid()),
        body: Set(new.text.as_str().to_owned()),
        created_at: Set(new.created_at),
        changed_at: Set(new.changed_at),
    };
    note::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// A connection's notes, newest first.
pub async fn list(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Vec<Note>, StoreError> {
    let rows = note::Entity::find()
        .filter(note::COLUMN.connection_id.eq(connection.as_uuid()))
        .order_by_desc(note::COLUMN.created_at)
        .order_by_desc(note::COLUMN.id)
        .all(conn)
        .await?;
    rows.into_iter().map(to_note).collect()
}

/// The note with this id, and nobody else changes it until the end of the transaction.
pub async fn find_for_update(conn: &impl ConnectionTrait, id: NoteId) -> Result<Option<Note>, StoreError> {
    note::Entity::find_by_id(id.as_uuid()).lock_exclusive().one(conn).await?.map(to_note).transpose()
}

/// Gives a note another text.
pub async fn save_text(
    conn: &impl ConnectionTrait,
    id: NoteId,
    text: &NoteText,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    note::Entity::update_many()
        .col_expr(note::COLUMN.body, text.as_str().into())
        .col_expr(note::COLUMN.changed_at, now.into())
        .filter(note::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes a note in which nobody is named any more.
pub async fn delete(conn: &impl ConnectionTrait, id: NoteId) -> Result<(), StoreError> {
    note::Entity::delete_many().filter(note::COLUMN.id.eq(id.as_uuid())).exec(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_note(row: note::Model) -> Result<Note, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "note", id: row.id.to_string(), what: "body" };
    Ok(Note {
        id: NoteId::from_uuid(row.id),
        connection: ConnectionId::from_uuid(row.connection_id),
        by: StaffId::from_uuid(row.staff_id),
        text: NoteText::parse(&row.body).map_err(corrupt)?,
        created_at: row.created_at,
        changed_at: row.changed_at,
    })
}
