//! Audit: who did what, in a chain that shows tampering. The database refuses to change or delete a row.

use sea_orm::entity::prelude::*;

/// One entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// The id of the entry before it plus one; given by code, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The connection that it is about; no foreign key, an entry outlives what it is about.
    pub connection_id: Option<Uuid>,
    /// The school that it is about, where it is about one of its schools.
    pub school_id: Option<Uuid>,
    /// The version that the onboarding had after the act.
    pub onboarding_version: Option<i32>,
    /// `contact`, `staff`, `check`, `clock` or `operator`.
    #[sea_orm(column_type = "Text")]
    pub actor_kind: String,
    /// Which contact or member of staff.
    pub actor_id: Option<Uuid>,
    /// What was done, `snake_case`.
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// Particulars as JSON, without secrets.
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    /// When it was done.
    pub at: DateTimeUtc,
    /// The request or job run in which it was done.
    #[sea_orm(column_type = "Text")]
    pub request_id: String,
    /// The key that the MAC was made with.
    #[sea_orm(column_type = "Text")]
    pub key_id: String,
    /// The MAC of the entry before it.
    #[sea_orm(column_type = "Blob")]
    pub prev_mac: Vec<u8>,
    /// MAC over this entry and the one before it.
    #[sea_orm(column_type = "Blob")]
    pub mac: Vec<u8>,
    /// The step that it is about, which follows from the rest: no MAC goes over it.
    #[sea_orm(column_type = "Text")]
    pub step: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
