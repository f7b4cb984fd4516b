//! Job slots: when each job is due next.

use sea_orm::entity::prelude::*;

/// One job; whoever moves `next_at` on has claimed the run.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_slot")]
pub struct Model {
    /// The name of the job.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// When it is due.
    pub next_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
