//! How often a machine may ask: by its key, and without one by its network. Every answer says what is left.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::client::presented_key;
use crate::crypto::{digest, hex};
use crate::web::WebState;
use crate::web::middleware::client_address;
use crate::web::problem::ApiError;
use crate::web::rate_limit::{Left, PER_KEY, TooOften, whole_network};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Counts a request.
pub(super) async fn limit(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let machine = match presented_key(request.headers()) {
        Some(key) => hex(&digest(&[key.as_bytes()])),
        None => {
            let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
            whole_network(client_address(&web, request.headers(), peer)).to_string()
        }
    };
    match web.limits.check_machine(&machine) {
        Ok(left) => {
            let mut response = next.run(request).await;
            tell(response.headers_mut(), left);
            response
        }
        Err(TooOften { retry_after_seconds }) => {
            let mut response = ApiError::TooOften { retry_after_seconds }.into_response();
            tell(response.headers_mut(), Left { requests: 0, full_after_seconds: 60 });
            response
        }
    }
}

fn tell(headers: &mut HeaderMap, Left { requests, full_after_seconds }: Left) {
    headers.insert(LIMIT, HeaderValue::from(PER_KEY.get()));
    headers.insert(REMAINING, HeaderValue::from(requests));
    headers.insert(RESET, HeaderValue::from(full_after_seconds));
}
