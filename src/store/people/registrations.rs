//! Requests for Optie A whose address is not confirmed yet; the typed form is sealed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::registration;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::RegistrationId;
use crate::domain::text::Brin;
use crate::store::{ConnectionTrait, StoreError};

/// A stored request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRegistration {
    /// Its id, part of what the seal is bound to.
    pub id: RegistrationId,
    /// The typed form, sealed.
    pub sealed_form: Vec<u8>,
    /// The hash of the secret of the browser that asked.
    pub browser_hash: Vec<u8>,
    /// The last moment at which it can be confirmed.
    pub expires_at: DateTime<Utc>,
    /// When it was confirmed.
    pub used_at: Option<DateTime<Utc>>,
}

/// Stores a request.
pub async fn insert(
    conn: &impl ConnectionTrait,
    new: &StoredRegistration,
    brin: &Brin,
    requested_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = registration::ActiveModel {
        id: Set(new.id.as_uuid()),
        sealed_form: Set(new.sealed_form.clone()),
        brin_key: Set(brin.key()),
        browser_hash: Set(new.browser_hash.clone()),
        token_hash: Set(None),
        requested_at: Set(requested_at),
        expires_at: Set(new.expires_at),
        minted_at: Set(None),
        used_at: Set(None),
    };
    registration::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The request with this id.
pub async fn find(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Option<StoredRegistration>, StoreError> {
    Ok(registration::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_stored))
}

/// A request that was not confirmed, with when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnconfirmedRow {
    /// The request.
    pub stored: StoredRegistration,
    /// When it was made.
    pub requested_at: DateTime<Utc>,
}

/// The requests made before a moment that were not confirmed, the oldest first, at most `limit`.
pub async fn list_unconfirmed(
    conn: &impl ConnectionTrait,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<UnconfirmedRow>, StoreError> {
    let rows = registration::Entity::find()
        .filter(registration::COLUMN.used_at.is_null())
        .filter(registration::COLUMN.requested_at.lte(before))
        .order_by_asc(registration::COLUMN.requested_at)
        .limit(limit)
        .all(conn)
        .await?;
    let unconfirmed =
        |row: registration::Model| UnconfirmedRow { requested_at: row.requested_at, stored: to_stored(row) };
    Ok(rows.into_iter().map(unconfirmed).collect())
}

/// When the last request for each of these BRIN keys was confirmed.
pub async fn list_used(
    conn: &impl ConnectionTrait,
    brin_keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, DateTime<Utc>>, StoreError> {
    if brin_keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = registration::Entity::find()
        .filter(registration::COLUMN.brin_key.is_in(brin_keys))
        .filter(registration::COLUMN.used_at.is_not_null())
        .order_by_asc(registration::COLUMN.used_at)
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.brin_key, row.used_at?))).collect())
}

/// Gives a request that was not confirmed new time, and takes its token away so that another is made; `false` when it was
/// confirmed, or given new time since `expires_at` was read.
pub async fn renew(
    conn: &impl ConnectionTrait,
    id: RegistrationId,
    expires_at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = registration::Entity::update_many()
        .col_expr(registration::COLUMN.token_hash, Option::<Vec<u8>>::None.into())
        .col_expr(registration::COLUMN.minted_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(registration::COLUMN.expires_at, until.into())
        .filter(registration::COLUMN.id.eq(id.as_uuid()))
        .filter(registration::COLUMN.used_at.is_null())
        .filter(registration::COLUMN.expires_at.eq(expires_at))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// The request with this token.
pub async fn find_by_token(
    conn: &impl ConnectionTrait,
    token_hash: &[u8],
) -> Result<Option<StoredRegistration>, StoreError> {
    let filter = registration::COLUMN.token_hash.eq(token_hash);
    Ok(registration::Entity::find().filter(filter).one(conn).await?.map(to_stored))
}

/// Gives a request its token, once; `false` when it had one or no longer counts.
pub async fn mark_minted(
    conn: &impl ConnectionTrait,
    id: RegistrationId,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = registration::Entity::update_many()
        .col_expr(registration::COLUMN.token_hash, token_hash.to_vec().into())
        .col_expr(registration::COLUMN.minted_at, now.into())
        .filter(registration::COLUMN.id.eq(id.as_uuid()))
        .filter(registration::COLUMN.minted_at.is_null())
        .filter(registration::COLUMN.expires_at.gt(now))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Takes a request's token away, since it reached nobody.
pub async fn mark_unminted(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<(), StoreError> {
    registration::Entity::update_many()
        .col_expr(registration::COLUMN.token_hash, Option::<Vec<u8>>::None.into())
        .col_expr(registration::COLUMN.minted_at, Option::<DateTime<Utc>>::None.into())
        .filter(registration::COLUMN.id.eq(id.as_uuid()))
        .filter(registration::COLUMN.used_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Uses a request up, in one statement; `false` when someone was first.
pub async fn claim(conn: &impl ConnectionTrait, id: RegistrationId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = registration::Entity::update_many()
        .col_expr(registration::COLUMN.used_at, now.into())
        .filter(registration::COLUMN.id.eq(id.as_uuid()))
        .filter(registration::COLUMN.used_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Deletes requests that stopped counting before a moment.
pub async fn delete_expired(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let filter = registration::COLUMN.expires_at.lt(before);
    Ok(registration::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected)
}

/// All requests, confirmed or not.
pub async fn list_all(conn: &impl ConnectionTrait) -> Result<Vec<StoredRegistration>, StoreError> {
    let rows = registration::Entity::find().order_by_asc(registration::COLUMN.id).all(conn).await?;
    Ok(rows.into_iter().map(to_stored).collect())
}

fn to_stored(row: registration::Model) -> StoredRegistration {
    StoredRegistration {
        id: RegistrationId::from_uuid(row.id),
        sealed_form: row.sealed_form,
        browser_hash: row.browser_hash,
        expires_at: row.expires_at,
        used_at: row.used_at,
    }
}
