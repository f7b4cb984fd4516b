//! Forms that somebody typed as their session ended, sealed, by the hash of the token in the browser.

use chrono::{DateTime, Utc};
use entity::kept_form;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::store::{ConnectionTrait, StoreError};

/// A form as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Its id, which the seal is bound to.
    pub id: Uuid,
    /// The hash of the token.
    pub token_hash: Vec<u8>,
    /// Where it was posted.
    pub path: String,
    /// The fields, sealed.
    pub sealed: Vec<u8>,
    /// When.
    pub kept_at: DateTime<Utc>,
}

/// Stores a form.
pub async fn insert(conn: &impl ConnectionTrait, new: &KeptForm) -> Result<(), StoreError> {
    let row = kept_form::ActiveModel {
        id: Set(new.id),
        token_hash: Set(new.token_hash.clone()),
        path: Set(new.path.clone()),
        sealed: Set(new.sealed.clone()),
        kept_at: Set(new.kept_at),
    };
    kept_form::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The form of a token, if one is kept.
pub async fn find(conn: &impl ConnectionTrait, token_hash: &[u8]) -> Result<Option<KeptForm>, StoreError> {
    let row = kept_form::Entity::find().filter(kept_form::COLUMN.token_hash.eq(token_hash)).one(conn).await?;
    Ok(row.map(to_kept))
}

/// All forms that are kept.
pub async fn list_all(conn: &impl ConnectionTrait) -> Result<Vec<KeptForm>, StoreError> {
    Ok(kept_form::Entity::find().all(conn).await?.into_iter().map(to_kept).collect())
}

fn to_kept(row: kept_form::Model) -> KeptForm {
    KeptForm { id: row.id, token_hash: row.token_hash, path: row.path, sealed: row.sealed, kept_at: row.kept_at }
}

/// Forgets the form of a token; `false` where there was none.
pub async fn delete(conn: &impl ConnectionTrait, token_hash: &[u8]) -> Result<bool, StoreError> {
    let filter = kept_form::COLUMN.token_hash.eq(token_hash);
    Ok(kept_form::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected > 0)
}

/// Forgets forms that were kept before a moment; returns how many.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let filter = kept_form::COLUMN.kept_at.lt(before);
    Ok(kept_form::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected)
}
