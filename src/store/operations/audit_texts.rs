//! The texts of the audit, beside its chain: an entry has a salted hash in the place of each, over which its own hash goes.
//! So a text can be erased with its salt, and nobody can tell from the hash what it was.

use std::collections::BTreeMap;

use entity::{audit, audit_text};
use sea_orm::sea_query::Query;
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter};
use serde_json::Value;

use crate::domain::ids::ConnectionId;
use crate::domain::text::ERASED;
use crate::store::{ConnectionTrait, StoreError};

/// How many entries one statement asks the texts of.
const MANY_ENTRIES: usize = 1000;

/// What stands before the hash in the place of a text, which stays a text: so 0.2.0 can read the entry while both serve.
const HASHED: &str = "sha256:";

/// How many hexadecimal digits a hash has.
const HASH_DIGITS: usize = 64;

/// What stands in the place of a text, and what it was made with.
#[derive(Debug, Clone)]
pub struct Concealed {
    /// What the hash goes over before the text.
    pub salt: Vec<u8>,
    /// The hash of both, in hexadecimal digits.
    pub hash: String,
}

/// A place of a text, with its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where in the particulars of the entry.
    pub field: String,
    /// The hash.
    pub hash: String,
}

/// A text that is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptText {
    /// Of which entry.
    pub entry: i64,
    /// Where in its particulars.
    pub field: String,
    /// What the hash goes over before it.
    pub salt: Vec<u8>,
    /// The text.
    pub text: String,
}

/// The texts of some entries, by entry and place.
pub(in crate::store) type Texts = BTreeMap<i64, BTreeMap<String, String>>;

/// Takes texts out of the particulars of an entry.
pub(super) fn take_out(
    entry: i64,
    payload: &mut Value,
    fields: &[&str],
    conceal: impl Fn(&str) -> Concealed,
) -> Vec<audit_text::ActiveModel> {
    let mut taken = vec![];
    for field in fields {
        let Some(place) = payload.pointer_mut(field) else { continue };
        let Value::String(text) = place.take() else { continue };
        let Concealed { salt, hash } = conceal(&text);
        *place = Value::from(format!("{HASHED}{hash}"));
        taken.push(audit_text::ActiveModel {
            audit_id: Set(entry),
            field: Set((*field).to_owned()),
            salt: Set(salt),
            text: Set(text),
        });
    }
    taken
}

/// The particulars of an entry with its texts; what was erased is said to be.
pub(super) fn put_back(mut payload: Value, texts: Option<&BTreeMap<String, String>>) -> Value {
    for Place { field, .. } in places(&payload) {
        let text = texts.and_then(|texts| texts.get(&field)).map_or(ERASED, String::as_str);
        if let Some(place) = payload.pointer_mut(&field) {
            *place = Value::from(text);
        }
    }
    payload
}

/// Where texts stood in the particulars of an entry.
pub(super) fn places(payload: &Value) -> Vec<Place> {
    let mut found = vec![];
    gather("", payload, &mut found);
    found
}

fn gather(at: &str, payload: &Value, found: &mut Vec<Place>) {
    match payload {
        Value::Object(fields) => fields.iter().for_each(|(name, part)| gather(&format!("{at}/{name}"), part, found)),
        Value::String(text) => {
            let hash = text.strip_prefix(HASHED).filter(|hash| is_hash(hash)).map(str::to_owned);
            found.extend(hash.map(|hash| Place { field: at.to_owned(), hash }));
        }
        _ => {}
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_DIGITS && text.bytes().all(|sign| sign.is_ascii_hexdigit())
}

/// Whether an entry may have texts beside it.
pub(in crate::store) fn has_places(row: &audit::Model) -> bool {
    row.payload.contains(HASHED)
}

/// The texts of these entries.
pub(super) async fn load(conn: &impl ConnectionTrait, rows: &[audit::Model]) -> Result<Texts, StoreError> {
    let ids: Vec<i64> = rows.iter().filter(|row| has_places(row)).map(|row| row.id).collect();
    Ok(by_entry(&list_of(conn, &ids).await?))
}

/// The texts by entry and place.
pub(in crate::store) fn by_entry(kept: &[KeptText]) -> Texts {
    let mut texts = Texts::new();
    for text in kept {
        texts.entry(text.entry).or_default().insert(text.field.clone(), text.text.clone());
    }
    texts
}

/// The texts that are kept of these entries.
pub async fn list_of(conn: &impl ConnectionTrait, entries: &[i64]) -> Result<Vec<KeptText>, StoreError> {
    let mut found = vec![];
    for ids in entries.chunks(MANY_ENTRIES) {
        let filter = audit_text::COLUMN.audit_id.is_in(ids.iter().copied());
        found.extend(audit_text::Entity::find().filter(filter).all(conn).await?.into_iter().map(to_kept));
    }
    Ok(found)
}

/// Erases texts with their salts; the only thing that ever happens to one. Returns how many there were.
pub async fn erase(conn: &impl ConnectionTrait, texts: &[KeptText]) -> Result<u64, StoreError> {
    let mut erased = 0;
    for text in texts {
        let this = audit_text::COLUMN.audit_id.eq(text.entry).and(audit_text::COLUMN.field.eq(text.field.as_str()));
        erased += audit_text::Entity::delete_many().filter(this).exec(conn).await?.rows_affected;
    }
    Ok(erased)
}

/// Erases all texts of a connection with their salts. Returns how many there were.
pub async fn erase_of(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<u64, StoreError> {
    let its = Query::select()
        .column(audit::Column::Id)
        .from(audit::Entity)
        .and_where(audit::COLUMN.connection_id.eq(connection.as_uuid()))
        .to_owned();
    let texts = audit_text::Entity::delete_many().filter(audit_text::COLUMN.audit_id.in_subquery(its));
    Ok(texts.exec(conn).await?.rows_affected)
}

fn to_kept(row: audit_text::Model) -> KeptText {
    KeptText { entry: row.audit_id, field: row.field, salt: row.salt, text: row.text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn conceal(text: &str) -> Concealed {
        Concealed { salt: vec![1], hash: format!("{:064x}", text.len()) }
    }

    #[test]
    fn what_is_taken_out_is_put_back_and_what_is_gone_is_said_to_be() {
        let whole = json!({"action": "a", "cause": {"kind": "k", "reason": "Jan belde."}, "reason": "Ook dat."});
        let mut payload = whole.clone();

        let taken = take_out(7, &mut payload, &["/cause/reason", "/reason", "/no/such"], conceal);

        let hash = |signs: u8| format!("sha256:{signs:064x}");
        assert_eq!(payload, json!({"action": "a", "cause": {"kind": "k", "reason": hash(10)}, "reason": hash(8)}));
        let texts: BTreeMap<String, String> =
            taken.into_iter().map(|row| (row.field.unwrap(), row.text.unwrap())).collect();
        assert_eq!(put_back(payload.clone(), Some(&texts)), whole);
        let half = BTreeMap::from([("/reason".to_owned(), "Ook dat.".to_owned())]);
        let expected = json!({"action": "a", "cause": {"kind": "k", "reason": "(gewist)"}, "reason": "Ook dat."});
        assert_eq!(put_back(payload, Some(&half)), expected);
        assert_eq!(put_back(whole.clone(), None), whole, "an entry from before its texts were kept apart");
        let typed = json!({"reason": "sha256:dat is wat er stond"});
        assert_eq!(put_back(typed.clone(), None), typed, "a text that only begins like a hash");
    }
}
