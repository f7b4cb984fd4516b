//! Errors of the API as problem details (RFC 9457); never HTML under `/api`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::domain::api_scope::ApiScope;
use crate::services::ServiceError;
use crate::services::chain;
use crate::web::error::Cause;

/// Why the API has no answer.
#[derive(Debug)]
pub enum ApiError {
    /// No such path.
    NotFound,
    /// The path exists, with other methods.
    MethodNotAllowed,
    /// No key, or one that does not work.
    Unauthorized,
    /// The key may not ask this.
    Forbidden {
        /// What it would have to be given.
        scope: ApiScope,
    },
    /// The BRIN cannot be read.
    BadBrin,
    /// Something in the query of the address cannot be read.
    BadQuery {
        /// What is wrong with it.
        detail: &'static str,
    },
    /// No school of ours has this BRIN.
    UnknownSchool,
    /// What came after a place of the feed is not kept any more.
    CursorTooOld,
    /// A place of the feed that was never reached.
    UnknownCursor,
    /// Too many requests.
    TooOften {
        /// How long to wait.
        retry_after_seconds: u64,
    },
    /// Something failed; the cause is for the log.
    Failed(ServiceError),
}

/// A problem as RFC 9457 has it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// What kind of problem, as a stable name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do.
    pub detail: String,
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::NotFound => Self::UnknownSchool,
            ServiceError::TooOften { retry_after_seconds } | ServiceError::Full { retry_after_seconds, .. } => {
                Self::TooOften { retry_after_seconds }
            }
            other => Self::Failed(other),
        }
    }
}

impl ApiError {
    fn parts(&self) -> ProblemParts {
        match self {
            Self::NotFound => ProblemParts {
                status: StatusCode::NOT_FOUND,
                kind: "not-found",
                title: "Not found",
                detail: "There is no such path.",
            },
            Self::UnknownSchool => ProblemParts {
                status: StatusCode::NOT_FOUND,
                kind: "unknown-school",
                title: "Unknown school",
                detail: "No school with this BRIN was ever registered here.",
            },
            Self::Forbidden { scope } => ProblemParts {
                status: StatusCode::FORBIDDEN,
                kind: "missing-scope",
                title: "Missing scope",
                detail: match scope {
                    ApiScope::Verdict => "This key may not ask this: it takes a key with the scope verdict:read.",
                    ApiScope::Schools => "This key may not ask this: it takes a key with the scope schools:read.",
                    ApiScope::Events => "This key may not ask this: it takes a key with the scope events:read.",
                },
            },
            Self::BadQuery { detail } => {
                ProblemParts { status: StatusCode::UNPROCESSABLE_ENTITY, kind: "bad-query", title: "Bad query", detail }
            }
            Self::CursorTooOld => ProblemParts {
                status: StatusCode::GONE,
                kind: "cursor-too-old",
                title: "Cursor too old",
                detail: "What came after this cursor is not kept any more. Read /api/v1/schools, and go on from the cursor that it gives.",
            },
            Self::UnknownCursor => ProblemParts {
                status: StatusCode::CONFLICT,
                kind: "unknown-cursor",
                title: "Unknown cursor",
                detail: "The feed never came this far: the service was put back to an older state. Read /api/v1/schools, and go on from the cursor that it gives.",
            },
            Self::MethodNotAllowed => ProblemParts {
                status: StatusCode::METHOD_NOT_ALLOWED,
                kind: "method-not-allowed",
                title: "Method not allowed",
                detail: "Use one of the methods in the Allow header.",
            },
            Self::Unauthorized => ProblemParts {
                status: StatusCode::UNAUTHORIZED,
                kind: "unauthorized",
                title: "Unauthorized",
                detail: "Send a working API key as: Authorization: Bearer KEY.",
            },
            Self::BadBrin => ProblemParts {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                kind: "bad-brin",
                title: "Not a BRIN",
                detail: "A BRIN is two digits, two letters and perhaps two digits of the site, such as 12AB or 12AB00.",
            },
            Self::TooOften { .. } => ProblemParts {
                status: StatusCode::TOO_MANY_REQUESTS,
                kind: "too-often",
                title: "Too many requests",
                detail: "Wait as long as Retry-After says.",
            },
            Self::Failed(error) if error.retry_after_seconds().is_some() => ProblemParts {
                status: StatusCode::SERVICE_UNAVAILABLE,
                kind: "unavailable",
                title: "Service unavailable",
                detail: "The service cannot reach its data. Wait as long as Retry-After says.",
            },
            Self::Failed(_) => ProblemParts {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                kind: "failed",
                title: "Failed",
                detail: FAILED,
            },
        }
    }
}

/// What a problem says, before its kind gets the name that all kinds begin with.
struct ProblemParts {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: &'static str,
}

/// What the name of every kind of problem begins with.
const KIND: &str = "urn:koppelklaar:problem:";

/// What is said of a fault of ours.
const FAILED: &str = "The service failed. Try again later; the request id helps support to find out.";

/// The content type of every error under `/api`.
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Whether a path is of the API.
pub fn is_for_machines(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Writes an error as a problem, if it is none yet; its headers stay.
pub fn write(response: Response) -> Response {
    if response.headers().get(header::CONTENT_TYPE) == Some(&CONTENT_TYPE) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = Json(problem_of(parts.status)).into_response().into_body();
    Response::from_parts(parts, body)
}

/// The problem of an answer that came from around our handlers.
fn problem_of(status: StatusCode) -> Problem {
    let (kind, detail) = match status {
        StatusCode::BAD_REQUEST => ("bad-request", "The request cannot be read."),
        StatusCode::FORBIDDEN => ("forbidden", "A request from the page of another site is not taken."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "The body is too large."),
        StatusCode::MISDIRECTED_REQUEST => ("misdirected", "The service is reached by another host name."),
        StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "The service did not answer in time. Try again later."),
        StatusCode::INTERNAL_SERVER_ERROR => ("failed", FAILED),
        _ => ("other", "The request was not answered."),
    };
    let title = status.canonical_reason().unwrap_or("Error").to_owned();
    Problem { kind: format!("{KIND}{kind}"), title, status: status.as_u16(), detail: detail.to_owned() }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let ProblemParts { status, kind, title, detail } = self.parts();
        let problem = Problem {
            kind: format!("{KIND}{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.to_owned(),
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
        match &self {
            Self::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::TooOften { retry_after_seconds } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
            }
            Self::Failed(error) => {
                if let Some(seconds) = error.retry_after_seconds() {
                    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                response.extensions_mut().insert(Cause(chain(error).into()));
            }
            Self::Forbidden { scope } => {
                let wanted = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.as_str());
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_str(&wanted).expect("names of ours"));
            }
            Self::NotFound
            | Self::UnknownSchool
            | Self::MethodNotAllowed
            | Self::BadBrin
            | Self::BadQuery { .. }
            | Self::CursorTooOld
            | Self::UnknownCursor => {}
        }
        response
    }
}
