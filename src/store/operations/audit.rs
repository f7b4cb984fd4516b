//! The audit: appended to, never changed. Each entry carries a keyed hash over itself and the one before.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::audit;
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Entry, Topic};
use crate::domain::four_eyes::Adding;
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::onboarding::{Event, Step};
use crate::store::{ConnectionTrait, StoreError, insert_rows, lock};

/// What is to be kept.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// About which connection, if about one.
    pub connection: Option<ConnectionId>,
    /// About which of its schools, if about one.
    pub school: Option<SchoolId>,
    /// The version of the onboarding after it, if it changed one.
    pub onboarding_version: Option<i32>,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// What.
    pub action: Action,
    /// The request or job in which it happened.
    pub request_id: String,
}

/// A keyed hash: the id of the key and the hash over the parts.
pub type Mac = (String, [u8; 32]);

/// An entry as it is stored, to be checked.
#[derive(Debug, Clone)]
pub struct RawEntry {
    row: audit::Model,
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    by: Actor,
    #[serde(flatten)]
    action: Action,
}

impl RawEntry {
    /// Its place.
    pub fn id(&self) -> i64 {
        self.row.id
    }

    /// The id of the key that it was hashed with.
    pub fn key_id(&self) -> &str {
        &self.row.key_id
    }

    /// The hash that is stored.
    pub fn mac(&self) -> &[u8] {
        &self.row.mac
    }

    /// The hash of the entry before, as stored with this one.
    pub fn prev_mac(&self) -> &[u8] {
        &self.row.prev_mac
    }

    /// Gives everything the hash goes over, to `with`.
    pub fn hashed<T>(&self, with: impl FnOnce(&[&[u8]]) -> T) -> T {
        with_parts(&self.row, with)
    }
}

/// Appends entries within the transaction of the change they tell of.
///
/// Do this last: it makes other writers wait until the transaction ends.
///
/// # Errors
/// When the database fails, or the keyed hash cannot be made.
pub async fn append(
    conn: &impl ConnectionTrait,
    entries: Vec<NewEntry>,
    mac: impl Fn(&[&[u8]]) -> Mac,
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    lock::hold_audit_tail(conn).await?;
    let last = audit::Entity::find().order_by_desc(audit::COLUMN.id).limit(1).one(conn).await?;
    let (mut last_id, mut last_mac) = last.map_or((0, vec![]), |row| (row.id, row.mac));
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut row = to_row(last_id + 1, last_mac, entry)?;
        let (key_id, hash) = with_parts(&row, &mac);
        row.key_id = key_id;
        row.mac = hash.to_vec();
        (last_id, last_mac) = (row.id, row.mac.clone());
        rows.push(to_active(row));
    }
    insert_rows(conn, rows).await
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
    rows.into_iter().map(to_entry).collect()
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
    rows.into_iter().map(to_entry).collect()
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
    rows.into_iter().map(to_entry).collect()
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
    rows.into_iter().map(to_entry).collect()
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
    rows.into_iter().map(to_entry).collect()
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
    let entries = rows.into_iter().map(to_entry).collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().filter_map(to_event).collect())
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
    rows.into_iter().map(to_entry).collect()
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
    for row in rows {
        let Entry { by, action, .. } = to_entry(row)?;
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

fn to_row(id: i64, prev_mac: Vec<u8>, entry: NewEntry) -> Result<audit::Model, StoreError> {
    let payload = Payload { by: entry.by, action: entry.action };
    let corrupt = |_| StoreError::CorruptRow { table: "audit", id: id.to_string(), what: "payload" };
    Ok(audit::Model {
        id,
        connection_id: entry.connection.map(ConnectionId::as_uuid),
        school_id: entry.school.map(SchoolId::as_uuid),
        onboarding_version: entry.onboarding_version,
        actor_kind: entry.by.kind().to_owned(),
        actor_id: entry.by.person(),
        action: payload.action.name().to_owned(),
        step: payload.action.step().map(|step| step.as_str().to_owned()),
        payload: serde_json::to_string(&payload).map_err(corrupt)?,
        at: entry.at,
        request_id: entry.request_id,
        key_id: String::new(),
        prev_mac,
        mac: vec![],
    })
}

/// The key's id is not hashed: another key gives another hash anyway.
fn with_parts<T>(row: &audit::Model, with: impl FnOnce(&[&[u8]]) -> T) -> T {
    let connection = row.connection_id.map(|id| id.to_string()).unwrap_or_default();
    let school = row.school_id.map(|id| id.to_string()).unwrap_or_default();
    let version = row.onboarding_version.map(|version| version.to_string()).unwrap_or_default();
    let actor = row.actor_id.map(|id| id.to_string()).unwrap_or_default();
    with(&[
        row.id.to_string().as_bytes(),
        connection.as_bytes(),
        school.as_bytes(),
        version.as_bytes(),
        row.actor_kind.as_bytes(),
        actor.as_bytes(),
        row.action.as_bytes(),
        row.payload.as_bytes(),
        row.at.timestamp_millis().to_string().as_bytes(),
        row.request_id.as_bytes(),
        &row.prev_mac,
    ])
}

fn to_active(row: audit::Model) -> audit::ActiveModel {
    audit::ActiveModel {
        id: Set(row.id),
        connection_id: Set(row.connection_id),
        school_id: Set(row.school_id),
        onboarding_version: Set(row.onboarding_version),
        actor_kind: Set(row.actor_kind),
        actor_id: Set(row.actor_id),
        action: Set(row.action),
        payload: Set(row.payload),
        at: Set(row.at),
        request_id: Set(row.request_id),
        key_id: Set(row.key_id),
        prev_mac: Set(row.prev_mac),
        mac: Set(row.mac),
        step: Set(row.step),
    }
}

pub(super) fn to_entry(row: audit::Model) -> Result<Entry, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "audit", id: row.id.to_string(), what: "payload" };
    let payload: Payload = serde_json::from_str(&row.payload).map_err(corrupt)?;
    Ok(Entry {
        id: row.id,
        connection: row.connection_id.map(ConnectionId::from_uuid),
        school: row.school_id.map(SchoolId::from_uuid),
        onboarding_version: row.onboarding_version,
        at: row.at,
        by: payload.by,
        action: payload.action,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stored_tests::{assert_refuses_tomorrow, read_as_written};

    #[test]
    fn a_stored_entry_stays_readable() {
        let stored = include_str!("stored/audit_payload.jsonl");

        insta::assert_snapshot!("stored_audit_payload", read_as_written::<Payload>(stored));
        assert_refuses_tomorrow::<Payload>(stored, &["kind", "action", "change", "step", "role", "roles"]);
        for line in stored.lines() {
            let action = serde_json::from_str::<Payload>(line).expect("it reads").action;
            assert!(line.contains(&format!(":\"{}\"", action.name())), "{} in {line}", action.name());
        }
    }
}
