//! Colleagues who are named in notes: each note stands on their worklist until they have seen it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{note, note_mention};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::notes::{self, Note};
use crate::domain::ids::{NoteId, StaffId};
use crate::store::{ConnectionTrait, StoreError, readable};

/// A note in which a colleague is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The note.
    pub note: Note,
    /// Since when they are named in it.
    pub since: DateTime<Utc>,
}

/// Puts a note on the worklists of these colleagues.
pub async fn insert(
    conn: &impl ConnectionTrait,
    note: NoteId,
    people: impl IntoIterator<Item = StaffId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for person in people {
        let row = note_mention::ActiveModel {
            note_id: Set(note.as_uuid()),
            staff_id: Set(person.as_uuid()),
            since: Set(now),
            seen_at: Set(None),
        };
        note_mention::Entity::insert(row).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Who is named in a note, whether they have seen it or not.
pub async fn list_of_note(conn: &impl ConnectionTrait, note: NoteId) -> Result<BTreeSet<StaffId>, StoreError> {
    let rows = note_mention::Entity::find().filter(note_mention::COLUMN.note_id.eq(note.as_uuid())).all(conn).await?;
    Ok(rows.into_iter().map(|row| StaffId::from_uuid(row.staff_id)).collect())
}

/// Takes a note from the worklists of these colleagues, who are not named in it any more.
pub async fn delete(
    conn: &impl ConnectionTrait,
    note: NoteId,
    people: impl IntoIterator<Item = StaffId>,
) -> Result<(), StoreError> {
    let people: Vec<_> = people.into_iter().map(StaffId::as_uuid).collect();
    if people.is_empty() {
        return Ok(());
    }
    note_mention::Entity::delete_many()
        .filter(note_mention::COLUMN.note_id.eq(note.as_uuid()))
        .filter(note_mention::COLUMN.staff_id.is_in(people))
        .exec(conn)
        .await?;
    Ok(())
}

/// The notes that wait for a colleague to see them, the oldest mention first, at most `limit`.
pub async fn list_unseen(
    conn: &impl ConnectionTrait,
    colleague: StaffId,
    limit: u64,
) -> Result<Vec<Mention>, StoreError> {
    let rows = note_mention::Entity::find()
        .filter(note_mention::COLUMN.staff_id.eq(colleague.as_uuid()))
        .filter(note_mention::COLUMN.seen_at.is_null())
        .order_by_asc(note_mention::COLUMN.since)
        .limit(limit)
        .find_also_related(note::Entity)
        .all(conn)
        .await?;
    let pairs = rows.into_iter().filter_map(|(mention, note)| Some((mention, note?))).collect();
    Ok(readable(pairs, |(mention, note): (note_mention::Model, note::Model)| {
        Ok(Mention { note: notes::to_note(note)?, since: mention.since })
    }))
}

/// Notes that a colleague has seen it; `false` when it did not wait for them.
pub async fn mark_seen(
    conn: &impl ConnectionTrait,
    note: NoteId,
    colleague: StaffId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = note_mention::Entity::update_many()
        .col_expr(note_mention::COLUMN.seen_at, now.into())
        .filter(note_mention::COLUMN.note_id.eq(note.as_uuid()))
        .filter(note_mention::COLUMN.staff_id.eq(colleague.as_uuid()))
        .filter(note_mention::COLUMN.seen_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}
