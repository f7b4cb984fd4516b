//! Stopping reminders or the digest, by the link in such a mail.
//!
//! The link shows a button and changes nothing. Mail programs have a button of their own that posts here at once
//! (RFC 8058): from a server of theirs or from another site, with no cookie and no token of our forms. What is allowed
//! rests on the token in the path alone, and can be undone on the page that follows.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::Response;

use super::message::{Message, MessagePage, Way};
use crate::crypto::mail_token::Subscription;
use crate::links;
use crate::services::people::addresses::{self, Subscribed};
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::flash::{self, Flash};
use crate::web::form::{Posted, Pressed};
use crate::web::page::Frame;
use crate::web::{WebState, page};

/// The field that a mail program posts, and our own button.
const FIELD: &str = "List-Unsubscribe";

/// What is in it.
const VALUE: &str = "One-Click";

const UNKNOWN: Message = Message {
    state: "unknown",
    title: "Deze link werkt niet",
    lead: "De link is niet helemaal meegekomen uit de mail.",
    more: "Kopieer de hele link nog eens uit de mail. Lukt het niet? Mail ons dan; het adres staat onderaan deze pagina.",
    first: Way { href: links::HOME, label: "Naar het begin" },
    second: None,
};

#[derive(Template)]
#[template(path = "public/unsubscribe.html")]
struct StopPage {
    frame: Frame,
    is_digest: bool,
    is_stopped: bool,
    /// Where the button posts.
    action: String,
}

/// A form with the one field that RFC 8058 asks for, in either encoding of forms.
pub(super) struct OneClick;

impl FromRequest<WebState> for OneClick {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, PageError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_pressed = if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            let body = Bytes::from_request(request, web).await.map_err(|_| PageError::BadForm)?;
            let body = String::from_utf8_lossy(&body);
            body.contains(&format!("name=\"{FIELD}\"")) && body.contains(VALUE)
        } else {
            let form = Form::<BTreeMap<String, String>>::from_request(request, web).await;
            form.is_ok_and(|Form(fields)| fields.get(FIELD).is_some_and(|value| value == VALUE))
        };
        if is_pressed { Ok(Self) } else { Err(PageError::BadForm) }
    }
}

/// Whether a request is the button of a mail program, which may come from another site.
pub fn is_one_click(method: &Method, uri: &Uri) -> bool {
    let (before, _) = links::UNSUBSCRIBE.split_once('{').expect("the path holds a token");
    let rest = uri.path().strip_prefix(before);
    method == Method::POST && rest.is_some_and(|token| !token.is_empty() && !token.contains('/'))
}

/// Shows the button. Changes nothing: scanners of mail follow links.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some(which) = addresses::read_link(&web.context, &token) else { return unknown(&web, &visit) };
    let is_stopped = addresses::is_stopped(&web.context, &which).await?;
    page::show(&stop_page(&web, &visit, &which, &token, is_stopped))
}

/// Stops the mails; a mail program wants an answer here and no redirect.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    Path(token): Path<String>,
    OneClick: OneClick,
) -> Result<Response, PageError> {
    let Some(which) = addresses::read_link(&web.context, &token) else { return unknown(&web, &visit) };
    addresses::stop(&web.context, visit.anonymous(), &which).await?;
    page::show(&stop_page(&web, &visit, &which, &token, true))
}

/// Lets the mails come again.
pub(super) async fn undo(
    State(web): State<WebState>,
    visit: Visit,
    Path(token): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let Some(which) = addresses::read_link(&web.context, &token) else { return unknown(&web, &visit) };
    addresses::resume(&web.context, visit.anonymous(), &which).await?;
    let flash = match which.what {
        Subscription::Reminders => Flash::RemindersResumed,
        Subscription::Digest => Flash::DigestResumed,
    };
    Ok(flash::redirect(&web, &links::fill(links::UNSUBSCRIBE, &[&token]), flash))
}

fn stop_page(web: &WebState, visit: &Visit, which: &Subscribed, token: &str, is_stopped: bool) -> StopPage {
    let path = if is_stopped { links::UNSUBSCRIBE_UNDO } else { links::UNSUBSCRIBE };
    StopPage {
        frame: visit.frame(web),
        is_digest: which.what == Subscription::Digest,
        is_stopped,
        action: links::fill(path, &[token]),
    }
}

/// Only who guesses at tokens comes here often.
fn unknown(web: &WebState, visit: &Visit) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    page::show_with(StatusCode::NOT_FOUND, &MessagePage::new(visit.frame(web), UNKNOWN))
}
