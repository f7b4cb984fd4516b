//! Who is on their way to the provider and back, to sign in or to link their account.

use sea_orm::entity::prelude::*;

/// One such way. The nonce and the proof of it follow from the state by a key of ours, so that they are stored nowhere.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_trip")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the state that goes along.
    #[sea_orm(column_type = "Blob", unique)]
    pub state_hash: Vec<u8>,
    /// Hex SHA-256 of the secret of the browser.
    #[sea_orm(column_type = "Text")]
    pub browser_hash: String,
    /// `sign_in`, `invite` or `account`.
    #[sea_orm(column_type = "Text")]
    pub errand: String,
    /// Whose account is to be linked.
    pub staff_id: Option<Uuid>,
    /// By which one-time link.
    pub invite_id: Option<Uuid>,
    /// From when it no longer counts.
    #[sea_orm(indexed)]
    pub expires_at: DateTimeUtc,
    /// Whose account is to be linked.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<Option<super::staff::Entity>>,
    /// By which one-time link.
    #[sea_orm(belongs_to, from = "invite_id", to = "id")]
    pub invite: BelongsTo<Option<super::staff_invite::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
