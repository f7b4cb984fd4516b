//! Runs of one submit for many.

use sea_orm::entity::prelude::*;

/// One run.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_run")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What sort of work.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// What is done to each item, as JSON; null until it begins.
    #[sea_orm(column_type = "Text")]
    pub work: Option<String>,
    /// Of the form that asked for it: the same form twice is one run.
    #[sea_orm(column_type = "Text", unique)]
    pub key: String,
    /// Who asked for it, as JSON.
    #[sea_orm(column_type = "Text")]
    pub asked_by: String,
    /// Which colleague, if one did.
    pub staff_id: Option<Uuid>,
    /// When it was put together.
    pub asked_at: DateTimeUtc,
    /// When it was to begin.
    pub begun_at: Option<DateTimeUtc>,
    /// How many items there are to do.
    pub total: i32,
    /// How many of them are over.
    pub done: i32,
    /// How many items came out how, as JSON.
    #[sea_orm(column_type = "Text")]
    pub counts: String,
    /// When the last of them was over.
    pub finished_at: Option<DateTimeUtc>,
    /// From when on a worker may take it; null before it begins and after it ended.
    pub free_from: Option<DateTimeUtc>,
    /// The worker that took it and did not give it back.
    pub lease_id: Option<Uuid>,
    /// Which colleague, if one did.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<Option<super::staff::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
