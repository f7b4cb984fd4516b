//! Stranger counts: how often something was done that strangers can do, by the hour.

use sea_orm::entity::prelude::*;

/// One count in one hour.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stranger_count")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What is counted: in all, or of one client network or address by its keyed hash.
    #[sea_orm(column_type = "Text", unique_key = "name_hour")]
    pub name: String,
    /// The start of the hour.
    #[sea_orm(unique_key = "name_hour", indexed)]
    pub hour: DateTimeUtc,
    /// How often.
    pub n: i32,
    /// When it was last done.
    pub last_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
