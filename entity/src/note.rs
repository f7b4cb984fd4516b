//! Notes: what staff write down about a connection, for each other.

use sea_orm::entity::prelude::*;

/// One note.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "note")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection that it is about.
    pub connection_id: Uuid,
    /// Who wrote it.
    pub staff_id: Uuid,
    /// The text.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// When it was written.
    pub created_at: DateTimeUtc,
    /// When it was last changed; null while it never was.
    pub changed_at: Option<DateTimeUtc>,
    /// The connection that it is about.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// Who wrote it.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub author: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
