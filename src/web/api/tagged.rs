//! Answers with an entity tag: who has the newest already gets no body.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::crypto::{digest, hex};

/// The answer, or 304 where `If-None-Match` names it.
pub(super) fn tagged(asked: &HeaderMap, body: &impl Serialize) -> Response {
    let tag = entity_tag(body);
    let cache = [(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")), (header::ETAG, tag.clone())];
    if asked.get_all(header::IF_NONE_MATCH).iter().any(|known| names(known, &tag)) {
        return (StatusCode::NOT_MODIFIED, cache).into_response();
    }
    (cache, Json(body)).into_response()
}

fn entity_tag(body: &impl Serialize) -> HeaderValue {
    let json = serde_json::to_vec(body).expect("it is plain data");
    let hash = hex(&digest(&[&json]));
    HeaderValue::from_str(&format!("\"{}\"", &hash[..16])).expect("hexadecimal in quotes is a header value")
}

fn names(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}
