//! The mail worker: woken by a committed change, and looking by itself for what became due.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::services::chain;
use crate::services::mail_dispatch;

/// How often it looks unasked: for retries, and for mails that another instance put in the outbox.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long it rests after the outbox could not be read.
const REST: Duration = Duration::from_secs(10);

/// Sends what is due until `stop`; what it holds by then, it finishes.
pub async fn work(app: App, stop: CancellationToken) {
    loop {
        let rest =
            match mail_dispatch::send_until(&app.office, &app.room, || app.clock.now(), || stop.is_cancelled()).await {
                Ok(_) => LOOK_EVERY,
                Err(error) => {
                    tracing::error!(cause = chain(&error), "Could not read or write the outbox");
                    REST
                }
            };
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.office.mail_waits.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}
