//! What somebody typed as their session ended, to come back filled in.

use sea_orm::entity::prelude::*;

/// One form, sealed: it may name people.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_form")]
pub struct Model {
    /// Made in code; the sealed form is bound to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The hash of the token in the browser's cookie.
    #[sea_orm(column_type = "Blob", unique)]
    pub token_hash: Vec<u8>,
    /// Where it was posted.
    #[sea_orm(column_type = "Text")]
    pub path: String,
    /// The fields, sealed.
    #[sea_orm(column_type = "Blob")]
    pub sealed: Vec<u8>,
    /// When.
    #[sea_orm(indexed)]
    pub kept_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
