//! Requests for Optie A: those whose address is not confirmed yet, and those that wait for Kurve since they were. The typed form
//! is sealed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::registration;
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::RegistrationId;
use crate::domain::join::{Decision, JoinOutcome};
use crate::domain::text::{Brin, Reason};
use crate::store::onboarding::joins::Decided;
use crate::store::{ConnectionTrait, StoreError, readable};

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
        waits_since: Set(None),
        decided_at: Set(None),
        decided_by: Set(None),
        decision: Set(None),
        reason: Set(None),
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

/// A confirmed request that waits for Kurve, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    /// The request.
    pub stored: StoredRegistration,
    /// When it was made.
    pub requested_at: DateTime<Utc>,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// What Kurve decided; `None` while it waits.
    pub decision: Option<Decision>,
}

/// Lets a confirmed request wait for Kurve.
pub async fn mark_waiting(
    conn: &impl ConnectionTrait,
    id: RegistrationId,
    since: DateTime<Utc>,
) -> Result<(), StoreError> {
    registration::Entity::update_many()
        .col_expr(registration::COLUMN.waits_since, since.into())
        .filter(registration::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// The requests that wait for Kurve, the oldest first, at most `limit`.
pub async fn list_waiting(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<WaitingRow>, StoreError> {
    // Those that never waited are not after it: so the index is searched, also on SQLite.
    let rows = registration::Entity::find()
        .filter(registration::COLUMN.waits_since.gt(DateTime::<Utc>::UNIX_EPOCH))
        .filter(registration::COLUMN.decided_at.is_null())
        .order_by_asc(registration::COLUMN.waits_since)
        .order_by_asc(registration::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(readable(rows, to_waiting).into_iter().flatten().collect())
}

/// The request with this id, if it waits for Kurve or did.
pub async fn find_waiting(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Option<WaitingRow>, StoreError> {
    let found = registration::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    Ok(found.map(to_waiting).transpose()?.flatten())
}

/// The same, locked until the transaction ends.
pub async fn find_waiting_for_update(
    conn: &impl ConnectionTrait,
    id: RegistrationId,
) -> Result<Option<WaitingRow>, StoreError> {
    let found = registration::Entity::find_by_id(id.as_uuid()).lock_exclusive().one(conn).await?;
    Ok(found.map(to_waiting).transpose()?.flatten())
}

/// Notes what Kurve decided on a request that waits.
pub async fn mark_decided(
    conn: &impl ConnectionTrait,
    id: RegistrationId,
    decision: &Decision,
) -> Result<(), StoreError> {
    registration::Entity::update_many()
        .col_expr(registration::COLUMN.decided_at, decision.at.into())
        .col_expr(registration::COLUMN.decided_by, decision.by.as_uuid().into())
        .col_expr(registration::COLUMN.decision, decision.outcome.as_str().into())
        .col_expr(registration::COLUMN.reason, decision.outcome.reason().map(Reason::as_str).into())
        .filter(registration::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Until when requests are kept no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// Those that stopped counting before it, and those that Kurve let begin.
    pub ended: DateTime<Utc>,
    /// Those that Kurve declined before it.
    pub declined: DateTime<Utc>,
}

/// Deletes requests that ended; never one that waits for Kurve.
pub async fn delete_expired(conn: &impl ConnectionTrait, until: Until) -> Result<u64, StoreError> {
    let never_waited = Condition::all()
        .add(registration::COLUMN.waits_since.is_null())
        .add(registration::COLUMN.expires_at.lt(until.ended));
    // What they asked for is here.
    let accepted = Condition::all()
        .add(registration::COLUMN.decision.eq(JoinOutcome::Accepted.as_str()))
        .add(registration::COLUMN.decided_at.lt(until.ended));
    let declined = registration::COLUMN.decided_at.lt(until.declined);
    let ended = Condition::any().add(never_waited).add(accepted).add(declined);
    Ok(registration::Entity::delete_many().filter(ended).exec(conn).await?.rows_affected)
}

/// All requests, confirmed or not.
pub async fn list_all(conn: &impl ConnectionTrait) -> Result<Vec<StoredRegistration>, StoreError> {
    let rows = registration::Entity::find().order_by_asc(registration::COLUMN.id).all(conn).await?;
    Ok(rows.into_iter().map(to_stored).collect())
}

fn to_waiting(row: registration::Model) -> Result<Option<WaitingRow>, StoreError> {
    let Some(since) = row.waits_since else { return Ok(None) };
    let corrupt = |what| StoreError::CorruptRow { table: "registration", id: row.id.to_string(), what };
    let decided = Decided {
        at: row.decided_at,
        by: row.decided_by,
        decision: row.decision.as_deref(),
        reason: row.reason.as_deref(),
    };
    let decision = decided.read().map_err(corrupt)?;
    Ok(Some(WaitingRow { requested_at: row.requested_at, since, decision, stored: to_stored(row) }))
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
