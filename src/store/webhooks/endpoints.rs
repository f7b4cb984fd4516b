//! Where machines want to be told of the feed. Secrets are sealed before they come here.

use chrono::{DateTime, Utc};
use entity::webhook_endpoint;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::WebhookEndpointId;
use crate::domain::webhook::{Endpoint, EndpointUrl, Stopped};
use crate::store::{ConnectionTrait, StoreError};

/// The secrets of an endpoint, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    /// The one that signs.
    pub newest: Vec<u8>,
    /// How often the endpoint was given one, which the seal is bound to.
    pub version: u32,
    /// The one before, and until when it signs too.
    pub old: Option<OldSecret>,
}

/// A sealed secret that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldSecret {
    /// The secret; it was sealed in the version before.
    pub sealed: Vec<u8>,
    /// Until when it signs.
    pub until: DateTime<Utc>,
}

/// Stores a new endpoint.
///
/// # Errors
/// `Taken` when there is one with this address.
pub async fn insert(conn: &impl ConnectionTrait, new: &Endpoint, secrets: SealedSecrets) -> Result<(), StoreError> {
    let (old_secret_sealed, old_secret_until) = secrets.old.map(|old| (old.sealed, old.until)).unzip();
    let row = webhook_endpoint::ActiveModel {
        id: Set(new.id.as_uuid()),
        url: Set(new.url.as_str().to_owned()),
        secret_sealed: Set(secrets.newest),
        secret_version: Set(version_of(secrets.version)),
        old_secret_sealed: Set(old_secret_sealed),
        old_secret_until: Set(old_secret_until),
        told_through: Set(new.told_through),
        created_at: Set(new.created_at),
        failing_since: Set(new.failing_since),
        failures: Set(new.failures),
        rests_until: Set(new.rests_until),
        stopped_at: Set(new.stopped.map(|stopped| stopped.at)),
        stopped_why: Set(new.stopped.map(|stopped| stopped.why.as_str().to_owned())),
    };
    webhook_endpoint::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Every endpoint, the oldest first.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<Endpoint>, StoreError> {
    let query = webhook_endpoint::Entity::find().order_by_asc(webhook_endpoint::COLUMN.created_at);
    let rows = query.order_by_asc(webhook_endpoint::COLUMN.id).all(conn).await?;
    rows.into_iter().map(to_endpoint).collect()
}

/// The endpoint with this id.
pub async fn find(conn: &impl ConnectionTrait, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
    let row = webhook_endpoint::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    row.map(to_endpoint).transpose()
}

/// The endpoint with this id, and nobody else's until the end of the transaction.
pub async fn load_for_update(
    conn: &impl ConnectionTrait,
    id: WebhookEndpointId,
) -> Result<Option<Endpoint>, StoreError> {
    let row = webhook_endpoint::Entity::find_by_id(id.as_uuid()).lock_exclusive().one(conn).await?;
    row.map(to_endpoint).transpose()
}

/// The sealed secrets of an endpoint.
///
/// # Errors
/// `Missing` when there is no such endpoint.
pub async fn load_secrets(conn: &impl ConnectionTrait, id: WebhookEndpointId) -> Result<SealedSecrets, StoreError> {
    let found = find_with_secrets(conn, id).await?;
    Ok(found.ok_or(StoreError::Missing { table: "webhook_endpoint" })?.1)
}

/// The endpoint with this id, and its sealed secrets.
pub async fn find_with_secrets(
    conn: &impl ConnectionTrait,
    id: WebhookEndpointId,
) -> Result<Option<(Endpoint, SealedSecrets)>, StoreError> {
    let row = webhook_endpoint::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let old = row.old_secret_sealed.clone().zip(row.old_secret_until);
    let secrets = SealedSecrets {
        newest: row.secret_sealed.clone(),
        version: u32::try_from(row.secret_version).map_err(|_| corrupt(id, "secret_version"))?,
        old: old.map(|(sealed, until)| OldSecret { sealed, until }),
    };
    Ok(Some((to_endpoint(row)?, secrets)))
}

/// Saves the secrets of an endpoint.
pub async fn save_secrets(
    conn: &impl ConnectionTrait,
    id: WebhookEndpointId,
    secrets: SealedSecrets,
) -> Result<(), StoreError> {
    let (sealed, until) = secrets.old.map(|old| (old.sealed, old.until)).unzip();
    webhook_endpoint::Entity::update_many()
        .col_expr(webhook_endpoint::COLUMN.secret_sealed, secrets.newest.into())
        .col_expr(webhook_endpoint::COLUMN.secret_version, version_of(secrets.version).into())
        .col_expr(webhook_endpoint::COLUMN.old_secret_sealed, sealed.into())
        .col_expr(webhook_endpoint::COLUMN.old_secret_until, until.into())
        .filter(webhook_endpoint::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Saves how it goes with an endpoint, and up to where it was told.
pub async fn save(conn: &impl ConnectionTrait, endpoint: &Endpoint) -> Result<(), StoreError> {
    let Endpoint { id, told_through, failing_since, failures, rests_until, stopped, url: _, created_at: _ } = endpoint;
    let why = stopped.map(|Stopped { why, .. }| why.as_str());
    webhook_endpoint::Entity::update_many()
        .col_expr(webhook_endpoint::COLUMN.told_through, (*told_through).into())
        .col_expr(webhook_endpoint::COLUMN.failing_since, (*failing_since).into())
        .col_expr(webhook_endpoint::COLUMN.failures, (*failures).into())
        .col_expr(webhook_endpoint::COLUMN.rests_until, (*rests_until).into())
        .col_expr(webhook_endpoint::COLUMN.stopped_at, stopped.map(|stopped| stopped.at).into())
        .col_expr(webhook_endpoint::COLUMN.stopped_why, why.into())
        .filter(webhook_endpoint::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes an endpoint, of which nothing else is left.
pub async fn delete(conn: &impl ConnectionTrait, id: WebhookEndpointId) -> Result<(), StoreError> {
    webhook_endpoint::Entity::delete_by_id(id.as_uuid()).exec(conn).await?;
    Ok(())
}

fn version_of(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

fn corrupt(id: WebhookEndpointId, what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "webhook_endpoint", id: id.to_string(), what }
}

fn to_endpoint(row: webhook_endpoint::Model) -> Result<Endpoint, StoreError> {
    let id = WebhookEndpointId::from_uuid(row.id);
    let stopped = match row.stopped_at.zip(row.stopped_why) {
        Some((at, why)) => Some(Stopped { at, why: why.parse().map_err(|_| corrupt(id, "stopped_why"))? }),
        None => None,
    };
    Ok(Endpoint {
        id,
        url: EndpointUrl::parse(&row.url).map_err(|_| corrupt(id, "url"))?,
        told_through: row.told_through,
        created_at: row.created_at,
        failing_since: row.failing_since,
        failures: row.failures,
        rests_until: row.rests_until,
        stopped,
    })
}
