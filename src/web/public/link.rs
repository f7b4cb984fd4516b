//! Signing in with the link from the mail: the link shows a button, and only the button signs in.
//!
//! In another browser than the one that asked, the code from the mail is needed as well.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::code_form::{CODE_MISSING, CodeForm};
use super::path_token::PathToken;
use super::redeem;
use crate::crypto::Token;
use crate::domain::access_link::{Dead, Outcome};
use crate::links;
use crate::services::ServiceError;
use crate::services::people::portal_access::{self, Attempt, Redeemed};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};

/// The button, with a field for the code in another browser.
#[derive(Template)]
#[template(path = "public/link.html")]
struct LinkPage {
    frame: Frame,
    action: String,
    needs_code: bool,
    errors: FieldErrors,
}

impl LinkPage {
    fn new(frame: Frame, token: &Token, needs_code: bool, errors: FieldErrors) -> Self {
        let action = links::fill(links::SIGN_IN_LINK, &[&token.expose_text()]);
        Self { frame, action, needs_code, errors }
    }
}

/// Shows the button. Changes nothing: scanners of mail follow links.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    PathToken(token): PathToken,
) -> Result<Response, PageError> {
    let frame = visit.frame(&web);
    let Some(token) = token else { return redeem::unknown_link(frame) };
    match portal_access::find_death(&web.context, visit.now, &token).await {
        Ok(None) => {}
        Ok(Some(dead)) => return redeem::dead(frame, dead),
        Err(ServiceError::NotFound) => return redeem::unknown_link(frame),
        Err(error) => return Err(error.into()),
    }
    let is_asking = portal_access::is_asking_browser(&web.context, &token, Some(&visit.browser)).await?;
    page::show(&LinkPage::new(frame, &token, !is_asking, FieldErrors::default()))
}

/// Signs in with the link, and with the code where it is needed.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    PathToken(token): PathToken,
    headers: HeaderMap,
    Posted(form): Posted<CodeForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    let frame = visit.frame(&web);
    let Some(token) = token else { return redeem::unknown_link(frame) };
    let code = match form.digits() {
        Ok(code) => code,
        Err(message) => return again(frame, &token, message),
    };
    let attempt = Attempt { token: Some(&token), browser: Some(&visit.browser), code: code.as_deref() };
    match portal_access::redeem(&web.context, visit.anonymous(), &attempt).await? {
        Redeemed::SignedIn { session, schools } => Ok(redeem::signed_in(&web, &headers, &session, &schools)),
        Redeemed::Not(outcome) => match outcome {
            Outcome::NeedsCode => again(frame, &token, CODE_MISSING),
            Outcome::WrongCode { left } if left > 0 => again(frame, &token, redeem::wrong_code(left)),
            Outcome::WrongCode { .. } => redeem::dead(frame, Dead::TooManyWrongCodes),
            Outcome::Dead(dead) => redeem::dead(frame, dead),
            Outcome::Unknown => redeem::unknown_link(frame),
            Outcome::Redeemed => Err(PageError::Broken("redeemed without a session")),
        },
    }
}

fn again(frame: Frame, token: &Token, message: impl Into<String>) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    errors.add("code", message);
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &LinkPage::new(frame, token, true, errors))
}
