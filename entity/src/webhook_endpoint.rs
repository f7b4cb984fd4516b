//! Where machines want to be told of the feed.

use sea_orm::entity::prelude::*;

/// One address. Its deliveries are made from the feed, in the order of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    /// Made in code; the sealed secrets are bound to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it is.
    #[sea_orm(column_type = "Text", unique)]
    pub url: String,
    /// The secret that its messages are signed with, sealed.
    #[sea_orm(column_type = "Blob")]
    pub secret_sealed: Vec<u8>,
    /// How often it was given a secret; a sealed secret is bound to this too.
    pub secret_version: i32,
    /// The secret before, with which messages are signed too for a while.
    #[sea_orm(column_type = "Blob")]
    pub old_secret_sealed: Option<Vec<u8>>,
    /// For how long.
    pub old_secret_until: Option<DateTimeUtc>,
    /// The place in the feed up to which deliveries were made of it.
    pub told_through: i64,
    /// When it was added.
    pub created_at: DateTimeUtc,
    /// Since when nothing was delivered any more; null while it goes well.
    pub failing_since: Option<DateTimeUtc>,
    /// How many tries failed since one did not.
    pub failures: i32,
    /// Before when it is not tried again.
    pub rests_until: Option<DateTimeUtc>,
    /// Since when nothing is sent to it any more.
    pub stopped_at: Option<DateTimeUtc>,
    /// Why: `by_hand`, `gone` or `failing`.
    #[sea_orm(column_type = "Text")]
    pub stopped_why: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
