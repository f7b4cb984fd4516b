//! Lists of schools that a colleague brought, until they are carried out or a day has passed.

use sea_orm::entity::prelude::*;

/// One list, sealed: it names people.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roster")]
pub struct Model {
    /// Made in code; the sealed list is bound to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which colleague brought it.
    pub staff_id: Uuid,
    /// The list with the name of its file, sealed.
    #[sea_orm(column_type = "Blob")]
    pub sealed: Vec<u8>,
    /// `domain::roster::Mapping` as JSON; null where the suggested columns count.
    #[sea_orm(column_type = "Text")]
    pub mapping: Option<String>,
    /// When it was brought.
    #[sea_orm(indexed)]
    pub created_at: DateTimeUtc,
    /// Which colleague brought it.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
