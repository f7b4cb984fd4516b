//! When something was last done for the installation itself.

use sea_orm::entity::prelude::*;

/// One sort of work.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upkeep_note")]
pub struct Model {
    /// What was done.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// When it was last done.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
