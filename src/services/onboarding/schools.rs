//! Connections and schools for Kurve: lists and notes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::heartbeat::UNPLANNED_PATIENCE;
use crate::domain::ids::{ConnectionId, NoteId};
use crate::domain::text::NoteText;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::Page;
use crate::store::mail::outbox;
use crate::store::mail::outbox::Reading;
use crate::store::onboarding::notes::Note;
use crate::store::onboarding::overview::{After, Filter, NamedConnection, Overview, SchoolOverview, WaitingAfter};
use crate::store::onboarding::{connections, notes, overview};

/// How many rows a list shows at once.
pub const PAGE_ROWS: u64 = 50;

/// How many schools that do not answer the worklist shows: the longest silent ones.
const SILENT_ROWS: u64 = 100;

/// How many mails the page of a school shows; the page Post shows the rest.
const MAIL_ROWS: u64 = 15;

/// A page of what waits on Kurve, most urgent first.
pub async fn list_waiting(
    context: &Context,
    after: Option<&WaitingAfter>,
) -> Result<Page<Overview, WaitingAfter>, ServiceError> {
    Ok(overview::list_waiting_after(context.db.reader(), after, PAGE_ROWS).await?)
}

/// The schools whose reminders stay unplanned although they have been due for some time, the longest due first, as far
/// as a worklist shows them.
pub async fn list_unplanned(context: &Context, now: DateTime<Utc>) -> Result<Vec<NamedConnection>, ServiceError> {
    Ok(overview::list_unplanned(context.db.reader(), now - UNPLANNED_PATIENCE, SILENT_ROWS).await?)
}

/// The schools that do not answer their reminders.
#[derive(Debug, Default)]
pub struct Silent {
    /// Those that are silent longest, the longest first, with since when.
    pub longest: Vec<(Overview, DateTime<Utc>)>,
    /// How many there are in all.
    pub count: u64,
}

/// The schools that do not answer their reminders, as far as a worklist shows them; [`list`] has them all.
pub async fn list_silent(context: &Context) -> Result<Silent, ServiceError> {
    let conn = context.db.reader();
    let longest = overview::list_without_answer(conn, SILENT_ROWS).await?;
    Ok(Silent { longest, count: overview::count_without_answer(conn).await? })
}

/// A page of schools by name.
pub async fn list(
    context: &Context,
    filter: &Filter,
    after: Option<&After>,
) -> Result<Page<SchoolOverview, After>, ServiceError> {
    Ok(overview::list(context.db.reader(), filter, after, PAGE_ROWS).await?)
}

/// A school's notes, newest first.
pub async fn list_notes(context: &Context, connection: ConnectionId) -> Result<Vec<Note>, ServiceError> {
    Ok(notes::list(context.db.reader(), connection).await?)
}

/// Writes a note; the same note by the same colleague within a minute is the same form twice, and is kept once.
///
/// # Errors
/// `Forbidden` for who may not act.
pub async fn add_note(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    text: NoteText,
) -> Result<(), ServiceError> {
    let Actor::Staff { id: by, role } = call.actor else { return Err(ServiceError::Forbidden) };
    if !role.can_act() {
        return Err(ServiceError::Forbidden);
    }
    let mut work = UnitOfWork::begin(context, call).await?;
    connections::load(work.conn(), connection).await?;
    let is_same = |last: &Note| last.by == by && last.text == text && call.now - last.created_at < Duration::minutes(1);
    if notes::list(work.conn(), connection).await?.first().is_some_and(is_same) {
        return Ok(());
    }
    let id = NoteId::from_uuid(context.chance.uuid_v7(call.now));
    notes::insert(work.conn(), &Note { id, connection, by, text, created_at: call.now }).await?;
    work.note(Some(connection), Action::NoteAdded { note: id });
    work.finish().await
}

/// A school's mails, newest first.
pub async fn list_mails(context: &Context, connection: ConnectionId) -> Result<Vec<Reading>, ServiceError> {
    Ok(outbox::list_of_connection(context.db.reader(), connection, MAIL_ROWS).await?)
}

/// The names of these schools; one that is not here is left out.
pub async fn find_names(
    context: &Context,
    ids: impl Iterator<Item = ConnectionId>,
) -> Result<BTreeMap<ConnectionId, String>, ServiceError> {
    let ids: BTreeSet<ConnectionId> = ids.collect();
    Ok(connections::list_names(context.db.reader(), &ids).await?)
}
