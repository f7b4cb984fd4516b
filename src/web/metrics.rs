//! Numbers for who watches from outside, on a listener of their own: they are not for the public address.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::timeout::TimeoutLayer;

use crate::links;
use crate::metrics::{Reading, TEXT_FORMAT};
use crate::services::chain;
use crate::web::WebState;

/// Below the ten seconds that Prometheus waits.
const REQUEST_TIME: Duration = Duration::from_secs(8);

/// What the other listener serves, and nothing else.
pub fn router(web: WebState) -> Router {
    Router::new()
        .route(links::METRICS, get(show))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME))
        .with_state(web)
}

/// Without its database the instance still tells what it counted itself.
async fn show(State(web): State<WebState>) -> Response {
    let answers = |is_up: bool| {
        let help = "1 when the database answered while these numbers were read.";
        Reading::one("koppelklaar_database_up", help, f64::from(is_up))
    };
    let readings = match web.watch.readings(&web.context, web.clock.now()).await {
        Ok(mut readings) => {
            readings.push(answers(true));
            readings
        }
        Err(error) => {
            tracing::error!(cause = chain(&error), "Could not read the numbers that the database has");
            vec![answers(false)]
        }
    };
    ([(header::CONTENT_TYPE, TEXT_FORMAT)], web.metrics.text(&readings)).into_response()
}
