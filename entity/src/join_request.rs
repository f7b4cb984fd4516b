//! Requests to join a connection that is here, and what Kurve decided on them.

use sea_orm::entity::prelude::*;

/// One school that somebody asks a place for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "join_request")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection that decides.
    pub connection_id: Uuid,
    /// `new_school`, `further_school`, `known_school` or `other_domain`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The school that is here already, of a known one.
    pub school_id: Option<Uuid>,
    /// The connection of the contact who asks, if it is another.
    pub from_connection_id: Option<Uuid>,
    /// The school as typed.
    #[sea_orm(column_type = "Text")]
    pub school_name: String,
    /// Its BRIN as typed.
    #[sea_orm(column_type = "Text")]
    pub brin: String,
    /// Six signs, as in `school`; open ones are unique per connection and person.
    #[sea_orm(column_type = "Text")]
    pub brin_key: String,
    /// The label under `swp.nl`.
    #[sea_orm(column_type = "Text")]
    pub domain: String,
    /// Holiday region: `noord`, `midden` or `zuid`.
    #[sea_orm(column_type = "Text")]
    pub region: String,
    /// The contact who asks; then name, address and roles are theirs.
    pub contact_id: Option<Uuid>,
    /// Who asks, if no contact does.
    #[sea_orm(column_type = "Text")]
    pub name: Option<String>,
    /// Their address.
    #[sea_orm(column_type = "Text")]
    pub email: Option<String>,
    /// The keyed hash of the address, also of a contact's.
    #[sea_orm(column_type = "Text")]
    pub email_key: String,
    /// What they are in Magister.
    #[sea_orm(column_type = "Text")]
    pub roles: Option<String>,
    /// When.
    pub asked_at: DateTimeUtc,
    /// When Kurve decided.
    pub decided_at: Option<DateTimeUtc>,
    /// Which colleague decided.
    pub decided_by: Option<Uuid>,
    /// `accepted` or `declined`.
    #[sea_orm(column_type = "Text")]
    pub decision: Option<String>,
    /// Why it was declined.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    /// The connection that decides.
    #[sea_orm(belongs_to, relation_enum = "Connection", from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
    /// The connection of the contact who asks.
    #[sea_orm(belongs_to, relation_enum = "FromConnection", from = "from_connection_id", to = "id")]
    pub from_connection: BelongsTo<Option<super::connection::Entity>>,
    /// The school that is here already.
    #[sea_orm(belongs_to, from = "school_id", to = "id")]
    pub school: BelongsTo<Option<super::school::Entity>>,
    /// The contact who asks.
    #[sea_orm(belongs_to, from = "contact_id", to = "id")]
    pub contact: BelongsTo<Option<super::contact::Entity>>,
    /// The colleague who decided.
    #[sea_orm(belongs_to, from = "decided_by", to = "id")]
    pub staff: BelongsTo<Option<super::staff::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
