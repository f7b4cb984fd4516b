//! Heartbeats: the last sign of life of what runs by itself.

use sea_orm::entity::prelude::*;

/// One worker, whichever instances run it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "heartbeat")]
pub struct Model {
    /// The name of the worker.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// When an instance last said that it goes on.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
