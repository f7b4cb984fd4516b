//! The worker for what was asked for many at once. It is woken when somebody begins a run, and polls for what was begun at
//! another instance or left by one that died.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;
use crate::app::App;
use crate::domain::heartbeat::Worker;
use crate::services::operations::machine_clock::{self, ClockFault};
use crate::services::{ServiceError, bulk, chain};

/// How often it looks unasked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long it rests after the runs could not be read.
const REST: Duration = Duration::from_secs(10);

/// Why no run goes on.
#[derive(Debug, thiserror::Error)]
pub enum BulkTrouble {
    /// This machine's clock is wrong. Its leases would seem to have ended, and another instance would take its runs.
    #[error("goes on with no run")]
    Clock(#[from] ClockFault),
    /// The runs could not be read, or what became of an item could not be noted.
    #[error("could not read the runs or note how an item came out")]
    Service(#[from] ServiceError),
}

/// Goes on with the runs that wait until `stop`; then finishes the item under way.
pub async fn work(app: App, stop: CancellationToken) {
    let heartbeat = Heartbeat::default();
    tokio::join!(go_on(&app, &stop, &heartbeat), heartbeat.keep(&app, Worker::Bulk, &stop));
}

/// Each turn is a heartbeat; one takes far less time than the watch allows between heartbeats.
async fn go_on(app: &App, stop: &CancellationToken, heartbeat: &Heartbeat) {
    while !stop.is_cancelled() {
        let asked = app.context.bulk_waits.notified();
        let turn = run_next(app).await;
        match &turn {
            Ok(_) => heartbeat.touch(),
            Err(_) => heartbeat.miss(),
        }
        let rest = match turn {
            Ok(true) => continue,
            Ok(false) => LOOK_EVERY,
            Err(error) => {
                tracing::error!(cause = chain(&error), "Goes on with no run");
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = asked => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Goes on until no run waits; returns how many turns that took.
///
/// # Errors
/// When the clock is not the database's, or the store fails.
pub async fn run_due(app: &App) -> Result<u64, BulkTrouble> {
    let mut turns = 0;
    while run_next(app).await? {
        turns += 1;
    }
    Ok(turns)
}

async fn run_next(app: &App) -> Result<bool, BulkTrouble> {
    machine_clock::check(&app.context, &app.clock).await?;
    Ok(bulk::run_next(&app.context, || app.clock.now()).await?)
}
