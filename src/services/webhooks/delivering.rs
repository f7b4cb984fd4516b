//! Sending what is to be delivered: messages are made from the feed, leased, sent in its order, and marked.
//!
//! Each endpoint is served for itself, so one that hangs holds no other up. A worker that dies between the answer and the
//! mark leaves a message that goes again, under the same id.

use std::time::Duration as Wait;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use uuid::Uuid;

use super::message::{self, New};
use crate::crypto::WebhookSecret;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, WebhookDone};
use crate::domain::feed::FeedEvent;
use crate::domain::ids::{LeaseId, WebhookEndpointId};
use crate::domain::notice::{About, MailKind};
use crate::domain::webhook::{Delivery, Endpoint, Stopped};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::LeaseTerm;
use crate::store::operations::feed;
use crate::store::webhooks::attempts::{self, Attempt};
use crate::store::webhooks::endpoints::SealedSecrets;
use crate::store::webhooks::{deliveries, endpoints};
use crate::webhook::{Courier, Message, Tried};

/// How many events become messages in one transaction.
const AT_ONCE: u64 = 200;

/// How many messages one lease covers: each within the time that a try takes, before the lease ends.
const BATCH: u64 = 3;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Messages that were taken.
    pub delivered: usize,
    /// Messages that are tried again.
    pub to_retry: usize,
    /// Messages that were given up.
    pub failed: usize,
    /// Endpoints that were stopped.
    pub stopped: usize,
}

impl Summary {
    fn with(self, other: Self) -> Self {
        Self {
            delivered: self.delivered + other.delivered,
            to_retry: self.to_retry + other.to_retry,
            failed: self.failed + other.failed,
            stopped: self.stopped + other.stopped,
        }
    }

    /// Whether anything was tried.
    pub fn is_idle(self) -> bool {
        self == Self::default()
    }
}

/// Sends everything that is due to every endpoint, until it is to stop.
///
/// # Errors
/// When the store fails; what was sent until then is noted.
pub async fn send_due(
    context: &Context,
    courier: &Courier,
    now: &impl Fn() -> DateTime<Utc>,
    is_stopping: &impl Fn() -> bool,
) -> Result<Summary, ServiceError> {
    let all = endpoints::list(context.db.reader()).await?;
    let open = all.into_iter().filter(|endpoint| endpoint.is_open_at(now()));
    let rounds =
        join_all(open.map(|endpoint| Round { context, courier, id: endpoint.id, now }.serve(is_stopping))).await;
    rounds.into_iter().try_fold(Summary::default(), |sum, round| Ok(sum.with(round?)))
}

/// Ends the leases of a process that died. Only for the one process that can serve from its database, before it starts its
/// own worker.
pub async fn release_leases_of_the_dead(context: &Context) -> Result<u64, ServiceError> {
    Ok(deliveries::release_all(context.db.writer()).await?)
}

/// Serving one endpoint.
struct Round<'a, Now> {
    context: &'a Context,
    courier: &'a Courier,
    id: WebhookEndpointId,
    now: &'a Now,
}

impl<Now: Fn() -> DateTime<Utc>> Round<'_, Now> {
    async fn serve(self, is_stopping: &impl Fn() -> bool) -> Result<Summary, ServiceError> {
        let mut summary = Summary::default();
        while !is_stopping() {
            let lease = LeaseId::from_uuid(self.context.chance.uuid_v7((self.now)()));
            let mut leased = self.lease(lease).await?;
            if leased.is_empty() && self.make_messages().await? {
                leased = self.lease(lease).await?;
            }
            if leased.is_empty() {
                break;
            }
            let mut goes_on = true;
            for delivery in leased {
                if !goes_on || is_stopping() {
                    break;
                }
                let (done, may_go_on) = self.send(lease, delivery).await?;
                summary = summary.with(done);
                goes_on = may_go_on;
            }
            deliveries::release(self.context.db.writer(), lease).await?;
            if !goes_on {
                break;
            }
        }
        Ok(summary)
    }

    async fn lease(&self, lease: LeaseId) -> Result<Vec<Delivery>, ServiceError> {
        if !deliveries::has_waiting(self.context.db.reader(), self.id, (self.now)()).await? {
            return Ok(vec![]);
        }
        let tx = self.context.db.begin_write().await?;
        let term = LeaseTerm::new((self.now)(), deliveries::LEASE);
        let leased = deliveries::acquire(&tx, self.id, lease, term, BATCH).await?;
        tx.commit().await?;
        Ok(leased)
    }

    /// Makes messages of the next events of the feed; `false` when there are none.
    async fn make_messages(&self) -> Result<bool, ServiceError> {
        let now = (self.now)();
        let known = endpoints::find(self.context.db.reader(), self.id).await?;
        let Some(known) = known.filter(|known| known.is_open_at(now)) else { return Ok(false) };
        if feed::list_after(self.context.db.reader(), known.told_through, 1).await?.is_empty() {
            return Ok(false);
        }
        let tx = self.context.db.begin_write().await?;
        let held = endpoints::load_for_update(tx.conn(), self.id).await?;
        let Some(held) = held.filter(|held| held.is_open_at(now)) else { return Ok(false) };
        let events = feed::list_after(tx.conn(), held.told_through, AT_ONCE).await?;
        let Some(last) = events.last() else { return Ok(false) };
        let told_through = last.number;
        // Messages that are due at one moment go in the order of their ids.
        let mut ids: Vec<Uuid> = events.iter().map(|_| self.context.chance.uuid_v7(now)).collect();
        ids.sort_unstable();
        let to_message = |(id, event): (Uuid, &FeedEvent)| message::of_event(New { id, endpoint: self.id, now }, event);
        let messages: Vec<Delivery> = ids.into_iter().zip(&events).map(to_message).collect();
        deliveries::insert_all(tx.conn(), &messages).await?;
        endpoints::save(tx.conn(), &Endpoint { told_through, ..held }).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Sends one message and notes how that went; whether the next one may be sent too.
    async fn send(&self, lease: LeaseId, delivery: Delivery) -> Result<(Summary, bool), ServiceError> {
        let reader = self.context.db.reader();
        let began = (self.now)();
        let found = endpoints::find_with_secrets(reader, self.id).await?;
        let Some((endpoint, secrets)) = found.filter(|(endpoint, _)| endpoint.is_open_at(began)) else {
            return Ok((Summary::default(), false));
        };
        let signatures = self.sign(&delivery, began, secrets)?;
        let message = Message {
            id: &delivery.message_id,
            seconds: began.timestamp(),
            signatures: &signatures,
            body: &delivery.body,
        };
        let tried = self.courier.deliver(&endpoint.url, message).await;
        self.note(lease, delivery, began, tried).await
    }

    fn sign(&self, delivery: &Delivery, now: DateTime<Utc>, secrets: SealedSecrets) -> Result<String, ServiceError> {
        let mut sealed = vec![(secrets.version, secrets.newest)];
        if let Some(old) = secrets.old.filter(|old| now < old.until) {
            sealed.push((secrets.version - 1, old.sealed));
        }
        let mut signatures = vec![];
        for (version, sealed) in sealed {
            let secret = WebhookSecret::open(&self.context.keys, self.id.as_uuid(), version, &sealed)
                .map_err(|_| ServiceError::Broken("the secret of an endpoint does not open"))?;
            signatures.push(secret.sign(&delivery.message_id, now.timestamp(), &delivery.body));
        }
        Ok(signatures.join(" "))
    }

    /// One transaction: how the try went, what becomes of the message, and how it is with the endpoint.
    async fn note(
        &self,
        lease: LeaseId,
        delivery: Delivery,
        began: DateTime<Utc>,
        tried: Tried,
    ) -> Result<(Summary, bool), ServiceError> {
        let now = (self.now)();
        let context = self.context;
        let call = Call::by_machine(Actor::Clock, now, "webhooks");
        let mut work = UnitOfWork::begin(context, &call).await?;
        let Some(before) = endpoints::load_for_update(work.conn(), self.id).await? else {
            return Ok((Summary::default(), false));
        };
        let after = delivery.after(tried.outcome, now, context.chance.below(1000));
        if !deliveries::mark(work.conn(), lease, &after).await? {
            // Another worker has it since, or somebody wants it sent again.
            return Ok((Summary::default(), false));
        }
        let attempt = Attempt {
            delivery: delivery.id,
            at: began,
            took_ms: millis(tried.took),
            status: tried.status,
            outcome: tried.outcome,
            answer: tried.answer,
        };
        attempts::insert(work.conn(), context.chance.uuid_v7(now), &attempt).await?;
        let mut summary = summary_of(&after);
        let endpoint = match before.stopped {
            // Whoever stopped it meanwhile was told so.
            Some(_) => before.clone(),
            None => before.after(tried.outcome, now, context.chance.below(1000)),
        };
        if endpoint != before {
            endpoints::save(work.conn(), &endpoint).await?;
        }
        if let (None, Some(Stopped { why, .. })) = (before.stopped, endpoint.stopped) {
            work.note(None, Action::Webhook(WebhookDone::WebhookStopped { endpoint: self.id, why }));
            work.mail(NewMail {
                kind: MailKind::WebhookStopped,
                connection: None,
                contact: None,
                about: About { webhook: Some(self.id), ..About::default() },
                occasion: format!("{}/{}", self.id, now.timestamp_micros()),
            });
            summary.stopped = 1;
        }
        work.finish().await?;
        Ok((summary, endpoint.is_open_at(now)))
    }
}

fn summary_of(delivery: &Delivery) -> Summary {
    use crate::domain::webhook::DeliveryStatus::{Delivered, Failed, Waiting};
    match delivery.status {
        Delivered => Summary { delivered: 1, ..Summary::default() },
        Waiting => Summary { to_retry: 1, ..Summary::default() },
        Failed => Summary { failed: 1, ..Summary::default() },
    }
}

fn millis(took: Wait) -> u32 {
    u32::try_from(took.as_millis()).unwrap_or(u32::MAX)
}
