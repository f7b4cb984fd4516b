//! The verdict over one school as a signed statement, and the keys to check it with.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde::Serialize;

use super::client::VerdictClient;
use super::query::find_school;
use crate::crypto::statement::{PublicKey, public_keys, sign};
use crate::domain::import_gate::verdict_name;
use crate::web::WebState;
use crate::web::problem::{ApiError, Problem};

/// How long a statement holds.
const HOLDS: Duration = Duration::minutes(5);

/// What is stated.
#[derive(Serialize)]
struct Claims {
    /// Who states it.
    iss: String,
    /// Of which school: its BRIN.
    sub: String,
    iat: i64,
    exp: i64,
    /// The id of the school, which stays.
    school: String,
    verdict: &'static str,
    version: i32,
}

/// A statement that can be checked without asking again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Statement {
    /// A JWS in its compact form, signed with Ed25519. Its claims: `iss` (this installation), `sub` (the BRIN), `iat`, `exp`,
    /// `school` (the id), `verdict` (`open` or `closed`) and `version`.
    statement: String,
    /// Until when it holds: for five minutes.
    expires_at: DateTime<Utc>,
}

/// Keys, as a JWK set.
#[derive(Serialize)]
struct KeySet {
    keys: Vec<PublicKey>,
}

/// The verdict, signed.
#[utoipa::path(
    get,
    path = "/api/v1/import-gate/{brin}/statement",
    params(("brin" = String, Path, description = "Two digits, two letters, and perhaps two digits of the site")),
    responses(
        (status = 200, body = Statement, description = "The statement; the keys to check it with are at /.well-known/jwks.json"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No working API key"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The key has no scope verdict:read"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such school"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Not a BRIN"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many requests with this key: Retry-After says when"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Not now: Retry-After says when"),
    ),
    security(("api_key" = []))
)]
pub(super) async fn show(
    State(web): State<WebState>,
    _client: VerdictClient,
    Path(brin): Path<String>,
) -> Result<Response, ApiError> {
    let found = find_school(&web, &brin).await?;
    let now = web.clock.now().trunc_subsecs(0);
    let expires_at = now + HOLDS;
    let claims = Claims {
        iss: web.context.base.to(""),
        sub: found.brin.to_string(),
        iat: now.timestamp(),
        exp: expires_at.timestamp(),
        school: found.school.to_string(),
        verdict: verdict_name(found.verdict.is_open()),
        version: found.version,
    };
    let statement = sign(&web.context.keys, &claims);
    let cache = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((cache, Json(Statement { statement, expires_at })).into_response())
}

/// The keys with which statements are checked.
pub(super) async fn keys(State(web): State<WebState>) -> Response {
    let cache = [(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
    (cache, Json(KeySet { keys: public_keys(&web.context.keys) })).into_response()
}
