//! Pages and the API: extract, parse, one service call, answer. The only room that knows axum.
//!
//! `public/` is for everyone, `option_b/` makes Numo's file in the browser, `portal/` for school contacts, `staff/` for
//! Kurve, `api/` for machines. To add a page: a path in [`crate::links`], a struct and handler, a template, a route, and
//! a row in `tests/it/security.rs`.

pub mod api;
pub mod assets;
pub mod demo;
pub mod door;
pub mod error;
pub mod error_page;
pub mod extract;
pub mod flash;
mod flash_message;
pub mod form;
pub mod health;
mod kept;
mod ladder;
pub mod metrics;
pub mod middleware;
pub mod option_b;
pub mod own_days;
pub mod page;
mod patience;
mod places;
mod planned;
pub mod portal;
mod presence;
pub mod problem;
pub mod promised;
pub mod public;
pub mod rate_limit;
mod request_form;
pub mod return_to;
pub mod server;
pub mod session;
pub mod staff;
mod stalled;
mod state;
mod strict;
mod sure;
mod thread;
pub mod upload;
mod write_limit;

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

pub use ladder::Streams;
pub use state::{DemoWeb, WebOptions, WebState, WebStateParts};

/// How long a request may take until its answer begins; one that is sent while it is made may take longer in all.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// Every route with everything around it.
pub fn router(web: WebState) -> Router {
    let signed_in = Router::new()
        .merge(portal::routes().layer(axum::middleware::from_fn_with_state(web.clone(), kept::keep)))
        .merge(staff::routes())
        .layer(axum::middleware::from_fn_with_state(web.clone(), write_limit::limit_writes));
    let mut routes = Router::new()
        .merge(public::routes())
        .merge(option_b::routes())
        .merge(signed_in)
        .merge(api::routes(&web))
        .merge(assets::routes());
    if web.demo.is_some() {
        routes = routes.merge(demo::routes());
    }
    surround(routes, web)
}

/// Puts around routes what stands around every route.
pub fn surround(routes: Router<WebState>, web: WebState) -> Router {
    routes
        .fallback(error_page::not_found)
        .method_not_allowed_fallback(error_page::method_not_allowed)
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::keep_browser))
        .layer(CsrfLayer::new().with_insecure_bypass(public::unsubscribe::is_one_click))
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::check_host))
        .merge(health::routes())
        .layer(axum::middleware::from_fn(middleware::limit_body))
        .layer(axum::middleware::from_fn(request_form::check))
        .layer(axum::middleware::from_fn_with_state(web.clone(), patience::watch))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME))
        .layer(CatchPanicLayer::custom(error_page::panicked))
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::add_headers))
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::log_request))
        .with_state(web)
}
