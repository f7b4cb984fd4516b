//! How much somebody who is signed in may change: generous, and the same for contacts and colleagues. What was typed comes
//! back, to be sent again.

use askama::Template;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::links;
use crate::services::people::portal_access;
use crate::web::WebState;
use crate::web::error::{PageError, waiting_time, with_retry_after};
use crate::web::middleware::BrowserSecret;
use crate::web::page::{self, Frame};
use crate::web::rate_limit::TooOften;
use crate::web::session::Jar;
use crate::web::upload::PostedFiles;

/// Fields that are never given back, and never kept.
pub(super) const SECRETS: [&str; 5] = ["password", "again", "code", "current", "present"];

/// A field as it was typed.
struct Typed {
    name: String,
    value: String,
}

/// "Even wachten", with the form to send again.
#[derive(Template)]
#[template(path = "too_often.html")]
struct TooOftenPage {
    frame: Frame,
    wait: String,
    action: String,
    fields: Vec<Typed>,
    /// Whether the form is here to be sent again: not where it held a secret, or nothing but a file.
    is_here: bool,
    had_files: bool,
}

/// Counts what somebody who is signed in changes.
pub(super) async fn limit_writes(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_door = [links::STAFF_SIGN_IN, links::STAFF_SIGN_OUT].contains(&path);
    let jar = if is_of_staff(path) { Jar::Staff } else { Jar::School };
    let session = jar.read_token(&web, request.headers()).filter(|_| request.method() == Method::POST && !is_door);
    let Some(session) = session else { return next.run(request).await };
    match portal_access::find_person(&web.context, web.clock.now(), &session).await {
        Ok(Some(person)) => match web.limits.check_person(&person) {
            Ok(()) => next.run(request).await,
            Err(wait) => give_back(&web, request, wait).await.unwrap_or_else(PageError::into_response),
        },
        Ok(None) => next.run(request).await,
        Err(error) => PageError::from(error).into_response(),
    }
}

fn is_of_staff(path: &str) -> bool {
    path.strip_prefix(links::STAFF).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The form as it was typed. One that is not of this browser's own pages is refused as ever.
async fn give_back(web: &WebState, request: Request, wait: TooOften) -> Result<Response, PageError> {
    let secret = request.extensions().get::<BrowserSecret>().cloned();
    let BrowserSecret(browser) = secret.ok_or(PageError::StaleForm)?;
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let posted = Posted::read(web, request, &headers).await?;
    let token = posted.fields.iter().find(|field| field.name == "csrf").map_or("", |field| field.value.as_str());
    if !web.context.keys.is_csrf_token(&browser.hash(), token) {
        return Err(PageError::StaleForm);
    }
    let Posted { mut fields, had_files } = posted;
    fields.retain(|field| field.name != "csrf");
    let holds_secret = fields.iter().any(|field| SECRETS.contains(&field.name.as_str()));
    let is_here = !(holds_secret || had_files && fields.is_empty());
    let home = if is_of_staff(uri.path()) { links::STAFF } else { links::SCHOOLS };
    let csrf = web.context.keys.csrf_token(&browser.hash());
    let page = TooOftenPage {
        frame: Frame { home: home.to_owned(), csrf, ..Frame::bare(web) },
        wait: waiting_time(wait.retry_after_seconds),
        action: action_of(&uri),
        fields: if is_here { fields } else { vec![] },
        is_here,
        had_files,
    };
    let response = page::show_with(StatusCode::TOO_MANY_REQUESTS, &page)?;
    Ok(with_retry_after(response, wait.retry_after_seconds))
}

fn action_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

/// A form of whichever sort.
struct Posted {
    fields: Vec<Typed>,
    had_files: bool,
}

impl Posted {
    async fn read(web: &WebState, request: Request, headers: &HeaderMap) -> Result<Self, PageError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            let form = PostedFiles::from_request(request, web).await?;
            let had_files = form.files.iter().any(|file| !file.name.is_empty());
            let fields = form.into_fields().into_iter().map(|(name, value)| Typed { name, value }).collect();
            return Ok(Self { fields, had_files });
        }
        let body: Bytes = to_bytes(request.into_body(), usize::MAX).await.map_err(|_| PageError::BadForm)?;
        let fields = form_urlencoded::parse(&body).into_owned().map(|(name, value)| Typed { name, value }).collect();
        Ok(Self { fields, had_files: false })
    }
}
