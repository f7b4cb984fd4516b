//! Sessions: a signed-in browser, of a contact or of a member of staff.

use sea_orm::entity::prelude::*;

/// One signed-in browser.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the token in the cookie.
    #[sea_orm(column_type = "Blob", unique)]
    pub token_hash: Vec<u8>,
    /// `contact` or `staff`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Hex HMAC of the address that a contact signed in with; it opens every school that has it as a contact's.
    #[sea_orm(column_type = "Text", indexed)]
    pub email_key: Option<String>,
    /// The member of staff.
    #[sea_orm(indexed)]
    pub staff_id: Option<Uuid>,
    /// When they signed in.
    pub created_at: DateTimeUtc,
    /// When the session was last used, roughly.
    pub last_seen_at: DateTimeUtc,
    /// From when it no longer works.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// Whether a member of staff signed in with the account of their organisation; null as no.
    pub by_identity: Option<bool>,
    /// The member of staff.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<Option<super::staff::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
