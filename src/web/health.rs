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

async fn ready(State(web): State<WebState>) -> (StatusCode, String) {
    if web.streams.is_closing() {
        // Who shares the work over instances sends the next requests to another one.
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned());
    }
    match web.context.db.look().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(fault) => {
            tracing::error!(error = %fault, "Not ready: {fault}");
            (StatusCode::SERVICE_UNAVAILABLE, format!("{fault}\n"))
        }
    }
}
