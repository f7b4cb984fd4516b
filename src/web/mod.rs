//! Pages and the API: extract, parse, one service call, answer. The only room that knows axum.
//!
//! `public/` is for everyone, `portal/` for school contacts, `staff/` for Kurve, `api/` for machines. To add a page:
//! a path in [`crate::links`], a struct and handler, a template, a route, and a row in `tests/it/security.rs`.

pub mod api;
pub mod assets;
pub mod demo;
pub mod error;
pub mod extract;
pub mod flash;
pub mod form;
pub mod health;
mod ladder;
pub mod metrics;
pub mod middleware;
pub mod own_days;
pub mod page;
pub mod portal;
pub mod problem;
pub mod public;
pub mod rate_limit;
pub mod return_to;
pub mod server;
pub mod session;
pub mod staff;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::clock::Clock;
use crate::crypto::totp::TotpSecret;
use crate::metrics::Metrics;
use crate::services::Context;
use crate::services::operations::demo::magister::DemoMagister;
use crate::services::operations::worker_health::HealthMonitor;
pub use ladder::live::Streams;
use rate_limit::RateLimits;

/// The largest form we take, in bytes: a few texts of at most 4,000 signs.
const BODY_BYTES: usize = 64 * 1024;

/// How long a request may take in all.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// What every handler works with; cheap to clone.
#[derive(Debug, Clone)]
pub struct WebState(Arc<WebStateParts>);

/// The parts of a [`WebState`].
#[derive(Debug)]
pub struct WebStateParts {
    /// The use cases' context.
    pub context: Context,
    /// The time.
    pub clock: Clock,
    /// Limits on forms that strangers can post.
    pub limits: RateLimits,
    /// How many proxies of ours add to `X-Forwarded-For`; 0 means that clients connect directly.
    pub trusted_proxies: usize,
    /// The pages that are watched while something is under way.
    pub streams: Streams,
    /// What only the demo has; `None` outside it.
    pub demo: Option<DemoWeb>,
    /// Whether what runs by itself still runs.
    pub watch: HealthMonitor,
    /// What this instance counts of itself.
    pub metrics: Metrics,
}

/// What the pages of the demo show.
#[derive(Debug, Clone)]
pub struct DemoWeb {
    /// The folder of its mails.
    pub mails: PathBuf,
    /// Its staff accounts: address and second factor.
    pub accounts: Vec<(String, TotpSecret)>,
    /// Its Magister.
    pub magister: Arc<DemoMagister>,
}

impl WebState {
    /// A site from its parts.
    pub fn new(parts: WebStateParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for WebState {
    type Target = WebStateParts;

    fn deref(&self) -> &WebStateParts {
        &self.0
    }
}

/// Every route with everything around it.
pub fn router(web: WebState) -> Router {
    let mut routes = Router::new()
        .merge(public::routes())
        .merge(portal::routes())
        .merge(staff::routes())
        .merge(api::routes())
        .merge(assets::routes());
    if web.demo.is_some() {
        routes = routes.merge(demo::routes());
    }
    surround(routes, web)
}

/// Puts around routes what stands around every route.
pub fn surround(routes: Router<WebState>, web: WebState) -> Router {
    routes
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::keep_browser))
        .layer(CsrfLayer::new().with_insecure_bypass(public::unsubscribe::is_one_click))
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::check_host))
        .merge(health::routes())
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::add_headers))
        .layer(axum::middleware::from_fn_with_state(web.clone(), middleware::log_request))
        .with_state(web)
}
