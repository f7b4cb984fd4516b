//! Where machines want to be told of the feed, what is to be delivered to them, and how each try went.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, integer, integer_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::parts::{Subject, foreign_key, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await
    }
}

fn subject() -> Subject {
    let endpoint = Table::create()
        .table("webhook_endpoint")
        .col(uuid("id").primary_key())
        .col(text("url"))
        .col(blob("secret_sealed"))
        .col(integer("secret_version"))
        .col(blob_null("old_secret_sealed"))
        .col(timestamp_with_time_zone_null("old_secret_until"))
        .col(big_integer("told_through"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("failing_since"))
        .col(integer("failures"))
        .col(timestamp_with_time_zone_null("rests_until"))
        .col(timestamp_with_time_zone_null("stopped_at"))
        .col(text_null("stopped_why"))
        .to_owned();
    let delivery = Table::create()
        .table("webhook_delivery")
        .col(uuid("id").primary_key())
        .col(uuid("endpoint_id"))
        .col(big_integer_null("event_number"))
        .col(uuid("message_id"))
        .col(text("kind"))
        .col(text("body"))
        .col(text("status"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(uuid_null("lease_id"))
        .foreign_key(&mut foreign_key("webhook_delivery", "endpoint_id", "webhook_endpoint"))
        .to_owned();
    let attempt = Table::create()
        .table("webhook_attempt")
        .col(uuid("id").primary_key())
        .col(uuid("delivery_id"))
        .col(timestamp_with_time_zone("at"))
        .col(integer("took_ms"))
        .col(integer_null("status"))
        .col(text("outcome"))
        .col(text_null("answer"))
        .foreign_key(&mut foreign_key("webhook_attempt", "delivery_id", "webhook_delivery"))
        .to_owned();
    Subject {
        tables: vec![endpoint, delivery, attempt],
        indexes: vec![
            unique_index("idx-webhook_endpoint-url", "webhook_endpoint", &["url"]),
            unique_index(
                "idx-webhook_delivery-endpoint_id_event_number",
                "webhook_delivery",
                &["endpoint_id", "event_number"],
            ),
            index(
                "idx-webhook_delivery-endpoint_id_status_next_attempt_at_id",
                "webhook_delivery",
                &["endpoint_id", "status", "next_attempt_at", "id"],
            ),
            index("idx-webhook_delivery-endpoint_id_id", "webhook_delivery", &["endpoint_id", "id"]),
            index("idx-webhook_delivery-lease_id", "webhook_delivery", &["lease_id"]),
            index("idx-webhook_delivery-created_at", "webhook_delivery", &["created_at"]),
            index("idx-webhook_attempt-delivery_id_at", "webhook_attempt", &["delivery_id", "at"]),
        ],
    }
}
