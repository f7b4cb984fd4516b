//! What a message says: what the feed says, and no more.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::domain::feed::FeedEvent;
use crate::domain::ids::{WebhookDeliveryId, WebhookEndpointId};
use crate::domain::import_gate::verdict_name;
use crate::domain::webhook::{Delivery, DeliveryStatus};

/// The kind of a message that only tries whether messages arrive.
pub(super) const TEST: &str = "webhook.test";

#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: DateTime<Utc>,
    data: Data<'a>,
}

/// Its fields are those of an event of `/api/v1/events`.
#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Event { cursor: String, school: School<'a>, connection: String, verdict: &'static str, version: i32 },
    Test {},
}

#[derive(Serialize)]
struct School<'a> {
    id: String,
    brin: &'a str,
}

/// Which message it is, to whom, and when it is made.
#[derive(Clone, Copy)]
pub(super) struct New {
    pub(super) id: Uuid,
    pub(super) endpoint: WebhookEndpointId,
    pub(super) now: DateTime<Utc>,
}

/// The message of an event.
pub(super) fn of_event(new: New, event: &FeedEvent) -> Delivery {
    let data = Data::Event {
        cursor: event.number.to_string(),
        school: School { id: event.school.to_string(), brin: &event.brin },
        connection: event.connection.to_string(),
        verdict: verdict_name(event.is_open),
        version: event.version,
    };
    let message = Message { kind: event.kind.as_str(), timestamp: event.at, data };
    Delivery { event: Some(event.number), message_id: event.id.to_string(), ..delivery(new, &message) }
}

/// A message that only tries whether messages arrive.
pub(super) fn of_test(new: New) -> Delivery {
    delivery(new, &Message { kind: TEST, timestamp: new.now, data: Data::Test {} })
}

fn delivery(new: New, message: &Message<'_>) -> Delivery {
    Delivery {
        id: WebhookDeliveryId::from_uuid(new.id),
        endpoint: new.endpoint,
        event: None,
        message_id: new.id.to_string(),
        kind: message.kind.to_owned(),
        body: serde_json::to_string(message).expect("texts and numbers are JSON"),
        status: DeliveryStatus::Waiting,
        attempts: 0,
        created_at: new.now,
        next_attempt_at: new.now,
    }
}
