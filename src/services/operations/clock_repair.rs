//! The one repair of what a clock that had been ahead left behind: at start and every hour. What follows at once is in
//! the hands of who works with it: a worker's sign of life from the future counts for nothing, and a job whose slot lies
//! too far ahead is due.

use chrono::{DateTime, Utc};

use crate::services::{Context, ServiceError};
use crate::store::operations::clock_repair;

/// Takes every stored moment back that lies further ahead than any can be; returns how many.
pub async fn repair(context: &Context, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    let pulled = clock_repair::pull_back(context.db.writer(), now).await?;
    if pulled > 0 {
        tracing::warn!(count = pulled, "A clock had been ahead: took back what it had set too far");
        context.mail_waits.notify_one();
        context.check_waits.notify_waiters();
        context.webhook_waits.notify_one();
    }
    Ok(pulled)
}
