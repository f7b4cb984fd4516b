//! Runs: connection checks that were asked for together.

use sea_orm::entity::prelude::*;

/// One run over a selection of connections.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_run")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who asked for it, as JSON.
    #[sea_orm(column_type = "Text")]
    pub asked_by: String,
    /// When.
    pub asked_at: DateTimeUtc,
    /// How many connections were selected.
    pub total: i32,
}

impl ActiveModelBehavior for ActiveModel {}
