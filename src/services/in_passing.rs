//! What is written while a page is read, such as that a session was used. The page does not depend on it.

use std::time::Duration;

use crate::store::StoreError;

/// How long a page waits for it; where something else writes for longer, the next page does it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Writes it if that can be done at once; that it cannot is no fault of who reads a page.
pub(in crate::services) async fn in_passing(work: impl Future<Output = Result<(), StoreError>>) {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(error = %error, "Left a note out that a page would have made"),
        Err(_) => tracing::debug!("Left a note out that a page would have waited for"),
    }
}
