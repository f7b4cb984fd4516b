//! Browsers from which a member of staff signed in: wrong tries from elsewhere do not stand in their way.

use sea_orm::entity::prelude::*;

/// One browser of one member of staff.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_browser")]
pub struct Model {
    /// Who signed in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// Hex SHA-256 of the secret of the browser.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub browser_hash: String,
    /// When they signed in from it last.
    #[sea_orm(indexed)]
    pub signed_in_at: DateTimeUtc,
    /// Who signed in.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
