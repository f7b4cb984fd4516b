//! The worker for connection checks: several at once over different hosts, woken when somebody asks for one, and looking
//! by itself for what became due or was asked for at another instance.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::services::{chain, connection_checks};

/// How many checks run at once. Behind one address fewer do: see [`crate::magister::Courtesy`].
const AT_ONCE: usize = 8;

/// How often it looks unasked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long it rests after the line could not be read.
const REST: Duration = Duration::from_secs(10);

/// Makes the checks that wait or are due, until `stop`; those under way by then, it finishes.
pub async fn work(app: App, stop: CancellationToken) {
    if !app.office.check_policy.makes_checks() {
        tracing::info!("Connection checks are off");
        return stop.cancelled().await;
    }
    let mut hands = JoinSet::new();
    for _ in 0..AT_ONCE {
        hands.spawn(one_hand(app.clone(), stop.clone()));
    }
    while hands.join_next().await.is_some() {}
}

async fn one_hand(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let asked = app.office.check_waits.notified();
        let rest = match connection_checks::run_next(&app.office, &app.magister, || app.clock.now()).await {
            Ok(Some(_)) => continue,
            Ok(None) => LOOK_EVERY,
            Err(error) => {
                tracing::error!(cause = chain(&error), "Could not read the line of checks or note a result");
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
