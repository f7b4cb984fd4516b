//! Fingerprints of the keys that were used with this database.

use sea_orm::entity::prelude::*;

/// One key of the ring.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key_fingerprint")]
pub struct Model {
    /// The id of the key, as on the ring.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    /// Made with the key, in hexadecimal; nothing can be made from it.
    #[sea_orm(column_type = "Text")]
    pub fingerprint: String,
    /// Whether its line is the first.
    pub is_first: bool,
    /// When it was first used here.
    pub noted_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
