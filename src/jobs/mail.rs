//! The mail worker: woken by a committed change, and looking by itself for what became due.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::pulse::Pulse;
use crate::app::App;
use crate::domain::heartbeat::Worker;
use crate::services::chain;
use crate::services::mail_dispatch;

/// How often it looks unasked: for retries, and for mails that another instance put in the outbox.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long it rests after the outbox could not be read.
const REST: Duration = Duration::from_secs(10);

/// Sends what is due until `stop`; what it holds by then, it finishes.
pub async fn work(app: App, stop: CancellationToken) {
    let pulse = Pulse::default();
    tokio::join!(send(&app, &stop, &pulse), pulse.keep(&app, Worker::Mail, &stop));
}

async fn send(app: &App, stop: &CancellationToken, pulse: &Pulse) {
    // Asked before each mail, so that a long round gives signs of life and one mail that hangs does not.
    let is_stopping = || {
        pulse.touch();
        stop.is_cancelled()
    };
    loop {
        let rest = match mail_dispatch::send_until(&app.office, &app.room, || app.clock.now(), is_stopping).await {
            Ok(summary) => {
                pulse.touch();
                count(app, &summary);
                LOOK_EVERY
            }
            Err(error) => {
                pulse.miss();
                tracing::error!(cause = chain(&error), "Could not read or write the outbox");
                REST
            }
        };
        app.room.transport.hang_up(true).await;
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.office.mail_waits.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    app.room.transport.hang_up(false).await;
}

fn count(app: &App, summary: &mail_dispatch::Summary) {
    let mail_dispatch::Summary { sent, skipped, to_retry, failed } = *summary;
    for (outcome, number) in [("sent", sent), ("skipped", skipped), ("to_retry", to_retry), ("failed", failed)] {
        app.meters.count_mails(outcome, number);
    }
}
