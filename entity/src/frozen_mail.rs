//! Frozen mails: the bytes that were or will be handed over, apart from the outbox so that its rows stay small.

use sea_orm::entity::prelude::*;

/// One mail as it was rendered for the attempt under way, or for the one that left.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "frozen_mail")]
pub struct Model {
    /// The row of the outbox; the sealed bytes are bound to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mail_id: Uuid,
    /// Envelope and bytes, sealed.
    #[sea_orm(column_type = "Blob")]
    pub sealed_mail: Vec<u8>,
    /// When it was rendered.
    pub frozen_at: DateTimeUtc,
    /// The row of the outbox.
    #[sea_orm(belongs_to, from = "mail_id", to = "id")]
    pub mail: BelongsTo<super::outbox::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
