//! The form of a request: a path in its first line, and one host. Anything else is one request to us, and perhaps another
//! one to who stands before us.

use axum::extract::Request;
use axum::http::{StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses a request that names a whole address or `*` instead of a path, or more hosts than one.
pub(super) async fn check(request: Request, next: Next) -> Response {
    if has_path_only(&request) && has_one_host(&request) {
        next.run(request).await
    } else {
        StatusCode::BAD_REQUEST.into_response()
    }
}

fn has_path_only(request: &Request) -> bool {
    let uri = request.uri();
    uri.scheme().is_none() && uri.authority().is_none() && uri.path().starts_with('/')
}

/// Only HTTP/1.0 knows requests without any.
fn has_one_host(request: &Request) -> bool {
    match request.headers().get_all(header::HOST).iter().count() {
        0 => request.version() < Version::HTTP_11,
        count => count == 1,
    }
}
