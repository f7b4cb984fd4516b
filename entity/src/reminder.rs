//! Reminders that went out: a row per step, opening and stage, and never a second one.

use sea_orm::entity::prelude::*;

/// One reminder of one opening of a step.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection whose people were reminded.
    #[sea_orm(unique_key = "reminder")]
    pub connection_id: Uuid,
    /// Of which step.
    #[sea_orm(column_type = "Text", unique_key = "reminder")]
    pub step: String,
    /// Which one: a number of working days, or a date that the school asked for.
    #[sea_orm(column_type = "Text", unique_key = "reminder")]
    pub stage: String,
    /// When the step had opened.
    #[sea_orm(unique_key = "reminder")]
    pub since: DateTimeUtc,
    /// When it went out.
    pub at: DateTimeUtc,
    /// The connection whose people were reminded.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
