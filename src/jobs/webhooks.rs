//! The worker for webhooks. It is woken when this instance commits something that machines hear of, and looks for what
//! another one did and what is tried again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;
use crate::app::App;
use crate::domain::heartbeat::Worker;
use crate::services::operations::machine_clock;
use crate::services::webhooks::delivering::{self, Summary};
use crate::services::{ServiceError, chain};

/// How often it looks unasked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long it rests after the deliveries could not be read.
const REST: Duration = Duration::from_secs(10);

/// Sends what is due until `stop`; then finishes what is under way.
pub async fn work(app: App, stop: CancellationToken) {
    let heartbeat = Heartbeat::default();
    tokio::join!(send(&app, &stop, &heartbeat), heartbeat.keep(&app, Worker::Webhooks, &stop));
}

async fn send(app: &App, stop: &CancellationToken, heartbeat: &Heartbeat) {
    // Asked before each message, so that a long round gives heartbeats and one message that hangs does not.
    let is_stopping = || {
        heartbeat.touch();
        stop.is_cancelled()
    };
    while !stop.is_cancelled() {
        let rest = match look(app, &is_stopping).await {
            Some(_) => {
                heartbeat.touch();
                LOOK_EVERY
            }
            None => {
                heartbeat.miss();
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.context.webhook_waits.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Sends what is due until it is to stop; `None` when this machine may not, or the store fails, which it logs.
pub async fn look(app: &App, is_stopping: &impl Fn() -> bool) -> Option<Summary> {
    if let Err(error) = machine_clock::check(&app.context, &app.clock).await {
        tracing::error!(cause = chain(&error), "Sends no webhooks");
        return None;
    }
    let sent: Result<Summary, ServiceError> =
        delivering::send_due(&app.context, &app.courier, &|| app.clock.now(), is_stopping).await;
    match sent {
        Ok(summary) => {
            let Summary { delivered, to_retry, failed, stopped } = summary;
            for (outcome, number) in
                [("delivered", delivered), ("to_retry", to_retry), ("failed", failed), ("stopped", stopped)]
            {
                app.metrics.count_webhooks(outcome, number);
            }
            Some(summary)
        }
        Err(error) => {
            tracing::error!(cause = chain(&error), "Could not read or write deliveries of webhooks");
            None
        }
    }
}
