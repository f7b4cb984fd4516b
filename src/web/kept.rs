//! What was typed outlives the session: a form of the portal that meets no session is kept, and its page comes back filled in
//! once its reader has signed in again in the same browser. It is pressed again, and never sent by itself.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::links;
use crate::services::ServiceError;
use crate::services::people::kept_forms::{self, Typed};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::flash::{Flash, FlashMessage, with_cookie};
use crate::web::middleware::{BrowserSecret, client_address};
use crate::web::page::Frame;
use crate::web::session::Jar;
use crate::web::upload::{MESSAGE_BYTES, PostedFiles};
use crate::web::write_limit::SECRETS;

/// Fields that belong to the page on which they stood; they are not kept, and no secret is.
const OF_THE_PAGE: [&str; 2] = ["csrf", "version"];

/// What the page says that comes back filled in.
const CAME_BACK: &str = "Wat je typte voordat je werd uitgelogd, staat er nog. Kijk het na en verstuur het.";

/// Keeps a form that met no session, and forgets one that was sent.
pub(super) async fn keep(State(web): State<WebState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MESSAGE_BYTES).await else { return PageError::BadForm.into_response() };
    let again = |body: Bytes| {
        let mut copy = Request::new(Body::from(body));
        *copy.method_mut() = parts.method.clone();
        *copy.uri_mut() = parts.uri.clone();
        *copy.headers_mut() = parts.headers.clone();
        *copy.extensions_mut() = parts.extensions.clone();
        copy
    };
    let response = next.run(again(body.clone())).await;
    let kept = match is_to_sign_in(&response) {
        true => keep_typed(&web, again(body)).await,
        false if response.status().is_redirection() => forget_sent(&web, &parts.headers, parts.uri.path()).await,
        false => Ok(vec![]),
    };
    match kept {
        Ok(cookies) => cookies.iter().fold(response, |response, cookie| with_cookie(response, cookie)),
        // It is a help, not what was asked for.
        Err(error) => {
            tracing::warn!(error = %error, "Could not keep a form");
            response
        }
    }
}

fn is_to_sign_in(response: &Response) -> bool {
    let location = response.headers().get(header::LOCATION);
    response.status() == StatusCode::SEE_OTHER && location.is_some_and(|place| place == links::SIGN_IN)
}

/// Only what one of this browser's own pages sent.
async fn keep_typed(web: &WebState, request: Request) -> Result<Vec<String>, ServiceError> {
    let (uri, secret) = (request.uri().clone(), request.extensions().get::<BrowserSecret>().cloned());
    let client = client_address(web, request.headers(), request.extensions().get());
    let Some(BrowserSecret(browser)) = secret else { return Ok(vec![]) };
    let Some(fields) = fields_of(web, request).await else { return Ok(vec![]) };
    let token = fields.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value.as_str());
    if !web.context.keys.is_csrf_token(&browser.hash(), token) || web.limits.check_client(client).is_err() {
        return Ok(vec![]);
    }
    keep_fields(web, uri.path(), &fields).await
}

/// Keeps fields under a new token; returns the cookies that say so.
async fn keep_fields(web: &WebState, path: &str, fields: &[(String, String)]) -> Result<Vec<String>, ServiceError> {
    let Some(cookie) = cookie_of(web, path, fields).await? else { return Ok(vec![]) };
    let said = FlashMessage::from(Flash::FormKept).as_text();
    Ok(vec![cookie, Jar::Flash.write(web, said)])
}

async fn cookie_of(web: &WebState, path: &str, fields: &[(String, String)]) -> Result<Option<String>, ServiceError> {
    let is_kept = |name: &str| !OF_THE_PAGE.contains(&name) && !SECRETS.contains(&name);
    let typed = fields.iter().filter(|(name, value)| is_kept(name) && !value.trim().is_empty());
    let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish();
    let typed = Typed { path: path.to_owned(), fields };
    let kept = kept_forms::keep(&web.context, web.clock.now(), &typed).await?;
    Ok(kept.map(|token| Jar::Kept.write(web, token.expose_text())))
}

/// Keeps what somebody sent from a page that is open to all, so that it can be looked at again; the cookie that finds it.
pub(super) async fn keep_public(web: &WebState, path: &str, fields: &[(String, String)]) -> Option<String> {
    match cookie_of(web, path, fields).await {
        Ok(cookie) => cookie,
        Err(error) => {
            tracing::warn!(error = %error, "Could not keep a form");
            None
        }
    }
}

/// Forgets what is kept in this browser; the cookie that says so, where there was something.
pub(super) async fn forget(web: &WebState, visit: &Visit) -> Result<Option<String>, ServiceError> {
    let Some(token) = visit.kept() else { return Ok(None) };
    kept_forms::forget(&web.context, token).await?;
    Ok(Some(Jar::Kept.forget(web)))
}

async fn fields_of(web: &WebState, request: Request) -> Option<Vec<(String, String)>> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Some(PostedFiles::from_request(request, web).await.ok()?.into_fields().into_iter().collect());
    }
    let body = to_bytes(request.into_body(), MESSAGE_BYTES).await.ok()?;
    Some(form_urlencoded::parse(&body).into_owned().collect())
}

/// What was kept of this path and is sent now.
async fn forget_sent(web: &WebState, headers: &axum::http::HeaderMap, path: &str) -> Result<Vec<String>, ServiceError> {
    let Some(token) = Jar::Kept.read_token(web, headers) else { return Ok(vec![]) };
    match kept_forms::find(&web.context, web.clock.now(), &token).await? {
        Some(kept) if kept.path != path => Ok(vec![]),
        Some(_) | None => {
            kept_forms::forget(&web.context, &token).await?;
            Ok(vec![Jar::Kept.forget(web)])
        }
    }
}

/// What was typed in the form that is posted to a path, if it is kept in this browser.
pub(super) async fn typed<T: DeserializeOwned>(
    web: &WebState,
    visit: &Visit,
    path: &str,
) -> Result<Option<T>, ServiceError> {
    let Some(token) = visit.kept() else { return Ok(None) };
    let Some(kept) = kept_forms::find(&web.context, visit.now, token).await?.filter(|kept| kept.path == path) else {
        return Ok(None);
    };
    let uri = format!("/?{}", kept.fields).parse::<Uri>().ok();
    Ok(uri.and_then(|uri| Query::<T>::try_from_uri(&uri).ok()).map(|Query(form)| form))
}

/// Says on a page that what was typed is back.
pub(super) fn say(frame: Frame, came_back: bool) -> Frame {
    let flash = if came_back { Some(CAME_BACK.to_owned()) } else { frame.flash };
    Frame { flash, ..frame }
}
