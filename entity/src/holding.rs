//! Holdings: since when, and until when, a party had a step of a connection in hand.

use sea_orm::entity::prelude::*;

/// One holding.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "holding")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection that it is about.
    pub connection_id: Uuid,
    /// Which step.
    #[sea_orm(column_type = "Text")]
    pub step: String,
    /// `school`, `kurve` or `magister`.
    #[sea_orm(column_type = "Text")]
    pub party: String,
    /// When it began.
    pub begun_at: DateTimeUtc,
    /// When it ended; none while it lasts.
    #[sea_orm(indexed)]
    pub ended_at: Option<DateTimeUtc>,
    /// How many working days it took, once it ended.
    pub working_days: Option<i32>,
    /// The connection that it is about.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
