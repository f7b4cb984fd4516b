//! With the database away nobody waits long for a page: once an answer takes a while it is asked whether the database is
//! there, and if not, that is the answer.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use crate::services::{Context, ServiceError};
use crate::store::{Fault, StoreError};
use crate::web::WebState;
use crate::web::error::PageError;

/// After how long it is asked, and how often while the answer is still being made.
const ASK_EVERY: Duration = Duration::from_millis(700);

/// How long the database may take to say that it is there. Together less than the two seconds that anybody waits.
const SAY_WITHIN: Duration = Duration::from_millis(500);

/// Whether the database was there when somebody last asked: many who wait ask once.
#[derive(Debug, Default)]
pub struct Presence {
    asking: tokio::sync::Mutex<()>,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Presence {
    async fn ask(&self, context: &Context, since: Instant) -> bool {
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

/// Answers that the database is away where it is; what was under way is given up then.
pub(super) async fn watch(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let answer = next.run(request);
    tokio::pin!(answer);
    loop {
        tokio::select! {
            biased;
            response = &mut answer => return response,
            () = sleep(ASK_EVERY) => {}
        }
        let since = Instant::now();
        tokio::select! {
            biased;
            response = &mut answer => return response,
            is_there = web.presence.ask(&web.context, since) => if !is_there { return away() },
        }
    }
}

fn away() -> Response {
    let text = "an answer waits for it".to_owned();
    PageError::Service(ServiceError::Store(StoreError::Unusable { fault: Fault::Away, text })).into_response()
}
