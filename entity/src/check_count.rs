//! How many connections ended how at their last check.

use sea_orm::entity::prelude::*;

/// One count, kept along with the rows that it counts (`connection_summary`).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_count")]
pub struct Model {
    /// The code of the check; empty for connections that were never checked.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub code: String,
    /// Who is to act; empty for nobody.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub holder: String,
    /// How many.
    pub n: i32,
}

impl ActiveModelBehavior for ActiveModel {}
