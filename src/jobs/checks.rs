//! The worker for connection checks. It runs several at once, over different hosts; it is woken when somebody asks for
//! one, and polls for what became due or was asked for at another instance.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;
use crate::app::App;
use crate::domain::heartbeat::Worker;
use crate::domain::ids::CheckId;
use crate::services::operations::machine_clock::{self, ClockFault};
use crate::services::{ServiceError, chain, checks};

/// How many checks run at once. Behind one address fewer do: see [`crate::magister::Courtesy`].
pub const AT_ONCE: usize = 8;

/// How often it looks unasked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long it rests after the queue could not be read.
const REST: Duration = Duration::from_secs(10);

/// Why no check is made.
#[derive(Debug, thiserror::Error)]
pub enum CheckTrouble {
    /// This machine's clock is wrong. Its leases would seem to have ended, and another instance would take its checks.
    #[error("makes no checks")]
    Clock(#[from] ClockFault),
    /// The queue could not be read, or a result could not be saved.
    #[error("could not read the line of checks or note a result")]
    Service(#[from] ServiceError),
}

/// Makes the checks that wait or are due until `stop`; then finishes those under way.
pub async fn work(app: App, stop: CancellationToken) {
    if !app.context.check_policy.makes_checks() {
        tracing::info!("Connection checks are off");
        return stop.cancelled().await;
    }
    let heartbeat = Arc::new(Heartbeat::default());
    let mut hands = JoinSet::new();
    for _ in 0..AT_ONCE {
        hands.spawn(one_hand(app.clone(), stop.clone(), heartbeat.clone()));
    }
    let all_hands = async { while hands.join_next().await.is_some() {} };
    tokio::join!(all_hands, heartbeat.keep(&app, Worker::Checks, &stop));
}

/// Makes every check that waits or is due now, with the worker's own concurrency; returns how many.
///
/// # Errors
/// When the clock is not the database's, the line could not be read or a result could not be noted.
pub async fn run_due(app: &App) -> Result<usize, CheckTrouble> {
    let mut hands = JoinSet::new();
    for _ in 0..AT_ONCE {
        let app = app.clone();
        hands.spawn(async move {
            let mut made = 0;
            while run_next(&app).await?.is_some() {
                made += 1;
            }
            Ok(made)
        });
    }
    hands.join_all().await.into_iter().sum()
}

async fn run_next(app: &App) -> Result<Option<CheckId>, CheckTrouble> {
    machine_clock::check(&app.context, &app.clock).await?;
    Ok(checks::run_next(&app.context, &app.magister, || app.clock.now()).await?)
}

/// One task that goes on counts as a heartbeat; a check takes far less time than the watch allows between heartbeats.
async fn one_hand(app: App, stop: CancellationToken, heartbeat: Arc<Heartbeat>) {
    while !stop.is_cancelled() {
        let asked = app.context.check_waits.notified();
        let rest = match run_next(&app).await {
            Ok(made) => {
                heartbeat.touch();
                match made {
                    Some(_) => continue,
                    None => LOOK_EVERY,
                }
            }
            Err(error) => {
                heartbeat.miss();
                tracing::error!(cause = chain(&error), "Checks no connection");
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
