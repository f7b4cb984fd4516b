//! Notes of Kurve's colleagues about a connection, for each other: written, changed and deleted by their writer, and put
//! on the worklist of whom they name.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{ConnectionId, NoteId, StaffId};
use crate::domain::mention::{self, Nameable};
use crate::domain::text::NoteText;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::mentions::Mention;
use crate::store::onboarding::notes::Note;
use crate::store::onboarding::{connections, ended, mentions, notes};
use crate::store::people::staff;
use crate::store::{ConnectionTrait, StoreError};

/// How many notes that name a colleague stand on their worklist: the oldest ones.
const MENTION_ROWS: u64 = 50;

/// A note by its connection: who names the note of another connection finds none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteRef {
    /// The connection.
    pub connection: ConnectionId,
    /// The note.
    pub note: NoteId,
}

/// A note that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNote {
    /// Which.
    pub id: NoteId,
    /// What stands in it behind an @ and is no colleague.
    pub unknown: Vec<String>,
}

/// A note that waits for the colleague whom it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The note.
    pub note: Note,
    /// What its connection is called.
    pub connection: String,
    /// Since when they are named in it.
    pub since: DateTime<Utc>,
}

/// A connection's notes, newest first.
pub async fn list(context: &Context, connection: ConnectionId) -> Result<Vec<Note>, ServiceError> {
    Ok(notes::list(context.db.reader(), connection).await?)
}

/// Everybody who can be named, by name.
pub async fn list_nameable(context: &Context) -> Result<Vec<Nameable>, ServiceError> {
    Ok(nameable(context.db.reader()).await?)
}

/// Writes a note; the same note by the same colleague within a minute is the same form twice, and is kept once.
///
/// # Errors
/// `Forbidden` for who may not act.
pub async fn add(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    text: NoteText,
) -> Result<KeptNote, ServiceError> {
    let by = writer(call)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    connections::load(work.conn(), connection).await?;
    let named = mention::read(text.as_str(), &nameable(work.conn()).await?);
    let is_same = |last: &Note| last.by == by && last.text == text && call.now - last.created_at < Duration::minutes(1);
    if let Some(last) = notes::list(work.conn(), connection).await?.into_iter().next().filter(is_same) {
        return Ok(KeptNote { id: last.id, unknown: named.unknown });
    }
    let id = NoteId::from_uuid(context.chance.uuid_v7(call.now));
    work.said(connection, &text);
    let note = Note { id, connection, by, text, created_at: call.now, changed_at: None };
    notes::insert(work.conn(), &note).await?;
    ended::begin_anew(work.conn(), connection, call.now).await?;
    mentions::insert(work.conn(), id, named.people, call.now).await?;
    work.note(Some(connection), Action::NoteAdded { note: id });
    work.finish().await?;
    Ok(KeptNote { id, unknown: named.unknown })
}

/// Gives a note another text. Whom it names anew hears of it, and whom it no longer names does not any more.
///
/// # Errors
/// `NotFound` when the connection has no such note, `Forbidden` for who did not write it or may not act.
pub async fn change(context: &Context, call: &Call, which: NoteRef, text: NoteText) -> Result<KeptNote, ServiceError> {
    let by = writer(call)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let before = load_own(&work, which, by).await?.ok_or(ServiceError::NotFound)?;
    let named = mention::read(text.as_str(), &nameable(work.conn()).await?);
    if before.text == text {
        // Whoever leaves it so was told of the names in it.
        return Ok(KeptNote { id: which.note, unknown: vec![] });
    }
    let told: BTreeSet<StaffId> = mentions::list_of_note(work.conn(), which.note).await?;
    mentions::delete(work.conn(), which.note, told.difference(&named.people).copied()).await?;
    mentions::insert(work.conn(), which.note, named.people.difference(&told).copied(), call.now).await?;
    work.said(which.connection, &text);
    notes::save_text(work.conn(), which.note, &text, call.now).await?;
    work.note(Some(which.connection), Action::NoteChanged { note: which.note });
    work.finish().await?;
    Ok(KeptNote { id: which.note, unknown: named.unknown })
}

/// Deletes a note, with its text; `false` when it was deleted before.
///
/// # Errors
/// `Forbidden` for who did not write it or may not act.
pub async fn delete(context: &Context, call: &Call, which: NoteRef) -> Result<bool, ServiceError> {
    let by = writer(call)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    if load_own(&work, which, by).await?.is_none() {
        return Ok(false);
    }
    let told = mentions::list_of_note(work.conn(), which.note).await?;
    mentions::delete(work.conn(), which.note, told).await?;
    notes::delete(work.conn(), which.note).await?;
    work.note(Some(which.connection), Action::NoteDeleted { note: which.note });
    work.finish().await?;
    Ok(true)
}

/// The notes that wait for a colleague to see them, the oldest first.
pub async fn list_waiting(context: &Context, colleague: StaffId) -> Result<Vec<Waiting>, ServiceError> {
    let conn = context.db.reader();
    let found = mentions::list_unseen(conn, colleague, MENTION_ROWS).await?;
    let of = found.iter().map(|mention| mention.note.connection).collect();
    let names = connections::list_names(conn, &of).await?;
    let waiting = |mention: Mention| {
        let connection = names.get(&mention.note.connection)?.clone();
        Some(Waiting { note: mention.note, connection, since: mention.since })
    };
    Ok(found.into_iter().filter_map(waiting).collect())
}

/// A colleague has seen a note that names them; `false` when it did not wait for them.
///
/// # Errors
/// `Forbidden` for who is no colleague.
pub async fn mark_seen(context: &Context, call: &Call, note: NoteId) -> Result<bool, ServiceError> {
    let Actor::Staff { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    let work = UnitOfWork::begin(context, call).await?;
    let did = mentions::mark_seen(work.conn(), note, id, call.now).await?;
    work.finish().await?;
    Ok(did)
}

/// Who calls, if they may write.
fn writer(call: &Call) -> Result<StaffId, ServiceError> {
    call.check_may_act()?;
    let Actor::Staff { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    Ok(id)
}

/// A note of the connection that this colleague wrote.
async fn load_own(work: &UnitOfWork<'_>, which: NoteRef, by: StaffId) -> Result<Option<Note>, ServiceError> {
    let found = notes::find_for_update(work.conn(), which.note).await?;
    match found.filter(|note| note.connection == which.connection) {
        Some(note) if note.by != by => Err(ServiceError::Forbidden),
        found => Ok(found),
    }
}

async fn nameable(conn: &impl ConnectionTrait) -> Result<Vec<Nameable>, StoreError> {
    let all = staff::list(conn).await?.into_iter().filter(|account| account.disabled_at.is_none());
    Ok(all.map(|account| Nameable::new(account.id, &account.name, &account.email)).collect())
}
