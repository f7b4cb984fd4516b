//! Browsers in which somebody signed in with an address before, by hashes only.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::known_browser;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::store::{ConnectionTrait, StoreError};

/// A browser of an address.
#[derive(Debug, Clone, Copy)]
pub struct KnownBrowser<'a> {
    /// The keyed hash of the address.
    pub email_key: &'a str,
    /// The hash of the browser's secret.
    pub browser_hash: &'a [u8],
}

/// Notes that somebody signed in.
pub async fn note(
    conn: &impl ConnectionTrait,
    id: Uuid,
    known: KnownBrowser<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = known_browser::ActiveModel {
        id: Set(id),
        email_key: Set(known.email_key.to_owned()),
        browser_hash: Set(known.browser_hash.to_vec()),
        seen_at: Set(now),
    };
    let seen = OnConflict::columns([known_browser::Column::EmailKey, known_browser::Column::BrowserHash])
        .update_column(known_browser::Column::SeenAt)
        .to_owned();
    known_browser::Entity::insert(row).on_conflict(seen).exec_without_returning(conn).await?;
    Ok(())
}

/// Whether somebody signed in with the address in this browser before.
pub async fn is_known(conn: &impl ConnectionTrait, known: KnownBrowser<'_>) -> Result<bool, StoreError> {
    let found = known_browser::Entity::find()
        .filter(known_browser::COLUMN.email_key.eq(known.email_key))
        .filter(known_browser::COLUMN.browser_hash.eq(known.browser_hash))
        .one(conn)
        .await?;
    Ok(found.is_some())
}

/// Those of some browsers in which somebody signed in with the address before.
pub async fn list_among(
    conn: &impl ConnectionTrait,
    email_key: &str,
    browser_hashes: &[Vec<u8>],
) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    if browser_hashes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found: Vec<Vec<u8>> = known_browser::Entity::find()
        .select_only()
        .column(known_browser::Column::BrowserHash)
        .filter(known_browser::COLUMN.email_key.eq(email_key))
        .filter(Expr::col(known_browser::Column::BrowserHash).is_in(browser_hashes.iter().cloned()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// Forgets browsers in which nobody signed in since a moment.
pub async fn delete_unseen(conn: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<u64, StoreError> {
    let filter = known_browser::COLUMN.seen_at.lt(since);
    Ok(known_browser::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected)
}
