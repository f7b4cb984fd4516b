//! The feed: what happened to schools, for machines that follow it.

use sea_orm::entity::prelude::*;

/// One thing that happened to one school. It names no row of another table: the feed tells of what was.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feed_event")]
pub struct Model {
    /// Its place, in the order in which the changes were committed: without gaps, but where a backup was gone back to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// By which a receiver knows it again.
    pub id: Uuid,
    /// What happened, such as `verdict.opened`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// To which school.
    pub school_id: Uuid,
    /// The connection that carried it.
    pub connection_id: Uuid,
    /// Its BRIN then.
    #[sea_orm(column_type = "Text")]
    pub brin: String,
    /// The verdict then: `open` or `closed`.
    #[sea_orm(column_type = "Text")]
    pub verdict: String,
    /// The version of the onboarding then.
    pub version: i64,
    /// When.
    #[sea_orm(indexed)]
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
