//! Where passwords of staff are hashed: a few at once, and a short queue. Each hash takes 19 MB and a core for a while,
//! so without a bound a stranger with many sign-ins could take them all.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::services::ServiceError;

/// How many hashes run at once.
const AT_ONCE: usize = 4;

/// How many may wait: about a second of work.
const WAITING: usize = 64;

/// How long who finds the queue full is told to wait.
const FULL_SECONDS: u64 = 5;

/// The room with its places; clones share them.
#[derive(Debug, Clone)]
pub struct HashingPool {
    queue: Arc<Semaphore>,
    holdings: Arc<Semaphore>,
}

impl Default for HashingPool {
    fn default() -> Self {
        Self { queue: Arc::new(Semaphore::new(AT_ONCE + WAITING)), holdings: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl HashingPool {
    /// Runs a hash on a blocking thread when a place is free.
    ///
    /// # Errors
    /// `TooOften` when too many wait already.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
        let full = |_| ServiceError::TooOften { retry_after_seconds: FULL_SECONDS };
        let queued = self.queue.clone().try_acquire_owned().map_err(full)?;
        let closed = |_| ServiceError::Broken("a hashing room that closed");
        let holding = self.holdings.clone().acquire_owned().await.map_err(closed)?;
        // Both go along with the work: it runs on when the visitor breaks off.
        let hashing = tokio::task::spawn_blocking(move || {
            let made = work();
            drop((holding, queued));
            made
        });
        hashing.await.map_err(|_| ServiceError::Broken("a hash that stopped"))
    }
}
