//! Signing in with the code from the mail, in the browser that asked for it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::code_form::{CODE_MISSING, CodeForm};
use super::redeem;
use crate::domain::access_link::{Dead, LINK_MINUTES, Outcome};
use crate::links;
use crate::services::ServiceError;
use crate::services::people::portal_access::{self, Attempt, Redeemed};
use crate::web::WebState;
use crate::web::error::{PageError, codes_unheard, with_retry_after};
use crate::web::extract::Visit;
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};

/// The form; it comes back without the code, which is a secret.
#[derive(Template)]
#[template(path = "public/code.html")]
struct CodePage {
    frame: Frame,
    errors: FieldErrors,
}

/// Shows the form, to everyone the same.
pub(super) async fn new(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&CodePage { frame: visit.frame(&web), errors: FieldErrors::default() })
}

/// Signs in with a code.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
    Posted(form): Posted<CodeForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    let frame = visit.frame(&web);
    let code = match form.digits() {
        Ok(Some(code)) => code,
        Ok(None) => return again(frame, CODE_MISSING),
        Err(message) => return again(frame, message),
    };
    let attempt = Attempt { token: None, browser: Some(&visit.browser), code: Some(&code) };
    let redeemed = match portal_access::redeem(&web.context, visit.anonymous(), &attempt).await {
        Err(ServiceError::TooOften { retry_after_seconds }) => return unheard(frame, retry_after_seconds),
        other => other?,
    };
    match redeemed {
        Redeemed::SignedIn { session, schools } => Ok(redeem::signed_in(&web, &headers, &session, &schools)),
        Redeemed::Not(outcome) => match outcome {
            Outcome::WrongCode { left } if left > 0 => again(frame, redeem::wrong_code(left)),
            Outcome::WrongCode { .. } => redeem::dead(frame, Dead::TooManyWrongCodes),
            Outcome::Dead(dead) => redeem::dead(frame, dead),
            Outcome::Unknown => redeem::not_asked(frame),
            Outcome::NeedsCode | Outcome::Redeemed => Err(PageError::Broken("a code that counted as none")),
        },
    }
}

/// Too many codes were wrong, here or by anybody. The link in the mail is no guess, so it works all the while.
fn unheard(frame: Frame, retry_after_seconds: u64) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    errors.add("code", codes_unheard(retry_after_seconds));
    let page = page::show_with(StatusCode::TOO_MANY_REQUESTS, &CodePage { frame, errors })?;
    Ok(with_retry_after(page, retry_after_seconds))
}

fn again(frame: Frame, message: impl Into<String>) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    errors.add("code", message);
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &CodePage { frame, errors })
}
