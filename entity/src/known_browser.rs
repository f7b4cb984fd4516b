//! Known browsers: those in which somebody signed in with an address before.

use sea_orm::entity::prelude::*;

/// One browser of one address.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_browser")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Hex HMAC of the address that was signed in with.
    #[sea_orm(column_type = "Text", unique_key = "email_key_browser_hash")]
    pub email_key: String,
    /// SHA-256 of the cookie of the browser.
    #[sea_orm(column_type = "Blob", unique_key = "email_key_browser_hash")]
    pub browser_hash: Vec<u8>,
    /// When it was last signed in with.
    #[sea_orm(indexed)]
    pub seen_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
