//! Saved views: filters of the list of schools that a colleague keeps under a name.

use sea_orm::entity::prelude::*;

/// One view.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_view")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is.
    #[sea_orm(unique_key = "staff_id_name")]
    pub staff_id: Uuid,
    /// What it is called.
    #[sea_orm(column_type = "Text", unique_key = "staff_id_name")]
    pub name: String,
    /// The filter, as the query of an address.
    #[sea_orm(column_type = "Text")]
    pub query: String,
    /// When it was kept.
    pub created_at: DateTimeUtc,
    /// Whose it is.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
