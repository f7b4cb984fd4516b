//! Address marks: what is known of an e-mail address over all connections.

use sea_orm::entity::prelude::*;

/// One address about which something is known; without a row there is nothing.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "address_mark")]
pub struct Model {
    /// Hex HMAC of the address, as in `contact.email_key`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub address_key: String,
    /// Since when mail does not arrive; null while it does, as far as known.
    #[sea_orm(indexed)]
    pub bounced_at: Option<DateTimeUtc>,
    /// The status code of the report that said so.
    #[sea_orm(column_type = "Text")]
    pub bounce_code: Option<String>,
    /// Since when it wants no reminders; null while it gets them.
    #[sea_orm(indexed)]
    pub reminders_stopped_at: Option<DateTimeUtc>,
    /// Since when it wants no digest; null while it gets them.
    pub digest_stopped_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
