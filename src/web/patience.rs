//! With the database away nobody waits long for a page: once an answer takes a while it is asked whether the database is
//! there, and if not, that is the answer.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, sleep};

use crate::services::ServiceError;
use crate::store::{Fault, StoreError};
use crate::web::WebState;
use crate::web::error::PageError;

/// After how long it is asked, and how often while the answer is still being made.
const ASK_EVERY: Duration = Duration::from_millis(700);

/// Answers that the database is away where it is; what was under way is given up then.
pub(super) async fn watch(State(web): State<WebState>, request: Request, next: Next) -> Response {
    // Those ask the database themselves, and say what they find.
    let is_about_health = request.uri().path().starts_with("/health/");
    let answer = next.run(request);
    tokio::pin!(answer);
    if is_about_health {
        return answer.await;
    }
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
