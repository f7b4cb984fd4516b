//! Connection checks: asked for, under way and done; a row for each.

use sea_orm::entity::prelude::*;

/// One connection check.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection_check")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of which connection.
    pub connection_id: Uuid,
    /// The run that it is part of.
    #[sea_orm(indexed)]
    pub run_id: Option<Uuid>,
    /// Which host.
    #[sea_orm(column_type = "Text")]
    pub host: String,
    /// Who asked for it, as JSON; null for the timer.
    #[sea_orm(column_type = "Text")]
    pub asked_by: Option<String>,
    /// When it was put in line.
    pub asked_at: DateTimeUtc,
    /// When a worker began.
    pub started_at: Option<DateTimeUtc>,
    /// When it was over.
    pub finished_at: Option<DateTimeUtc>,
    /// Until when a worker has it in hand.
    pub lease_until: Option<DateTimeUtc>,
    /// How far it is, as JSON.
    #[sea_orm(column_type = "Text")]
    pub progress: Option<String>,
    /// The version of the credentials that were used.
    pub credential_version: Option<i32>,
    /// How it ended.
    #[sea_orm(column_type = "Text")]
    pub code: Option<String>,
    /// The rung it ended on.
    #[sea_orm(column_type = "Text")]
    pub rung: Option<String>,
    /// All that is kept of it, as JSON: codes, times, names of columns and counts.
    #[sea_orm(column_type = "Text")]
    pub result: Option<String>,
    /// Why it was not made, if it was not.
    #[sea_orm(column_type = "Text")]
    pub not_made: Option<String>,
    /// Of which connection.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// The run that it is part of.
    #[sea_orm(belongs_to, from = "run_id", to = "id")]
    pub run: BelongsTo<Option<super::check_run::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
