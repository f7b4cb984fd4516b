//! Templates of messages, as they are now.

use sea_orm::entity::prelude::*;

/// One template.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_template")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name, folded, so that no two are called the same; null for one that was removed.
    #[sea_orm(column_type = "Text", unique)]
    pub name_key: Option<String>,
    /// The text, with its placeholders.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// How many texts it had.
    pub version: i32,
    /// Who wrote it as it is.
    pub staff_id: Uuid,
    /// When.
    pub changed_at: DateTimeUtc,
    /// When it was removed; null while it is in use.
    pub removed_at: Option<DateTimeUtc>,
    /// Who wrote it as it is.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
