//! The API for machines: JSON, problem details for every error, never HTML.

mod client;
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
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

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
        .route(links::API_DESCRIPTION, get(|| async { Json(Description::openapi()) }))
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Koppelklaar", description = "May this school import, how does each school stand, and what happened: for Numo."),
    paths(import_gate::show, statement::show, schools::list, schools::show, schools::connection, events::list),
    modifiers(&BearerKey)
)]
struct Description;

struct BearerKey;

impl utoipa::Modify for BearerKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let components = openapi.components.get_or_insert_with(utoipa::openapi::Components::default);
        components.add_security_scheme("api_key", scheme);
    }
}
