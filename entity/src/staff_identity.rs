//! Which account at the provider is that of which member of staff. An address is no part of it: it changes hands.

use sea_orm::entity::prelude::*;

/// The account of one member of staff.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_identity")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The provider, by its own name.
    #[sea_orm(column_type = "Text", unique_key = "issuer_subject")]
    pub issuer: String,
    /// The account, by the provider's name for it.
    #[sea_orm(column_type = "Text", unique_key = "issuer_subject")]
    pub subject: String,
    /// Whose it is; everybody has one at most.
    #[sea_orm(unique)]
    pub staff_id: Uuid,
    /// When it was linked.
    pub linked_at: DateTimeUtc,
    /// When somebody signed in with it last.
    pub last_used_at: Option<DateTimeUtc>,
    /// Whose it is.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
