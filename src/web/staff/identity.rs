//! The way of a colleague to the provider and back, in their browser.
//!
//! - *There.* A form posted to us cannot be led on to another host: our Content-Security-Policy lets forms go to ourselves alone. So
//!   the answer is a page that leads on by itself, with a link for who stays.
//! - *Back.* The provider sends people back with a GET, and no GET of ours changes anything: a scanner or a page that is opened again
//!   would otherwise use a sign-in up, or sign somebody in who did not ask for it. So that GET only looks whether the way is one of
//!   this browser, and its page posts to the same address; the script presses the button, and without a script somebody does. The
//!   form has no action, so that what came in the address is not written into the page as well.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::{identity_fault, sign_in};
use crate::crypto::Token;
use crate::links;
use crate::services::people::staff_identity::IdentityError;
use crate::services::people::staff_trips::{self, Arrival, Returned};
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{Posted, Pressed};
use crate::web::page::Frame;
use crate::web::{WebState, page};

#[derive(Template)]
#[template(path = "staff/go_on.html")]
struct GoOnPage {
    frame: Frame,
    /// Where it leads on to.
    url: String,
    /// Its host, by name.
    host: String,
    /// Whether it is to sign out.
    is_way_out: bool,
}

#[derive(Template)]
#[template(path = "staff/identity_back.html")]
struct BackPage {
    frame: Frame,
}

/// The page that leads on to the provider.
pub(super) fn go_on(web: &WebState, visit: &Visit, url: String) -> Result<Response, PageError> {
    show_way(web, visit, url, false)
}

/// The page that leads on to the provider to sign out there.
pub(super) fn go_out(web: &WebState, visit: &Visit, url: String) -> Result<Response, PageError> {
    show_way(web, visit, url, true)
}

fn show_way(web: &WebState, visit: &Visit, url: String, is_way_out: bool) -> Result<Response, PageError> {
    let host = web.context.provider.as_ref().map_or("", |provider| provider.host()).to_owned();
    page::show(&GoOnPage { frame: identity_fault::frame(web, visit), url, host, is_way_out })
}

/// Begins to sign in.
pub(super) async fn begin(
    State(web): State<WebState>,
    visit: Visit,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    match staff_trips::begin(&web.context, visit.anonymous()).await {
        Ok(url) => go_on(&web, &visit, url),
        Err(error) => identity_fault::show(&web, &visit, error),
    }
}

/// Begins to link an account by a one-time link.
pub(super) async fn begin_invited(
    State(web): State<WebState>,
    visit: Visit,
    Path(link): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    let begun = match Token::parse(&link) {
        Some(link) => staff_trips::begin_invited(&web.context, visit.anonymous(), &link).await,
        None => Err(IdentityError::InviteGone),
    };
    match begun {
        Ok(url) => go_on(&web, &visit, url),
        Err(error) => identity_fault::show(&web, &visit, error),
    }
}

/// What the provider sends somebody back with; no `Debug`, since it holds a code.
#[derive(Default, Deserialize)]
pub(super) struct BackQuery {
    #[serde(default)]
    state: String,
    code: Option<String>,
    #[serde(default)]
    error: String,
    iss: Option<String>,
}

impl BackQuery {
    fn read(self, web: &WebState) -> Result<Returned, IdentityError> {
        if web.context.provider.is_none() {
            return Err(IdentityError::NotOffered);
        }
        let state = Token::parse(&self.state).ok_or(IdentityError::Gone)?;
        let answer = self.code.filter(|code| !code.is_empty()).map(SecretString::from).ok_or(self.error);
        Ok(Returned { state, answer, issuer: self.iss })
    }
}

/// Shows the button with which somebody who comes back goes on; changes nothing.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Query(query): Query<BackQuery>,
) -> Result<Response, PageError> {
    let looked = match query.read(&web) {
        Ok(returned) => staff_trips::look(&web.context, visit.anonymous(), &returned).await,
        Err(error) => Err(error),
    };
    match looked {
        Ok(()) => page::show(&BackPage { frame: identity_fault::frame(&web, &visit) }),
        Err(error) => identity_fault::show(&web, &visit, error),
    }
}

/// Signs in or links, whichever it was begun for.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    Query(query): Query<BackQuery>,
    headers: HeaderMap,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    let arrived = match query.read(&web) {
        Ok(returned) => staff_trips::arrive(&web.context, visit.anonymous(), returned).await,
        Err(error) => Err(error),
    };
    match arrived {
        Ok(Arrival::SignedIn(token)) => Ok(sign_in::welcome(&web, &headers, &token)),
        Ok(Arrival::Linked) => Ok(flash::redirect(&web, links::STAFF_ACCOUNT, Flash::Crew(CrewDone::IdentityLinked))),
        Err(error) => identity_fault::show(&web, &visit, error),
    }
}
