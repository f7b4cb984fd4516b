//! The streams of server-sent events that are open, and the requests that wait for the feed: a few for each visitor, and a bounded number in all.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use tokio_util::sync::CancellationToken;

/// How many pages one visitor can watch at once.
const PER_VISITOR: usize = 3;

/// How many streams there are in all, well below what the server takes in connections.
const IN_ALL: usize = 256;

/// The streams that are open; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    open: Arc<Mutex<HashMap<Vec<u8>, usize>>>,
    closing: CancellationToken,
}

impl Streams {
    /// Ends all streams and lets none begin: the service stops.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Whether the service stops.
    pub fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Vec<u8>, usize>> {
        self.open.lock()
    }
}

/// A place among the streams; given back on drop.
pub(in crate::web) struct StreamSlot {
    streams: Streams,
    visitor: Vec<u8>,
}

impl StreamSlot {
    /// `None` when there are too many already, or the service stops.
    pub(in crate::web) fn take(streams: &Streams, visitor: &[u8]) -> Option<Self> {
        let visitor = visitor.to_vec();
        let mut open = streams.open();
        let mine = open.get(&visitor).copied().unwrap_or_default();
        if mine >= PER_VISITOR || open.values().sum::<usize>() >= IN_ALL || streams.is_closing() {
            return None;
        }
        open.insert(visitor.clone(), mine + 1);
        drop(open);
        Some(Self { streams: streams.clone(), visitor })
    }

    /// Waits until the service stops.
    pub(in crate::web) async fn closed(&self) {
        self.streams.closing.cancelled().await;
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        if let Some(mine) = open.get_mut(&self.visitor) {
            *mine -= 1;
            if *mine == 0 {
                open.remove(&self.visitor);
            }
        }
    }
}
