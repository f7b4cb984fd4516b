//! Keys of machines that may ask for verdicts; only their hash.

use chrono::{DateTime, Utc};
use entity::api_key;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};

use crate::domain::api_scope::ApiScopes;
use crate::domain::ids::ApiKeyId;
use crate::store::{ConnectionTrait, StoreError};

/// A stored key, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the hour.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it no longer works.
    pub revoked_at: Option<DateTime<Utc>>,
    /// What it may ask.
    pub scopes: ApiScopes,
    /// From when it does not work any more.
    pub expires_at: Option<DateTime<Utc>>,
}

impl StoredApiKey {
    /// Whether it works at a moment.
    pub fn works_at(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Stores a new key.
///
/// # Errors
/// `Taken` when the name is in use.
pub async fn insert(conn: &impl ConnectionTrait, new: &StoredApiKey, key_hash: &[u8]) -> Result<(), StoreError> {
    let row = api_key::ActiveModel {
        id: Set(new.id.as_uuid()),
        name: Set(new.name.clone()),
        key_hash: Set(key_hash.to_vec()),
        created_at: Set(new.created_at),
        last_used_at: Set(new.last_used_at),
        revoked_at: Set(new.revoked_at),
        scopes: Set(Some(new.scopes.names())),
        expires_at: Set(new.expires_at),
    };
    api_key::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The key with this hash, if it was not revoked.
pub async fn find(conn: &impl ConnectionTrait, key_hash: &[u8]) -> Result<Option<StoredApiKey>, StoreError> {
    let row = api_key::Entity::find()
        .filter(api_key::COLUMN.key_hash.eq(key_hash))
        .filter(api_key::COLUMN.revoked_at.is_null())
        .one(conn)
        .await?;
    row.map(to_stored).transpose()
}

/// The key with this name.
pub async fn find_by_name(conn: &impl ConnectionTrait, name: &str) -> Result<Option<StoredApiKey>, StoreError> {
    let row = api_key::Entity::find().filter(api_key::COLUMN.name.eq(name)).one(conn).await?;
    row.map(to_stored).transpose()
}

/// Gives a key another name and an end.
pub async fn lay_aside(
    conn: &impl ConnectionTrait,
    id: ApiKeyId,
    name: &str,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    api_key::Entity::update_many()
        .col_expr(api_key::COLUMN.name, name.into())
        .col_expr(api_key::COLUMN.expires_at, expires_at.into())
        .filter(api_key::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Every key, by name.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<StoredApiKey>, StoreError> {
    let rows = api_key::Entity::find().order_by_asc(api_key::COLUMN.name).all(conn).await?;
    rows.into_iter().map(to_stored).collect()
}

/// Notes that a key was used.
pub async fn mark_used(conn: &impl ConnectionTrait, id: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
    api_key::Entity::update_many()
        .col_expr(api_key::COLUMN.last_used_at, now.into())
        .filter(api_key::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Stops a key by name and returns its id; `None` when no working key has the name.
pub async fn mark_revoked(
    conn: &impl ConnectionTrait,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Option<ApiKeyId>, StoreError> {
    let row = api_key::Entity::find()
        .filter(api_key::COLUMN.name.eq(name))
        .filter(api_key::COLUMN.revoked_at.is_null())
        .one(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    api_key::Entity::update_many()
        .col_expr(api_key::COLUMN.revoked_at, now.into())
        .filter(api_key::COLUMN.id.eq(row.id))
        .exec(conn)
        .await?;
    Ok(Some(ApiKeyId::from_uuid(row.id)))
}

fn to_stored(row: api_key::Model) -> Result<StoredApiKey, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "api_key", id: row.id.to_string(), what: "scopes" };
    Ok(StoredApiKey {
        scopes: row.scopes.as_deref().unwrap_or_default().parse().map_err(corrupt)?,
        id: ApiKeyId::from_uuid(row.id),
        name: row.name,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
        expires_at: row.expires_at,
    })
}
