//! API keys: what a program shows when it asks whether a school may import.

use sea_orm::entity::prelude::*;

/// One key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What staff call it.
    #[sea_orm(column_type = "Text", unique)]
    pub name: String,
    /// SHA-256 of the key.
    #[sea_orm(column_type = "Blob", unique)]
    pub key_hash: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last used, roughly.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it stopped working.
    pub revoked_at: Option<DateTimeUtc>,
    /// What it may ask, with spaces: `verdict:read schools:read events:read`; null for a key from before there were scopes.
    #[sea_orm(column_type = "Text")]
    pub scopes: Option<String>,
    /// From when it does not work any more; null for never.
    pub expires_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
