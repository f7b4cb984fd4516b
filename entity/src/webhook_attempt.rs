//! How each try to deliver a message went.

use sea_orm::entity::prelude::*;

/// One try.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of which delivery.
    pub delivery_id: Uuid,
    /// When it began.
    pub at: DateTimeUtc,
    /// How long it took, in milliseconds.
    pub took_ms: i32,
    /// The status of the answer, if there was one.
    pub status: Option<i32>,
    /// How it ended, `snake_case`.
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
    /// How the answer begins.
    #[sea_orm(column_type = "Text")]
    pub answer: Option<String>,
    /// The delivery.
    #[sea_orm(belongs_to, from = "delivery_id", to = "id")]
    pub delivery: BelongsTo<super::webhook_delivery::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
