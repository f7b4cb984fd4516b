//! Check tallies: how many connections stand how at their last check.

use sea_orm::entity::prelude::*;

/// One count, kept with each change of a check status.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_tally")]
pub struct Model {
    /// How the last check ended, `never`, or `lost` for those that count as lost.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub code: String,
    /// How many.
    pub connections: i64,
}

impl ActiveModelBehavior for ActiveModel {}
