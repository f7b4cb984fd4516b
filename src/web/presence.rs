//! Whether the database is there, as somebody asked last.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::services::Context;

/// How long the database may take to say that it is there. Together less than the two seconds that anybody waits.
const SAY_WITHIN: Duration = Duration::from_millis(500);

/// Whether the database was there when somebody last asked: many who wait ask once.
#[derive(Debug, Default)]
pub struct Presence {
    asking: tokio::sync::Mutex<()>,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Presence {
    /// Whether it is there, as was asked since a moment.
    pub(super) async fn ask(&self, context: &Context, since: Instant) -> bool {
        let _one_at_a_time = self.asking.lock().await;
        if let Some((at, is_there)) = *self.last.lock()
            && at >= since
        {
            return is_there;
        }
        let is_there = context.db.is_there(SAY_WITHIN).await;
        // Good for all who waited for it.
        *self.last.lock() = Some((Instant::now(), is_there));
        is_there
    }
}
