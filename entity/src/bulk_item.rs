//! Items of runs: what one is about, and how it came out.

use sea_orm::entity::prelude::*;

/// One item of a run.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_item")]
pub struct Model {
    /// Of which run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    /// Its place in the run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Which connection it is about, if it is about one that is here.
    pub connection_id: Option<Uuid>,
    /// What pages call it.
    #[sea_orm(column_type = "Text")]
    pub label: String,
    /// What the work needs to know of it, as JSON.
    #[sea_orm(column_type = "Text")]
    pub input: String,
    /// How it came out; null until it is over.
    #[sea_orm(column_type = "Text")]
    pub outcome: Option<String>,
    /// What there is to say of that, as JSON.
    #[sea_orm(column_type = "Text")]
    pub facts: Option<String>,
    /// When it was over.
    pub done_at: Option<DateTimeUtc>,
    /// How often it was begun in vain.
    pub tries: i32,
    /// Of which run.
    #[sea_orm(belongs_to, from = "run_id", to = "id")]
    pub run: BelongsTo<super::bulk_run::Entity>,
    /// Which connection it is about, if it is about one that is here.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<Option<super::connection::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
