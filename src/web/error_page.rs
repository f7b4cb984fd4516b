//! What a visitor sees when something did not go: a page, or problem details under `/api`.

use std::any::Any;

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::links;
use crate::web::error::{ErrorText, PageError};
use crate::web::problem::{self, ApiError};
use crate::web::{WebState, page};

/// The page of an error.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: page::Frame,
    /// What the link to the start says.
    way: &'static str,
    title: &'static str,
    advice: String,
    request_id: String,
}

/// Writes what a visitor sees of an error into its answer: a page, or problem details under `/api`. Also into answers
/// that come from around our handlers and hold a line of English or nothing.
pub fn write_answer(web: &WebState, response: Response, path: &str, request_id: &str) -> Response {
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    if problem::is_for_machines(path) {
        return problem::write(response);
    }
    match response.extensions().get::<ErrorText>().cloned().or_else(|| text_of_bare(&response, path)) {
        Some(text) => write_page(web, response, text, path, request_id),
        None => response,
    }
}

/// What a page says of an answer that has none of its own.
fn text_of_bare(response: &Response, path: &str) -> Option<ErrorText> {
    let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_no_page = path.starts_with("/health/") || path.starts_with("/assets/");
    if is_no_page || content_type.starts_with(b"text/html") {
        return None;
    }
    match response.status() {
        StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED => Some(PageError::NotFound.text()),
        StatusCode::FORBIDDEN => Some(PageError::StaleForm.text()),
        StatusCode::PAYLOAD_TOO_LARGE => Some(ErrorText {
            title: "Dit is te veel tekst",
            advice: "Er is niets veranderd. Ga terug, maak je tekst korter en probeer het opnieuw.".to_owned(),
        }),
        StatusCode::SERVICE_UNAVAILABLE => Some(ErrorText {
            title: "Dit duurde te lang",
            advice: "Misschien is je wijziging wel opgeslagen. Ga terug, laad de pagina opnieuw en kijk of het nog nodig is."
                .to_owned(),
        }),
        _ => None,
    }
}

/// Where somebody who was at a path begins again, and what the link there says.
fn start_of(path: &str) -> (&'static str, &'static str) {
    let is_below = |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match path {
        _ if is_below(links::STAFF) => (links::STAFF, "Naar de werklijst"),
        _ if is_below(links::SCHOOLS) => (links::SCHOOLS, "Naar het overzicht"),
        _ => (links::HOME, "Naar het begin"),
    }
}

fn write_page(web: &WebState, response: Response, text: ErrorText, path: &str, request_id: &str) -> Response {
    let ErrorText { title, advice } = text;
    let (home, way) = start_of(path);
    let frame = page::Frame { home: home.to_owned(), ..page::Frame::bare(web) };
    let page = ErrorPage { frame, way, title, advice, request_id: request_id.to_owned() };
    let html = page.render().unwrap_or_else(|_| title.to_owned());
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, html.into())
}

/// No such route: a page, or problem details under `/api`.
pub async fn not_found(State(_): State<WebState>, OriginalUri(uri): OriginalUri) -> Response {
    if problem::is_for_machines(uri.path()) {
        ApiError::NotFound.into_response()
    } else {
        PageError::NotFound.into_response()
    }
}

/// The route exists, with other methods.
pub async fn method_not_allowed(OriginalUri(uri): OriginalUri) -> Response {
    let mut response = if problem::is_for_machines(uri.path()) {
        ApiError::MethodNotAllowed.into_response()
    } else {
        PageError::NotFound.into_response()
    };
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

/// A handler panicked: the visitor gets what they get of any fault of ours.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    PageError::Broken("a handler panicked").into_response()
}
