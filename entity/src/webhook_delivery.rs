//! What is to be delivered to an endpoint of webhooks, was, or could not be.

use sea_orm::entity::prelude::*;

/// One message to one endpoint.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// To which endpoint.
    #[sea_orm(unique_key = "endpoint_id_event_number")]
    pub endpoint_id: Uuid,
    /// The place of its event in the feed; null for a test.
    #[sea_orm(unique_key = "endpoint_id_event_number")]
    pub event_number: Option<i64>,
    /// By which the receiver knows the message again: the id of the event.
    pub message_id: Uuid,
    /// What happened, as in the feed.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The message, as JSON: the same bytes at each try.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// `waiting`, `delivered` or `failed`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was put here.
    #[sea_orm(indexed)]
    pub created_at: DateTimeUtc,
    /// Not to be tried before this moment.
    pub next_attempt_at: DateTimeUtc,
    /// Until when a worker has it in hand.
    pub lease_until: Option<DateTimeUtc>,
    /// The lease under which it is in hand.
    pub lease_id: Option<Uuid>,
    /// The endpoint.
    #[sea_orm(belongs_to, from = "endpoint_id", to = "id")]
    pub endpoint: BelongsTo<super::webhook_endpoint::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
