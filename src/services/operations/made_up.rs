//! A made-up job.

use chrono::{DateTime, Utc};

use crate::services::{Context, ServiceError};

/// Does nothing; returns how much.
pub fn work(_context: &Context, _now: DateTime<Utc>) -> Result<u64, ServiceError> {
    Ok(0)
}
