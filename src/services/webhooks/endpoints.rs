//! The endpoints that machines are told at: an admin adds, stops, starts and removes them, and gives them new secrets.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::message::{self, New};
use crate::crypto::WebhookSecret;
use crate::domain::audit::{Action, WebhookDone};
use crate::domain::ids::{WebhookDeliveryId, WebhookEndpointId};
use crate::domain::webhook::{Delivery, Endpoint, EndpointUrl, OVERLAP, Stopped, StoppedWhy};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::operations::feed;
use crate::store::webhooks::attempts::{self, Attempt};
use crate::store::webhooks::deliveries;
use crate::store::webhooks::endpoints::{self, OldSecret, SealedSecrets};
use crate::store::{ConnectionTrait, Page};

/// A secret as it is shown: once.
pub type SecretText = Zeroizing<String>;

/// An endpoint that was just added.
#[derive(Debug)]
pub struct Added {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Its secret; the answer is the only time that it is seen.
    pub secret: SecretText,
}

/// Adds an endpoint; it is told of what happens from now on.
///
/// # Errors
/// `Store(Taken)` when there is one with this address.
pub async fn add(context: &Context, call: &Call, url: EndpointUrl) -> Result<Added, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let id = WebhookEndpointId::from_uuid(context.chance.uuid_v7(call.now));
    let endpoint = Endpoint {
        id,
        url,
        told_through: feed::find_newest(work.conn()).await?.unwrap_or_default(),
        created_at: call.now,
        failing_since: None,
        failures: 0,
        rests_until: None,
        stopped: None,
    };
    let secret = WebhookSecret::new(&context.chance);
    let newest = secret.seal(&context.keys, id.as_uuid(), 1, &context.chance);
    endpoints::insert(work.conn(), &endpoint, SealedSecrets { newest, version: 1, old: None }).await?;
    work.note(None, Action::Webhook(WebhookDone::WebhookAdded { endpoint: id }));
    work.finish().await?;
    Ok(Added { id, secret: secret.expose_text() })
}

/// Gives an endpoint another secret; the one before signs too for a day. The answer is the only time that it is seen.
///
/// # Errors
/// `NotFound` when there is no such endpoint.
pub async fn replace_secret(context: &Context, call: &Call, id: WebhookEndpointId) -> Result<SecretText, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    held(&work, id).await?;
    let before = endpoints::load_secrets(work.conn(), id).await?;
    let version = before.version + 1;
    let secret = WebhookSecret::new(&context.chance);
    let newest = secret.seal(&context.keys, id.as_uuid(), version, &context.chance);
    let old = Some(OldSecret { sealed: before.newest, until: call.now + OVERLAP });
    endpoints::save_secrets(work.conn(), id, SealedSecrets { newest, version, old }).await?;
    work.note(None, Action::Webhook(WebhookDone::WebhookSecretReplaced { endpoint: id }));
    work.finish().await?;
    Ok(secret.expose_text())
}

/// Stops an endpoint: nothing is sent to it until it is started again.
///
/// # Errors
/// `NotFound` when there is none that goes.
pub async fn stop(context: &Context, call: &Call, id: WebhookEndpointId) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let endpoint = held(&work, id).await?;
    if endpoint.stopped.is_some() {
        return Err(ServiceError::NotFound);
    }
    let why = StoppedWhy::ByHand;
    endpoints::save(work.conn(), &Endpoint { stopped: Some(Stopped { at: call.now, why }), ..endpoint }).await?;
    work.note(None, Action::Webhook(WebhookDone::WebhookStopped { endpoint: id, why }));
    work.finish().await
}

/// Starts an endpoint that was stopped: it is sent at once what waited for it, and all that the feed kept of the time between.
///
/// # Errors
/// `NotFound` when there is none that stands still.
pub async fn start(context: &Context, call: &Call, id: WebhookEndpointId) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let endpoint = held(&work, id).await?;
    if endpoint.stopped.is_none() {
        return Err(ServiceError::NotFound);
    }
    let fresh = Endpoint { stopped: None, failing_since: None, failures: 0, rests_until: None, ..endpoint };
    endpoints::save(work.conn(), &fresh).await?;
    deliveries::mark_due(work.conn(), id, call.now).await?;
    work.note(None, Action::Webhook(WebhookDone::WebhookStarted { endpoint: id }));
    work.finish().await?;
    context.webhook_waits.notify_one();
    Ok(())
}

/// Removes an endpoint with everything that was sent to it.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn remove(context: &Context, call: &Call, id: WebhookEndpointId) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    held(&work, id).await?;
    deliveries::delete_of(work.conn(), id).await?;
    endpoints::delete(work.conn(), id).await?;
    work.note(None, Action::Webhook(WebhookDone::WebhookRemoved { endpoint: id }));
    work.finish().await
}

/// Puts a message in the queue that only tries whether messages arrive.
///
/// # Errors
/// `NotFound` when there is no endpoint that goes.
pub async fn test(context: &Context, call: &Call, id: WebhookEndpointId) -> Result<(), ServiceError> {
    let work = UnitOfWork::begin(context, call).await?;
    let endpoint = held(&work, id).await?;
    if endpoint.stopped.is_some() {
        return Err(ServiceError::NotFound);
    }
    let new = New { id: context.chance.uuid_v7(call.now), endpoint: id, now: call.now };
    deliveries::insert_all(work.conn(), &[message::of_test(new)]).await?;
    // Whoever presses wants to know now.
    endpoints::save(work.conn(), &Endpoint { rests_until: None, ..endpoint }).await?;
    work.finish().await?;
    context.webhook_waits.notify_one();
    Ok(())
}

/// Sends one message again, under the same id.
///
/// # Errors
/// `NotFound` when there is none of this endpoint; `Conflict` when it is being sent now.
pub async fn send_again(
    context: &Context,
    call: &Call,
    id: WebhookEndpointId,
    delivery: WebhookDeliveryId,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let found = deliveries::find(work.conn(), delivery).await?.filter(|found| found.endpoint == id);
    found.ok_or(ServiceError::NotFound)?;
    if !deliveries::mark_again(work.conn(), delivery, call.now).await? {
        return Err(ServiceError::Conflict);
    }
    work.note(None, Action::Webhook(WebhookDone::WebhookReplayed { endpoint: id }));
    work.finish().await?;
    context.webhook_waits.notify_one();
    Ok(())
}

/// Sends everything after a place of the feed again, under the same ids; returns from which place on, which is later where
/// the feed is not kept so long.
///
/// # Errors
/// `NotFound` when there is no such endpoint.
pub async fn replay(context: &Context, call: &Call, id: WebhookEndpointId, after: i64) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let endpoint = held(&work, id).await?;
    deliveries::mark_again_after(work.conn(), id, after, call.now).await?;
    // What it has no message of is made from the feed, and what it has one of is left as it is.
    let told_through = endpoint.told_through.min(after.max(0));
    endpoints::save(work.conn(), &Endpoint { told_through, ..endpoint }).await?;
    work.note(None, Action::Webhook(WebhookDone::WebhookReplayed { endpoint: id }));
    work.finish().await?;
    context.webhook_waits.notify_one();
    Ok(())
}

/// The endpoint with this id, which nobody else changes until the end of the change.
async fn held(work: &UnitOfWork<'_>, id: WebhookEndpointId) -> Result<Endpoint, ServiceError> {
    endpoints::load_for_update(work.conn(), id).await?.ok_or(ServiceError::NotFound)
}

/// Every endpoint, the oldest first.
pub async fn list(context: &Context) -> Result<Vec<Endpoint>, ServiceError> {
    Ok(endpoints::list(context.db.reader()).await?)
}

/// The endpoint with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(context: &Context, id: WebhookEndpointId) -> Result<Endpoint, ServiceError> {
    endpoints::find(context.db.reader(), id).await?.ok_or(ServiceError::NotFound)
}

/// A message as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The message.
    pub delivery: Delivery,
    /// How each try went, oldest first.
    pub attempts: Vec<Attempt>,
}

/// What was sent to an endpoint and will be, newest first.
pub async fn log(
    context: &Context,
    id: WebhookEndpointId,
    before: Option<WebhookDeliveryId>,
    limit: u64,
) -> Result<Page<Logged, WebhookDeliveryId>, ServiceError> {
    let conn = context.db.reader();
    let page = deliveries::list(conn, id, before, limit).await?;
    let rows = with_attempts(conn, page.rows).await?;
    Ok(Page { rows, next: page.next })
}

async fn with_attempts(conn: &impl ConnectionTrait, found: Vec<Delivery>) -> Result<Vec<Logged>, ServiceError> {
    let attempts = attempts::list_of(conn, found.iter().map(|delivery| delivery.id)).await?;
    let of = |id: WebhookDeliveryId| attempts.iter().filter(|one| one.delivery == id).cloned().collect();
    Ok(found.into_iter().map(|delivery| Logged { attempts: of(delivery.id), delivery }).collect())
}

/// Whether the secret before the newest still signs, and until when.
pub async fn old_secret_until(
    context: &Context,
    id: WebhookEndpointId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, ServiceError> {
    let secrets = endpoints::load_secrets(context.db.reader(), id).await?;
    Ok(secrets.old.map(|old| old.until).filter(|until| now < *until))
}
