//! Which machine asks. The extractor is the lock: each names what its key must be allowed to ask.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::domain::api_scope::ApiScope;
use crate::services::operations::api_keys;
use crate::store::operations::api_keys::StoredApiKey;
use crate::web::WebState;
use crate::web::problem::ApiError;

/// A machine that may ask for verdicts.
pub(super) struct VerdictClient;

/// A machine that may ask for schools.
pub(super) struct SchoolsClient;

/// A machine that may follow the feed.
pub(super) struct EventsClient(pub(super) StoredApiKey);

impl FromRequestParts<WebState> for VerdictClient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, ApiError> {
        find_key(parts, web, ApiScope::Verdict).await.map(|_| Self)
    }
}

impl FromRequestParts<WebState> for SchoolsClient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, ApiError> {
        find_key(parts, web, ApiScope::Schools).await.map(|_| Self)
    }
}

impl FromRequestParts<WebState> for EventsClient {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, ApiError> {
        find_key(parts, web, ApiScope::Events).await.map(Self)
    }
}

async fn find_key(parts: &Parts, web: &WebState, scope: ApiScope) -> Result<StoredApiKey, ApiError> {
    let key = presented_key(&parts.headers).ok_or(ApiError::Unauthorized)?;
    let found = api_keys::find(&web.context, web.clock.now(), key).await?.ok_or(ApiError::Unauthorized)?;
    if found.scopes.contains(scope) { Ok(found) } else { Err(ApiError::Forbidden { scope }) }
}

/// The key that a request brings, whether it works or not.
pub(super) fn presented_key(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // The scheme counts in any case (RFC 9110, 11.1).
    let (_, key) = given?.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))?;
    Some(key.trim())
}
