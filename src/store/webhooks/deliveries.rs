//! Messages to endpoints of webhooks: a [`queue`](crate::store::queue), as the outbox is for mails.

use chrono::{DateTime, Duration, Utc};
use entity::webhook_delivery;
use sea_orm::sea_query::{Condition, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::attempts;
use crate::domain::heartbeat::CLOCK_SKEW;
use crate::domain::ids::{LeaseId, WebhookDeliveryId, WebhookEndpointId};
use crate::domain::retry;
use crate::domain::webhook::{Delivery, DeliveryStatus};
use crate::store::queue::{self, Columns, Queue};
use crate::store::{ConnectionTrait, LeaseTerm, Page, StoreError, WriteTx, count_up_to};

/// How long a lease lasts: longer than a try may take. What a dead worker had comes back after it.
pub const LEASE: Duration = Duration::seconds(60);

impl Queue for webhook_delivery::Entity {
    const COLUMNS: Columns<webhook_delivery::Column> = Columns {
        id: webhook_delivery::Column::Id,
        status: webhook_delivery::Column::Status,
        next_attempt_at: webhook_delivery::Column::NextAttemptAt,
        lease_until: webhook_delivery::Column::LeaseUntil,
        lease_id: webhook_delivery::Column::LeaseId,
    };
    const WAITING: &'static str = "waiting";
}

/// How many messages one statement puts in the queue.
const AT_ONCE: usize = 50;

/// Puts messages in the queue; one of an event that the endpoint has a message of is left out.
pub async fn insert_all(conn: &impl ConnectionTrait, deliveries: &[Delivery]) -> Result<(), StoreError> {
    for deliveries in deliveries.chunks(AT_ONCE) {
        let rows = deliveries.iter().map(to_row).collect::<Result<Vec<_>, _>>()?;
        let keep = OnConflict::columns([webhook_delivery::Column::EndpointId, webhook_delivery::Column::EventNumber])
            .do_nothing()
            .to_owned();
        webhook_delivery::Entity::insert_many(rows).on_conflict(keep).exec_without_returning(conn).await?;
    }
    Ok(())
}

fn to_row(delivery: &Delivery) -> Result<webhook_delivery::ActiveModel, StoreError> {
    let message_id = delivery.message_id.parse().map_err(|_| corrupt(delivery.id.as_uuid(), "message_id"))?;
    Ok(webhook_delivery::ActiveModel {
        id: Set(delivery.id.as_uuid()),
        endpoint_id: Set(delivery.endpoint.as_uuid()),
        event_number: Set(delivery.event),
        message_id: Set(message_id),
        kind: Set(delivery.kind.clone()),
        body: Set(delivery.body.clone()),
        status: Set(delivery.status.as_str().to_owned()),
        attempts: Set(delivery.attempts),
        created_at: Set(delivery.created_at),
        next_attempt_at: Set(delivery.next_attempt_at),
        lease_until: Set(None),
        lease_id: Set(None),
    })
}

/// Leases messages to an endpoint that are due, so that no other worker takes them within the term.
pub async fn acquire(
    tx: &WriteTx,
    endpoint: WebhookEndpointId,
    lease: LeaseId,
    term: LeaseTerm,
    limit: u64,
) -> Result<Vec<Delivery>, StoreError> {
    let due = queue::due::<webhook_delivery::Entity>(term.now, limit)
        .filter(webhook_delivery::COLUMN.endpoint_id.eq(endpoint.as_uuid()));
    let rows = due.all(tx.conn()).await?;
    if !rows.is_empty() {
        queue::lease::<webhook_delivery::Entity>(tx.conn(), lease, term, rows.iter().map(|row| row.id)).await?;
    }
    rows.into_iter().map(to_delivery).collect()
}

/// Saves what became of a message and ends its lease; `false` when the lease was lost.
pub async fn mark(conn: &impl ConnectionTrait, lease: LeaseId, delivery: &Delivery) -> Result<bool, StoreError> {
    let marked = queue::let_go(queue::leased_row::<webhook_delivery::Entity>(lease, delivery.id.as_uuid()))
        .col_expr(webhook_delivery::COLUMN.status, delivery.status.as_str().into())
        .col_expr(webhook_delivery::COLUMN.attempts, delivery.attempts.into())
        .col_expr(webhook_delivery::COLUMN.next_attempt_at, delivery.next_attempt_at.into());
    Ok(marked.exec(conn).await?.rows_affected == 1)
}

/// Gives back what was not tried.
pub async fn release(conn: &impl ConnectionTrait, lease: LeaseId) -> Result<(), StoreError> {
    queue::release::<webhook_delivery::Entity>(conn, lease).await
}

/// Ends every lease. Only when no worker can be alive.
pub async fn release_all(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    queue::release_all::<webhook_delivery::Entity>(conn).await
}

/// Has a message sent now, from the first try, whatever became of it; `false` when a worker has it now.
pub async fn mark_again(
    conn: &impl ConnectionTrait,
    id: WebhookDeliveryId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let again = again(now).filter(webhook_delivery::COLUMN.id.eq(id.as_uuid()));
    Ok(again.exec(conn).await?.rows_affected == 1)
}

/// Has all messages to an endpoint of events after a place sent again.
pub async fn mark_again_after(
    conn: &impl ConnectionTrait,
    endpoint: WebhookEndpointId,
    after: i64,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let again = again(now)
        .filter(webhook_delivery::COLUMN.endpoint_id.eq(endpoint.as_uuid()))
        .filter(webhook_delivery::COLUMN.event_number.gt(after));
    Ok(again.exec(conn).await?.rows_affected)
}

/// Has everything that waits for an endpoint due now.
pub async fn mark_due(
    conn: &impl ConnectionTrait,
    endpoint: WebhookEndpointId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    webhook_delivery::Entity::update_many()
        .col_expr(webhook_delivery::COLUMN.next_attempt_at, now.into())
        .filter(webhook_delivery::COLUMN.endpoint_id.eq(endpoint.as_uuid()))
        .filter(webhook_delivery::COLUMN.status.eq(DeliveryStatus::Waiting.as_str()))
        .filter(webhook_delivery::COLUMN.next_attempt_at.gt(now))
        .exec(conn)
        .await?;
    Ok(())
}

fn again(now: DateTime<Utc>) -> sea_orm::UpdateMany<webhook_delivery::Entity> {
    webhook_delivery::Entity::update_many()
        .col_expr(webhook_delivery::COLUMN.status, DeliveryStatus::Waiting.as_str().into())
        .col_expr(webhook_delivery::COLUMN.attempts, 0.into())
        .col_expr(webhook_delivery::COLUMN.next_attempt_at, now.into())
        .filter(queue::is_free_since::<webhook_delivery::Entity>(now))
}

/// The messages to an endpoint that were put in the queue before one, newest first: an id says when it was made.
pub async fn list(
    conn: &impl ConnectionTrait,
    endpoint: WebhookEndpointId,
    before: Option<WebhookDeliveryId>,
    limit: u64,
) -> Result<Page<Delivery, WebhookDeliveryId>, StoreError> {
    let of = webhook_delivery::Entity::find().filter(webhook_delivery::COLUMN.endpoint_id.eq(endpoint.as_uuid()));
    let older = match before {
        Some(before) => of.filter(webhook_delivery::COLUMN.id.lt(before.as_uuid())),
        None => of,
    };
    let rows = older.order_by_desc(webhook_delivery::COLUMN.id).limit(limit + 1).all(conn).await?;
    let place = |row: &webhook_delivery::Model| Some(WebhookDeliveryId::from_uuid(row.id));
    Ok(crate::store::page(rows, limit, place, to_delivery))
}

/// The message with this id.
pub async fn find(conn: &impl ConnectionTrait, id: WebhookDeliveryId) -> Result<Option<Delivery>, StoreError> {
    let row = webhook_delivery::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    row.map(to_delivery).transpose()
}

/// Whether something waits for an endpoint that is due before a moment, and nobody has had it in hand since.
pub async fn has_waiting(
    conn: &impl ConnectionTrait,
    endpoint: WebhookEndpointId,
    before: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let found = webhook_delivery::Entity::find()
        .select_only()
        .column(webhook_delivery::Column::Id)
        .filter(webhook_delivery::COLUMN.endpoint_id.eq(endpoint.as_uuid()))
        .filter(webhook_delivery::COLUMN.status.eq(DeliveryStatus::Waiting.as_str()))
        .filter(webhook_delivery::COLUMN.next_attempt_at.lte(before))
        .filter(queue::is_free_since::<webhook_delivery::Entity>(before))
        .limit(1)
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    Ok(found.is_some())
}

/// How many messages wait for an endpoint, as far as is counted.
pub async fn count_waiting(conn: &impl ConnectionTrait, endpoint: WebhookEndpointId) -> Result<u64, StoreError> {
    let waiting = webhook_delivery::Entity::find()
        .filter(webhook_delivery::COLUMN.endpoint_id.eq(endpoint.as_uuid()))
        .filter(webhook_delivery::COLUMN.status.eq(DeliveryStatus::Waiting.as_str()));
    count_up_to(conn, waiting).await
}

/// Has everything due now that waits for an endpoint and is put off, or held, further than anything is: a clock that was
/// ahead put it there. Returns how many messages.
pub async fn pull_back(
    conn: &impl ConnectionTrait,
    endpoint: WebhookEndpointId,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let column = webhook_delivery::COLUMN;
    let is_astray = Condition::any()
        .add(column.next_attempt_at.gt(now + retry::FURTHEST))
        .add(column.lease_until.gt(now + LEASE + CLOCK_SKEW));
    let waiting = webhook_delivery::Entity::update_many()
        .col_expr(column.next_attempt_at, now.into())
        .filter(column.endpoint_id.eq(endpoint.as_uuid()))
        .filter(column.status.eq(DeliveryStatus::Waiting.as_str()));
    Ok(queue::let_go(waiting.filter(is_astray)).exec(conn).await?.rows_affected)
}

/// Deletes all messages to an endpoint, with how each try went.
pub async fn delete_of(conn: &impl ConnectionTrait, endpoint: WebhookEndpointId) -> Result<(), StoreError> {
    let of = webhook_delivery::COLUMN.endpoint_id.eq(endpoint.as_uuid());
    attempts::delete_of(conn, Condition::all().add(of.clone())).await?;
    webhook_delivery::Entity::delete_many().filter(of).exec(conn).await?;
    Ok(())
}

/// Deletes messages that were put in the queue before a moment and do not wait any more.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let old = Condition::all()
        .add(webhook_delivery::COLUMN.created_at.lt(before))
        .add(webhook_delivery::COLUMN.status.ne(DeliveryStatus::Waiting.as_str()));
    attempts::delete_of(conn, old.clone()).await?;
    Ok(webhook_delivery::Entity::delete_many().filter(old).exec(conn).await?.rows_affected)
}

fn corrupt(id: Uuid, what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "webhook_delivery", id: id.to_string(), what }
}

fn to_delivery(row: webhook_delivery::Model) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: WebhookDeliveryId::from_uuid(row.id),
        endpoint: WebhookEndpointId::from_uuid(row.endpoint_id),
        event: row.event_number,
        message_id: row.message_id.to_string(),
        kind: row.kind,
        body: row.body,
        status: row.status.parse().map_err(|_| corrupt(row.id, "status"))?,
        attempts: row.attempts,
        created_at: row.created_at,
        next_attempt_at: row.next_attempt_at,
    })
}
