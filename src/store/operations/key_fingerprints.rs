//! Fingerprints of the keys of the ring, and what the rows themselves say of the keys that they were made with.

use chrono::{DateTime, Utc};
use entity::{audit, contact, key_fingerprint, staff};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::key_fingerprint::KeyFingerprint;
use crate::store::{ConnectionTrait, StoreError, insert_rows};

/// An address with the key that it is looked up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedUp {
    /// The address.
    pub email: String,
    /// Its keyed hash, as it is stored.
    pub key: String,
}

/// What is kept of every key that was used here.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<KeyFingerprint>, StoreError> {
    let rows = key_fingerprint::Entity::find().order_by_asc(key_fingerprint::COLUMN.id).all(conn).await?;
    let read = |row: key_fingerprint::Model| KeyFingerprint {
        id: row.id,
        fingerprint: row.fingerprint,
        is_first: row.is_first,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Keeps what is new.
pub async fn insert(
    conn: &impl ConnectionTrait,
    new: Vec<KeyFingerprint>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = |key: KeyFingerprint| key_fingerprint::ActiveModel {
        id: Set(key.id),
        fingerprint: Set(key.fingerprint),
        is_first: Set(key.is_first),
        noted_at: Set(now),
    };
    insert_rows(conn, new.into_iter().map(row).collect()).await
}

/// Whether the audit has an entry that was signed with a key. It may read all of the audit: ask it of a key that is gone.
pub async fn is_signed_with(conn: &impl ConnectionTrait, key_id: &str) -> Result<bool, StoreError> {
    let found = audit::Entity::find()
        .select_only()
        .column(audit::Column::Id)
        .filter(audit::COLUMN.key_id.eq(key_id))
        .order_by_desc(audit::COLUMN.id)
        .limit(1);
    Ok(found.into_tuple::<i64>().one(conn).await?.is_some())
}

/// Some address that is looked up by a key, if there is any.
pub async fn find_looked_up(conn: &impl ConnectionTrait) -> Result<Option<LookedUp>, StoreError> {
    let first = staff::Entity::find().order_by_asc(staff::COLUMN.id).limit(1).one(conn).await?;
    if let Some(row) = first {
        return Ok(Some(LookedUp { email: row.email, key: row.email_key }));
    }
    let first = contact::Entity::find().order_by_asc(contact::COLUMN.id).limit(1).one(conn).await?;
    Ok(first.map(|row| LookedUp { email: row.email, key: row.email_key }))
}
