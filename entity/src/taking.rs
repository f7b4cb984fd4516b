//! Takings: which colleague took which connection.

use sea_orm::entity::prelude::*;

/// One connection that a colleague took; without a row nobody did.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "taking")]
pub struct Model {
    /// The connection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    /// Who has it.
    #[sea_orm(indexed)]
    pub staff_id: Uuid,
    /// Since when.
    pub taken_at: DateTimeUtc,
    /// The connection.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// Who has it.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
