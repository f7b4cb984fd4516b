//! Whether the process runs, and whether it can do its work.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::links;
use crate::web::WebState;

/// The routes of this file; they are outside the host check, for who asks by IP address.
pub fn routes() -> Router<WebState> {
    Router::new().route(links::HEALTH_LIVE, get(live)).route(links::HEALTH_READY, get(ready))
}

async fn live() -> &'static str {
    "live\n"
}

async fn ready(State(web): State<WebState>) -> (StatusCode, &'static str) {
    match web.context.db.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(error = %error, "Not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
