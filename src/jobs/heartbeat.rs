//! Heartbeats: a worker that goes on writes one, and one that hangs stops writing them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::domain::heartbeat::Worker;
use crate::store::operations::heartbeats;

/// How often a heartbeat is written at most.
const EVERY: Duration = Duration::from_secs(30);

/// Whether a worker went on since somebody looked.
#[derive(Debug, Default)]
pub(super) struct Heartbeat {
    is_touched: AtomicBool,
    touched: Notify,
}

impl Heartbeat {
    /// The worker goes on.
    pub(super) fn touch(&self) {
        self.is_touched.store(true, Ordering::Relaxed);
        self.touched.notify_one();
    }

    /// The worker could not go on after all.
    pub(super) fn miss(&self) {
        self.is_touched.store(false, Ordering::Relaxed);
    }

    /// Writes a heartbeat for a worker until `stop`, for as long as the worker keeps touching this.
    pub(super) async fn keep(&self, app: &App, worker: Worker, stop: &CancellationToken) {
        loop {
            if self.is_touched.swap(false, Ordering::Relaxed) {
                beat(app, worker).await;
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
            // A worker that just started, or was silent, is heard at once.
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.touched.notified() => {}
            }
        }
    }
}

/// Writes a heartbeat. One that cannot be written is no fault yet.
pub(super) async fn beat(app: &App, worker: Worker) {
    if let Err(error) = heartbeats::beat(app.context.db.writer(), worker, app.clock.now()).await {
        tracing::warn!(worker = worker.as_str(), error = %error, "Could not write a heartbeat");
    }
}
