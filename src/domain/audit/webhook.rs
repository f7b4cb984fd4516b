//! What was done about the endpoints of webhooks. By ids: where an endpoint is stands in its row.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::domain::ids::WebhookEndpointId;
use crate::domain::webhook::StoppedWhy;

/// Something about endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[derive(IntoStaticStr, VariantNames)]
#[serde(tag = "what", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum WebhookDone {
    /// An endpoint was added.
    WebhookAdded {
        /// Which.
        endpoint: WebhookEndpointId,
    },
    /// An endpoint got another secret; the one before signs for a day more.
    WebhookSecretReplaced {
        /// Which.
        endpoint: WebhookEndpointId,
    },
    /// An endpoint is sent nothing any more.
    WebhookStopped {
        /// Which.
        endpoint: WebhookEndpointId,
        /// Why.
        why: StoppedWhy,
    },
    /// An endpoint that was stopped is sent to again.
    WebhookStarted {
        /// Which.
        endpoint: WebhookEndpointId,
    },
    /// What an endpoint was sent goes to it again.
    WebhookReplayed {
        /// Which.
        endpoint: WebhookEndpointId,
    },
    /// An endpoint was removed.
    WebhookRemoved {
        /// Which.
        endpoint: WebhookEndpointId,
    },
}
