//! The mail worker. It is woken when any instance commits mails, and polls for what became due.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;
use crate::app::App;
use crate::domain::heartbeat::Worker;
use crate::services::mail::dispatch::{self, Summary};
use crate::services::operations::machine_clock;
use crate::services::{Context, chain};
use crate::store::StoreError;
use crate::store::mail::notify::MailListener;

/// How often it polls: for retries, and for mails of which no notification reached it, such as those of a command
/// beside a SQLite file. Such a mail still leaves within two seconds.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long it rests after the outbox could not be read, or notifications could not be listened for.
const REST: Duration = Duration::from_secs(10);

/// Sends what is due until `stop`; then finishes the mail under way.
pub async fn work(app: App, stop: CancellationToken) {
    work_looking(app, stop, LOOK_EVERY).await;
}

/// The same, polling at this interval.
pub async fn work_looking(app: App, stop: CancellationToken, look_every: Duration) {
    let heartbeat = Heartbeat::default();
    tokio::join!(
        send(&app, &stop, &heartbeat, look_every),
        heartbeat.keep(&app, Worker::Mail, &stop),
        wake(&app.context, &stop)
    );
}

/// Wakes this instance's worker when another instance committed mails.
async fn wake(context: &Context, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            error = wake_until_lost(context) => {
                tracing::warn!(error = %error, "Cannot hear of mails of other instances, and looks for them");
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(REST) => {}
                }
            }
        }
    }
}

async fn wake_until_lost(context: &Context) -> StoreError {
    let mut listener = match MailListener::listen(&context.db).await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    loop {
        // Also the first time: it may have rung before somebody listened.
        context.mail_waits.notify_one();
        if let Err(error) = listener.notified().await {
            return error;
        }
    }
}

async fn send(app: &App, stop: &CancellationToken, heartbeat: &Heartbeat, look_every: Duration) {
    // Asked before each mail, so that a long round gives heartbeats and one mail that hangs does not.
    let is_stopping = || {
        heartbeat.touch();
        stop.is_cancelled()
    };
    loop {
        let rest = if look(app, &is_stopping).await {
            heartbeat.touch();
            look_every
        } else {
            heartbeat.miss();
            REST
        };
        app.mailer.transport.hang_up(true).await;
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.context.mail_waits.notified() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    app.mailer.transport.hang_up(false).await;
}

/// Sends what is due until it is to stop; `false` when this machine may not, or the outbox fails, which it logs.
///
/// The clock is looked at each time before mails are taken: one that jumps ahead in the middle of many would see what
/// another instance is sending as left alone.
pub async fn look(app: &App, is_stopping: &impl Fn() -> bool) -> bool {
    loop {
        if let Err(error) = machine_clock::check(&app.context, &app.clock).await {
            tracing::error!(cause = chain(&error), "Sends no mails");
            return false;
        }
        let (now, mut summary) = (|| app.clock.now(), Summary::default());
        let sent = dispatch::send_some(&app.context, &app.mailer, &now, is_stopping, &mut summary).await;
        count(app, &summary);
        match sent {
            Ok(true) => {}
            Ok(false) => return true,
            Err(error) => {
                tracing::error!(cause = chain(&error), "Could not read or write the outbox");
                return false;
            }
        }
    }
}

fn count(app: &App, summary: &Summary) {
    let Summary { sent, skipped, to_retry, put_off, failed } = *summary;
    let outcomes =
        [("sent", sent), ("skipped", skipped), ("to_retry", to_retry), ("put_off", put_off), ("failed", failed)];
    for (outcome, number) in outcomes {
        app.metrics.count_mails(outcome, number);
    }
}
