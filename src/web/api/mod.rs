//! The API for machines: JSON, problem details for every error, never HTML.

mod client;
mod description;
mod events;
mod import_gate;
mod limit;
mod page;
mod query;
mod schools;
mod statement;
mod tagged;

use axum::routing::get;
use axum::{Json, Router};

use self::description::DESCRIPTION;
use crate::links;
use crate::web::WebState;

/// The routes of this folder.
pub fn routes(web: &WebState) -> Router<WebState> {
    Router::new()
        .route(links::API_IMPORT_GATE, get(import_gate::show))
        .route(links::API_STATEMENT, get(statement::show))
        .route(links::API_SCHOOLS, get(schools::list))
        .route(links::API_SCHOOL, get(schools::show))
        .route(links::API_CONNECTION, get(schools::connection))
        .route(links::API_EVENTS, get(events::list))
        .layer(axum::middleware::from_fn_with_state(web.clone(), limit::limit))
        .route(links::API_KEY_SET, get(statement::keys))
        .route(links::API, get(page::show))
        .route(links::API_DESCRIPTION, get(|| async { Json(&*DESCRIPTION) }))
}
