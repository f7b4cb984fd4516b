//! What of the audit is a person's. It reads all of it: nobody asks for it but who exports or erases somebody.

use std::collections::BTreeSet;

use entity::audit;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use crate::domain::audit::{Action, Entry};
use crate::domain::ids::ConnectionId;
use crate::domain::privacy::Person;
use crate::store::operations::audit_row::to_entry;
use crate::store::operations::audit_texts::{self, KeptText};
use crate::store::{ConnectionTrait, StoreError};

/// How many entries are read at once.
const ROWS: u64 = 1000;

/// What of the audit is a person's.
#[derive(Default)]
pub struct AuditTraces {
    /// The texts that go with them.
    pub texts: Vec<KeptText>,
    /// What those texts are, to be read.
    pub said: Vec<Value>,
    /// What they did; it stays, as done by a former contact.
    pub acts: Vec<Value>,
    /// How many texts of theirs stand in the chain itself, as they did before texts were kept beside it.
    pub old: u64,
    /// The connections of which an event loses a text.
    pub connections: BTreeSet<ConnectionId>,
}

/// Looks all of the audit through.
pub async fn scan(conn: &impl ConnectionTrait, person: &Person) -> Result<AuditTraces, StoreError> {
    let (mut found, mut after) = (AuditTraces::default(), 0);
    loop {
        let rows = audit::Entity::find()
            .filter(audit::COLUMN.id.gt(after))
            .order_by_asc(audit::COLUMN.id)
            .limit(ROWS)
            .all(conn)
            .await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.id;
        let ids: Vec<i64> = rows.iter().filter(|row| audit_texts::has_places(row)).map(|row| row.id).collect();
        let kept = audit_texts::list_of(conn, &ids).await?;
        let texts = audit_texts::by_entry(&kept);
        for row in rows {
            let is_beside = audit_texts::has_places(&row);
            // What cannot be read is told of by `audit verify`.
            let Ok(entry) = to_entry(row, &texts) else { continue };
            if person.did(&entry) {
                found.acts.push(act(&entry));
            }
            if is_beside {
                let its = kept.iter().filter(|text| text.entry == entry.id && person.has_text(&entry, &text.text));
                its.for_each(|text| found.take(&entry, text));
            } else {
                found.old += count_inside(person, &entry);
            }
        }
    }
}

impl AuditTraces {
    fn take(&mut self, entry: &Entry, text: &KeptText) {
        if let (Action::Onboarding(_), Some(connection)) = (&entry.action, entry.connection) {
            self.connections.insert(connection);
        }
        self.said.push(json!({
            "at": entry.at, "action": entry.action.name(), "connection": entry.connection, "by": entry.by.kind(), "text": text.text,
        }));
        self.texts.push(text.clone());
    }
}

fn act(entry: &Entry) -> Value {
    json!({ "at": entry.at, "action": entry.action.name(), "connection": entry.connection, "school": entry.school })
}

fn count_inside(person: &Person, entry: &Entry) -> u64 {
    let fields = entry.action.text_fields();
    if fields.is_empty() {
        return 0;
    }
    let stored = serde_json::to_value(&entry.action).unwrap_or_default();
    let texts = fields.iter().filter_map(|field| stored.pointer(field)?.as_str());
    texts.filter(|text| person.has_text(entry, text)).count() as u64
}
