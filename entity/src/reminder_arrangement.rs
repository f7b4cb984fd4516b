//! What is arranged about the reminders of a connection; one without a row arranged nothing.

use sea_orm::entity::prelude::*;

/// One connection's arrangement.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder_arrangement")]
pub struct Model {
    /// The connection whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    /// The date on which it asked to be reminded; it may be past.
    pub snoozed_until: Option<Date>,
    /// The day from which working days count for what was open by then.
    pub counts_from: Option<Date>,
    /// `domain::reminder::OwnDays` as JSON.
    #[sea_orm(column_type = "Text")]
    pub own_days: String,
    /// The connection whose it is.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
