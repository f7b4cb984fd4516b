//! Hosts that are being checked, so that no two instances check one at once.

use sea_orm::entity::prelude::*;

/// One host that is being checked.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_host")]
pub struct Model {
    /// The host.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub host: String,
    /// By which check.
    pub check_id: Uuid,
    /// Until when at most.
    pub lease_until: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
