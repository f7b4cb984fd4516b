//! Check statuses: what the checks of a connection came to, and when it is looked at next.

use sea_orm::entity::prelude::*;

/// What is known of one connection's checks.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_status")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    /// When the timer checks it next; null while it does not.
    pub next_check_at: Option<DateTimeUtc>,
    /// How the last check ended.
    #[sea_orm(column_type = "Text")]
    pub last_code: Option<String>,
    /// When it was.
    #[sea_orm(indexed)]
    pub last_checked_at: Option<DateTimeUtc>,
    /// When a check last passed every rung.
    pub last_ok_at: Option<DateTimeUtc>,
    /// The version of the credentials it passed with.
    pub last_ok_version: Option<i32>,
    /// Did a check ever prove something that still stands?
    pub has_worked: bool,
    /// Did the last check show less than was proven before?
    pub is_failing: bool,
    /// Does the connection count as lost?
    pub is_lost: bool,
    /// Since when the checks fail.
    pub failing_since: Option<DateTimeUtc>,
    /// The failures in a row, as JSON.
    #[sea_orm(column_type = "Text")]
    pub streak: Option<String>,
    /// What was counted when a list was last read that held nothing, as JSON.
    #[sea_orm(column_type = "Text")]
    pub receipt: Option<String>,
    /// When that was.
    pub receipt_at: Option<DateTimeUtc>,
    /// The rows of the list that was read last, where that one held the import.
    pub held_rows: Option<i32>,
    /// Where the server read what it was asked.
    #[sea_orm(column_type = "Text")]
    pub way: Option<String>,
    /// Until when its certificate holds.
    #[sea_orm(indexed)]
    pub certificate_until: Option<DateTimeUtc>,
    /// When that certificate was first seen.
    pub certificate_seen_at: Option<DateTimeUtc>,
    /// Since when the checks end as the last one did.
    pub ends_so_since: Option<DateTimeUtc>,
    /// Whose.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
