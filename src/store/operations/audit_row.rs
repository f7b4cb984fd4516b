//! One entry of the audit as it lies in the database: what it is made of, what its hash goes over, and how it is read back.

use chrono::{DateTime, Utc};
use entity::{audit, audit_text};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::audit_texts::{self, Concealed, Place, Texts};
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Entry};
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::store::{ConnectionTrait, StoreError, readable};

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
    pub(super) row: audit::Model,
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

    /// Where texts stood in it that are kept beside it, or were.
    pub fn places(&self) -> Vec<Place> {
        let read = || serde_json::from_str(&self.row.payload).ok();
        let stored: Option<Value> = if audit_texts::has_places(&self.row) { read() } else { None };
        stored.as_ref().map(audit_texts::places).unwrap_or_default()
    }

    /// How many texts of the audit went with what it tells of.
    pub fn erased(&self) -> u64 {
        if !Action::ERASES_TEXTS.contains(&self.row.action.as_str()) {
            return 0;
        }
        match serde_json::from_str(&self.row.payload) {
            Ok(Payload {
                action: Action::PersonErased { texts, .. } | Action::ConnectionCleared { texts, .. },
                ..
            }) => texts,
            _ => 0,
        }
    }

    /// Gives everything the hash goes over, to `with`.
    pub fn hashed<T>(&self, with: impl FnOnce(&[&[u8]]) -> T) -> T {
        with_parts(&self.row, with)
    }
}

/// An entry as it is stored, with what is kept beside it.
pub(super) struct NewRow {
    pub(super) entry: audit::Model,
    pub(super) texts: Vec<audit_text::ActiveModel>,
}

pub(super) fn to_row(
    id: i64,
    prev_mac: Vec<u8>,
    entry: NewEntry,
    conceal: impl Fn(&str) -> Concealed,
) -> Result<NewRow, StoreError> {
    let payload = Payload { by: entry.by, action: entry.action };
    let corrupt = |_| StoreError::CorruptRow { table: "audit", id: id.to_string(), what: "payload" };
    let (mut stored, mut texts) = (serde_json::to_string(&payload).map_err(corrupt)?, vec![]);
    if !payload.action.text_fields().is_empty() {
        let mut without = serde_json::to_value(&payload).map_err(corrupt)?;
        texts = audit_texts::take_out(id, &mut without, payload.action.text_fields(), conceal);
        stored = without.to_string();
    }
    let entry = audit::Model {
        id,
        connection_id: entry.connection.map(ConnectionId::as_uuid),
        school_id: entry.school.map(SchoolId::as_uuid),
        onboarding_version: entry.onboarding_version,
        actor_kind: entry.by.kind().to_owned(),
        actor_id: entry.by.person(),
        action: payload.action.name().to_owned(),
        step: payload.action.step().map(|step| step.as_str().to_owned()),
        payload: stored,
        at: entry.at,
        request_id: entry.request_id,
        key_id: String::new(),
        prev_mac,
        mac: vec![],
    };
    Ok(NewRow { entry, texts })
}

/// The key's id is not hashed: another key gives another hash anyway.
pub(super) fn with_parts<T>(row: &audit::Model, with: impl FnOnce(&[&[u8]]) -> T) -> T {
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

pub(super) fn to_active(row: audit::Model) -> audit::ActiveModel {
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

pub(super) async fn to_entries(conn: &impl ConnectionTrait, rows: Vec<audit::Model>) -> Result<Vec<Entry>, StoreError> {
    let texts = audit_texts::load(conn, &rows).await?;
    rows.into_iter().map(|row| to_entry(row, &texts)).collect()
}

/// The same for a page: an entry of a newer release, of which an instance may serve beside this one, is left out.
pub(super) async fn to_readable(
    conn: &impl ConnectionTrait,
    rows: Vec<audit::Model>,
) -> Result<Vec<Entry>, StoreError> {
    let texts = audit_texts::load(conn, &rows).await?;
    Ok(readable(rows, |row| to_entry(row, &texts)))
}

pub(in crate::store) fn to_entry(row: audit::Model, texts: &Texts) -> Result<Entry, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "audit", id: row.id.to_string(), what: "payload" };
    let payload: Payload = if audit_texts::has_places(&row) {
        let stored: Value = serde_json::from_str(&row.payload).map_err(corrupt)?;
        serde_json::from_value(audit_texts::put_back(stored, texts.get(&row.id))).map_err(corrupt)?
    } else {
        serde_json::from_str(&row.payload).map_err(corrupt)?
    };
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
            let payload: Value = serde_json::from_str(line).expect("it is JSON");
            for field in action.text_fields() {
                assert!(payload.pointer(field).is_some_and(Value::is_string), "{field} in {line}");
            }
            assert!(line.contains(&format!(":\"{}\"", action.name())), "{} in {line}", action.name());
        }
    }
}
