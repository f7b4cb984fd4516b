//! Messages: what Kurve and the contacts of a connection write to each other.

use sea_orm::entity::prelude::*;

/// One message.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection that it is about.
    pub connection_id: Uuid,
    /// `domain::message::Direction`.
    #[sea_orm(column_type = "Text")]
    pub direction: String,
    /// Who of Kurve wrote it; null for one of a school.
    pub staff_id: Option<Uuid>,
    /// Which contact wrote it; null for one of Kurve, and for one that came from an address of no contact.
    pub contact_id: Option<Uuid>,
    /// The address that it came from, where that is no contact's.
    #[sea_orm(column_type = "Text")]
    pub sender: Option<String>,
    /// The step that did not work, where it came with that.
    #[sea_orm(column_type = "Text")]
    pub step: Option<String>,
    /// The text; null where there is none, or none that may be kept.
    #[sea_orm(column_type = "Text")]
    pub body: Option<String>,
    /// Whether the text was not kept, since it held a password.
    pub is_withheld: bool,
    /// What a mail is known by that came in, so that it counts once.
    #[sea_orm(column_type = "Text", unique)]
    pub digest: Option<String>,
    /// When it was written, or came in.
    pub created_at: DateTimeUtc,
    /// Since when it waits on Kurve; null where it does not, or not any more.
    pub waits_since: Option<DateTimeUtc>,
    /// The connection that it is about.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// Who of Kurve wrote it.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<Option<super::staff::Entity>>,
    /// Which contact wrote it.
    #[sea_orm(belongs_to, from = "contact_id", to = "id")]
    pub contact: BelongsTo<Option<super::contact::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
