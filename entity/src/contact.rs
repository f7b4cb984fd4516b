//! Contacts: the people who act for a connection.

use sea_orm::entity::prelude::*;

/// One person at one connection; who acts for three has three rows.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection that they act for.
    #[sea_orm(unique_key = "connection_id_email_key")]
    pub connection_id: Uuid,
    /// As they write it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// In clear, to write to; never looked up by.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// Hex HMAC of the address, to look up by: a clear address in a key would show up in database errors.
    #[sea_orm(column_type = "Text", indexed, unique_key = "connection_id_email_key")]
    pub email_key: String,
    /// `superbeheerder`, `applicatiebeheerder`, both of them with a space between, or `contactpersoon`.
    #[sea_orm(column_type = "Text")]
    pub roles: String,
    /// Those of the roles that the school gave and Kurve has not looked at; null if there are none.
    #[sea_orm(column_type = "Text")]
    pub proposed_roles: Option<String>,
    /// When Kurve established that they may act for the connection; null until then.
    pub vouched_at: Option<DateTimeUtc>,
    /// Who established it; null if it was no member of staff.
    pub vouched_by: Option<Uuid>,
    /// On what ground.
    #[sea_orm(column_type = "Text")]
    pub vouch_ground: Option<String>,
    /// When they were added.
    pub created_at: DateTimeUtc,
    /// When they stopped acting for the connection; the row stays for what they did.
    pub removed_at: Option<DateTimeUtc>,
    /// The connection that they act for.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// The member of staff who vouched for them.
    #[sea_orm(belongs_to, from = "vouched_by", to = "id")]
    pub voucher: BelongsTo<Option<super::staff::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
