//! Outages: times in which most connections that worked failed together.

use sea_orm::entity::prelude::*;

/// One outage.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outage")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Since when the connections that worked are looked at.
    pub began_at: DateTimeUtc,
    /// When it was noticed.
    pub noticed_at: DateTimeUtc,
    /// When it was over; null while it lasts.
    #[sea_orm(indexed)]
    pub ended_at: Option<DateTimeUtc>,
    /// How many connections that worked before were looked at when it was noticed.
    pub worked_before: i32,
    /// How many of those failed.
    pub failing: i32,
}

impl ActiveModelBehavior for ActiveModel {}
