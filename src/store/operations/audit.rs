//! The audit: appended to, never changed. Each entry carries a keyed hash over itself and the one before.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::audit;
use sea_orm::sea_query::Condition;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

pub use super::audit_row::{Mac, NewEntry, RawEntry};
use super::audit_row::{NewRow, to_active, to_entries, to_readable, to_row, with_parts};
use super::audit_texts::Concealed;
use crate::domain::audit::{Action, Entry, Topic};
use crate::domain::four_eyes::Adding;
use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::onboarding::{Event, Step};
use crate::store::{ConnectionTrait, StoreError, insert_rows};

/// Appends entries within the transaction of the change they tell of, which holds the end of the audit
/// ([`lock::hold_audit_tail`](crate::store::lock::hold_audit_tail)).
///
/// # Errors
/// When the database fails, or the keyed hash cannot be made.
pub async fn append(
    conn: &impl ConnectionTrait,
    entries: Vec<NewEntry>,
    mac: impl Fn(&[&[u8]]) -> Mac,
    conceal: impl Fn(&str) -> Concealed,
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let last = audit::Entity::find().select_only().columns([audit::Column::Id, audit::Column::Mac]);
    let last: Option<(i64, Vec<u8>)> = last.order_by_desc(audit::COLUMN.id).limit(1).into_tuple().one(conn).await?;
    let (mut last_id, mut last_mac) = last.unwrap_or_default();
    let (mut rows, mut texts) = (Vec::with_capacity(entries.len()), vec![]);
    for entry in entries {
        let NewRow { entry: mut row, texts: its } = to_row(last_id + 1, last_mac, entry, &conceal)?;
        texts.extend(its);
        let (key_id, hash) = with_parts(&row, &mac);
        row.key_id = key_id;
        row.mac = hash.to_vec();
        (last_id, last_mac) = (row.id, row.mac.clone());
        rows.push(to_active(row));
    }
    insert_rows(conn, rows).await?;
    insert_rows(conn, texts).await
}

/// A connection's entries that tell something, newest first, older than `before`, at most `limit`.
pub async fn list(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Entry>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(audit::COLUMN.id.lt(before.unwrap_or(i64::MAX)))
        .filter(audit::COLUMN.action.is_not_in(Action::QUIET))
        .order_by_desc(audit::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    to_readable(conn, rows).await
}

/// A stretch of a list of entries: those before one of them, at most so many.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The entry before which it begins; the newest without one.
    pub before: Option<i64>,
    /// At most how many.
    pub limit: u64,
}

/// A connection's entries of one topic that tell something, newest first.
pub async fn list_part(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    topic: Topic,
    stretch: Stretch,
) -> Result<Vec<Entry>, StoreError> {
    let mut belongs = Condition::any().add(audit::COLUMN.action.is_in(topic.actions().iter().copied()));
    if topic == Topic::Steps {
        belongs = belongs.add(audit::COLUMN.step.is_not_null());
    }
    if let Some(side) = topic.side() {
        belongs = Condition::all().add(audit::COLUMN.actor_kind.eq(side));
    }
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(audit::COLUMN.id.lt(stretch.before.unwrap_or(i64::MAX)))
        .filter(audit::COLUMN.action.is_not_in(Action::QUIET))
        .filter(belongs)
        .order_by_desc(audit::COLUMN.id)
        .limit(stretch.limit)
        .all(conn)
        .await?;
    to_readable(conn, rows).await
}

/// A connection's newest entries about a step that tell something, newest first, at most `limit`.
pub async fn list_of_step(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    step: Step,
    limit: u64,
) -> Result<Vec<Entry>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(audit::COLUMN.step.eq(step.as_str()))
        .order_by_desc(audit::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    to_readable(conn, rows).await
}

/// The newest entries about no connection that tell of one of these, at most `limit`.
pub async fn list_about_no_school(
    conn: &impl ConnectionTrait,
    actions: &[&str],
    limit: u64,
) -> Result<Vec<Entry>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.is_null())
        .filter(audit::COLUMN.action.is_in(actions.iter().copied()))
        .order_by_desc(audit::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    to_readable(conn, rows).await
}

/// What changed a connection's onboarding after a version, oldest first.
pub async fn list_after_version(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    version: i32,
) -> Result<Vec<Entry>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(audit::COLUMN.onboarding_version.gt(version))
        .order_by_asc(audit::COLUMN.id)
        .all(conn)
        .await?;
    to_entries(conn, rows).await
}

/// The events that made one version of a connection's onboarding.
pub async fn list_events_of(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    version: i32,
) -> Result<Vec<Event>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(audit::COLUMN.onboarding_version.eq(version))
        .order_by_asc(audit::COLUMN.id)
        .all(conn)
        .await?;
    Ok(to_entries(conn, rows).await?.into_iter().filter_map(to_event).collect())
}

/// What was done of one kind after a moment, oldest first.
pub async fn list_done_after(
    conn: &impl ConnectionTrait,
    action: &str,
    after: DateTime<Utc>,
) -> Result<Vec<Entry>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.action.eq(action))
        .filter(audit::COLUMN.at.gt(after))
        .order_by_asc(audit::COLUMN.at)
        .order_by_asc(audit::COLUMN.id)
        .all(conn)
        .await?;
    to_entries(conn, rows).await
}

/// The place of the last entry: another one means that something changed.
pub async fn last_id(conn: &impl ConnectionTrait) -> Result<Option<i64>, StoreError> {
    let last = audit::Entity::find().select_only().column(audit::Column::Id).order_by_desc(audit::COLUMN.id).limit(1);
    Ok(last.into_tuple().one(conn).await?)
}

/// Who made each contact of a connection one, the last time that somebody did.
pub async fn list_adders(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<BTreeMap<ContactId, Adding>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(audit::COLUMN.action.is_in(["contact_added", "contact_entered", "contact_address_corrected"]))
        .order_by_asc(audit::COLUMN.id)
        .all(conn)
        .await?;
    let mut adders = BTreeMap::new();
    for Entry { by, action, .. } in to_entries(conn, rows).await? {
        if let Action::ContactAdded { contact, .. }
        | Action::ContactEntered { contact, .. }
        | Action::ContactAddressCorrected { contact, .. } = action
        {
            adders.insert(contact, Adding { by, is_entered: matches!(action, Action::ContactEntered { .. }) });
        }
    }
    Ok(adders)
}

/// A stretch of the whole audit, oldest first, after an id.
pub async fn list_raw(conn: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<RawEntry>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.id.gt(after))
        .order_by_asc(audit::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| RawEntry { row }).collect())
}

/// The first entry of all.
pub async fn find_first_raw(conn: &impl ConnectionTrait) -> Result<Option<RawEntry>, StoreError> {
    let row = audit::Entity::find().order_by_asc(audit::COLUMN.id).limit(1).one(conn).await?;
    Ok(row.map(|row| RawEntry { row }))
}

/// The last entry of all.
pub async fn find_last_raw(conn: &impl ConnectionTrait) -> Result<Option<RawEntry>, StoreError> {
    let row = audit::Entity::find().order_by_desc(audit::COLUMN.id).limit(1).one(conn).await?;
    Ok(row.map(|row| RawEntry { row }))
}

pub(super) fn to_event(entry: Entry) -> Option<Event> {
    let Action::Onboarding(change) = entry.action else { return None };
    Some(Event { at: entry.at, by: entry.by, school: entry.school, change })
}
