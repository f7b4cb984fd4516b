//! What a colleague wants of the worklist itself.

use sea_orm::entity::prelude::*;

/// The settings of one colleague; without a row all is as it comes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "desk_setting")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// Whether single letters do something.
    pub has_keys: bool,
    /// Whose.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
