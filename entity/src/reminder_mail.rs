//! Mails with reminders: one per person and day, over all connections.

use sea_orm::entity::prelude::*;

/// One mail with reminders to one person.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder_mail")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Hex HMAC of the person's address.
    #[sea_orm(column_type = "Text", unique_key = "person_day")]
    pub address_key: String,
    /// The day in the Netherlands.
    #[sea_orm(unique_key = "person_day")]
    pub on_date: Date,
    /// The reminders in it, as JSON of ids and plain facts.
    #[sea_orm(column_type = "Text")]
    pub about: String,
    /// When it was called for.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
