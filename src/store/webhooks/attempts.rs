//! How each try to deliver a message went.

use chrono::{DateTime, Utc};
use entity::{webhook_attempt, webhook_delivery};
use sea_orm::sea_query::{Condition, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::ids::WebhookDeliveryId;
use crate::domain::webhook::Outcome;
use crate::store::{ConnectionTrait, StoreError};

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Of which delivery.
    pub delivery: WebhookDeliveryId,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How it ended.
    pub outcome: Outcome,
    /// How the answer begins.
    pub answer: Option<String>,
}

/// Stores a try under an id.
pub async fn insert(conn: &impl ConnectionTrait, id: Uuid, attempt: &Attempt) -> Result<(), StoreError> {
    let row = webhook_attempt::ActiveModel {
        id: Set(id),
        delivery_id: Set(attempt.delivery.as_uuid()),
        at: Set(attempt.at),
        took_ms: Set(i32::try_from(attempt.took_ms).unwrap_or(i32::MAX)),
        status: Set(attempt.status.map(i32::from)),
        outcome: Set(attempt.outcome.as_str().to_owned()),
        answer: Set(attempt.answer.clone()),
    };
    webhook_attempt::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The tries of these deliveries, oldest first.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    deliveries: impl IntoIterator<Item = WebhookDeliveryId>,
) -> Result<Vec<Attempt>, StoreError> {
    let ids = deliveries.into_iter().map(WebhookDeliveryId::as_uuid);
    let rows = webhook_attempt::Entity::find()
        .filter(webhook_attempt::COLUMN.delivery_id.is_in(ids))
        .order_by_asc(webhook_attempt::COLUMN.at)
        .order_by_asc(webhook_attempt::COLUMN.id)
        .all(conn)
        .await?;
    rows.into_iter().map(to_attempt).collect()
}

/// Deletes the tries of the deliveries that this holds of.
pub(super) async fn delete_of(conn: &impl ConnectionTrait, deliveries: Condition) -> Result<(), StoreError> {
    let of = Query::select()
        .column(webhook_delivery::Column::Id)
        .from(webhook_delivery::Entity)
        .cond_where(deliveries)
        .to_owned();
    webhook_attempt::Entity::delete_many()
        .filter(webhook_attempt::COLUMN.delivery_id.in_subquery(of))
        .exec(conn)
        .await?;
    Ok(())
}

fn to_attempt(row: webhook_attempt::Model) -> Result<Attempt, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "webhook_attempt", id: row.id.to_string(), what };
    Ok(Attempt {
        delivery: WebhookDeliveryId::from_uuid(row.delivery_id),
        at: row.at,
        took_ms: u32::try_from(row.took_ms).map_err(|_| corrupt("took_ms"))?,
        status: row.status.map(u16::try_from).transpose().map_err(|_| corrupt("status"))?,
        outcome: row.outcome.parse().map_err(|_| corrupt("outcome"))?,
        answer: row.answer,
    })
}
