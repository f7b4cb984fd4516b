//! Mails about several connections: a row for each of these. A mail about one names it in its own row.

use sea_orm::entity::prelude::*;

/// One connection of a mail about several.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_connection")]
pub struct Model {
    /// The connection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    /// The row of the outbox.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mail_id: Uuid,
    /// The connection.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// The row of the outbox.
    #[sea_orm(belongs_to, from = "mail_id", to = "id")]
    pub mail: BelongsTo<super::outbox::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
