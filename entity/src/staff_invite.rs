//! Staff invitations: the link with which a member of staff sets a password and a code.

use sea_orm::entity::prelude::*;

/// One invitation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_invite")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who is invited.
    pub staff_id: Uuid,
    /// SHA-256 of the token in the link.
    #[sea_orm(column_type = "Blob", unique)]
    pub token_hash: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// From when it no longer works.
    pub expires_at: DateTimeUtc,
    /// When it was redeemed; it works once.
    pub used_at: Option<DateTimeUtc>,
    /// Who is invited.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
