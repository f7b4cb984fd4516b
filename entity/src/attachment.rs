//! Files that came with a message of a school, sealed; and what is known of those that were not kept.

use sea_orm::entity::prelude::*;

/// One file.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    /// Made in code; the sealed bytes are bound to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The message that it came with.
    pub message_id: Uuid,
    /// Its place among the files of the message.
    pub position: i32,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// `domain::message::Media`; null where it was not kept.
    #[sea_orm(column_type = "Text")]
    pub media: Option<String>,
    /// `domain::message::LeftOut`; null where it was kept.
    #[sea_orm(column_type = "Text")]
    pub left_out: Option<String>,
    /// How large it is; 0 where it was not kept.
    pub size_bytes: i64,
    /// What is in it, sealed; null where it was not kept.
    #[sea_orm(column_type = "Blob")]
    pub sealed: Option<Vec<u8>>,
    /// The message that it came with.
    #[sea_orm(belongs_to, from = "message_id", to = "id")]
    pub message: BelongsTo<super::message::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
