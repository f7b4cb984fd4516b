//! From when until when a worker takes something in hand.

use chrono::{DateTime, TimeDelta, Utc};

/// The term of a lease: given out now, and free for another worker once it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTerm {
    /// The moment at which it is given out.
    pub now: DateTime<Utc>,
    /// The moment at which it ends.
    pub until: DateTime<Utc>,
}

impl LeaseTerm {
    /// The term that begins now and is this long.
    pub fn new(now: DateTime<Utc>, length: TimeDelta) -> Self {
        Self { now, until: now + length }
    }
}
