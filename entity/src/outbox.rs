//! Outbox: the mails that are to be sent, were sent, or could not be.

use sea_orm::entity::prelude::*;

/// One mail to one person; it holds no text and no token. What was rendered is in `frozen_mail`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which mail, `snake_case`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The connection that it is about, if it is about one.
    pub connection_id: Option<Uuid>,
    /// The contact that it goes to, if it goes to one.
    pub contact_id: Option<Uuid>,
    /// Ids and plain facts that the mail needs, as JSON.
    #[sea_orm(column_type = "Text")]
    pub about: String,
    /// What the mail is for; a second row for the same is refused.
    #[sea_orm(column_type = "Text", unique)]
    pub dedupe_key: String,
    /// `waiting`, `sent`, `skipped`, `failed` or `dropped`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// How often sending was tried.
    pub attempts: i32,
    /// When it was put here.
    pub created_at: DateTimeUtc,
    /// Not to be tried before this moment.
    pub next_attempt_at: DateTimeUtc,
    /// Until when a worker has it in hand.
    pub lease_until: Option<DateTimeUtc>,
    /// The lease under which it is in hand; the marks of another lease are void.
    pub lease_id: Option<Uuid>,
    /// Since when nobody knows whether the mail server has it; null while it certainly has not, and once it certainly
    /// has.
    pub handing_over_at: Option<DateTimeUtc>,
    /// When it was first handed over although the mail server may have had it.
    pub handed_again_at: Option<DateTimeUtc>,
    /// When the mail server took it.
    pub sent_at: Option<DateTimeUtc>,
    /// The `Message-ID`, the same at every attempt.
    #[sea_orm(column_type = "Text")]
    pub message_id: String,
    /// What went wrong last, without addresses.
    #[sea_orm(column_type = "Text")]
    pub last_error: Option<String>,
    /// The mail with which it goes in one, or went.
    pub told_by: Option<Uuid>,
    /// The connection that it is about.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<Option<super::connection::Entity>>,
    /// The contact that it goes to.
    #[sea_orm(belongs_to, from = "contact_id", to = "id")]
    pub contact: BelongsTo<Option<super::contact::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
