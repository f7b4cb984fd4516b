//! Looks through the whole SQLite file now and then: what nobody reads is damaged in silence.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;

/// How often.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks at the start and every day until `stop`. `/health/ready` says what is found.
pub async fn watch(app: App, stop: CancellationToken) {
    while let Some(found) = stop.run_until_cancelled(app.context.db.examine()).await {
        match found {
            Ok(None) => {}
            Ok(Some(fault)) => tracing::error!(error = %fault, "Looked through the database: {fault}"),
            Err(error) => tracing::warn!(error = %error, "Could not look through the database"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
