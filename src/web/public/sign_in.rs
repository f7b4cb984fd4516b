//! Asking for a link by mail, and signing out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use crate::domain::text::EmailAddress;
use crate::links;
use crate::services::ServiceError;
use crate::services::people::{link_requests, portal_access};
use crate::web::WebState;
use crate::web::error::{PageError, mails_full, too_often, with_retry_after};
use crate::web::extract::{SchoolVisitor, Visit};
use crate::web::flash::{self, Flash, see_other, with_cookie};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::page::{self, Frame};
use crate::web::rate_limit::Door;
use crate::web::session::Jar;

/// What was typed; without `Debug`, since it names somebody.
#[derive(Default, Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    email: String,
}

/// The form.
#[derive(Template)]
#[template(path = "public/sign_in.html")]
struct SignInPage {
    frame: Frame,
    form: SignInForm,
    errors: FieldErrors,
    /// Why no mail goes now; empty when one can.
    refusal: String,
}

/// Shows the form; who is signed in already goes on.
pub(super) async fn new(
    State(web): State<WebState>,
    visit: Visit,
    visitor: Result<SchoolVisitor, PageError>,
) -> Result<Response, PageError> {
    if visitor.is_ok() {
        return Ok(see_other(links::SCHOOLS));
    }
    let (form, errors) = (SignInForm::default(), FieldErrors::default());
    page::show(&SignInPage { frame: visit.frame(&web), form, errors, refusal: String::new() })
}

/// Sends a link and a code to a contact's address; every address gets the same answer.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    Posted(form): Posted<SignInForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let (retry_after_seconds, refusal) = match ask(&web, &visit, &form, &mut errors).await {
        Ok(Some(())) => return Ok(see_other(links::SIGN_IN_CODE)),
        Ok(None) => {
            let page = SignInPage { frame: visit.frame(&web), form, errors, refusal: String::new() };
            return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(ServiceError::TooOften { retry_after_seconds }) => (retry_after_seconds, too_often(retry_after_seconds)),
        Err(ServiceError::Full { full, retry_after_seconds }) => {
            (retry_after_seconds, mails_full(full, &web.context.support_email))
        }
        Err(error) => return Err(error.into()),
    };
    let page = SignInPage { frame: visit.frame(&web), form, errors, refusal };
    Ok(with_retry_after(page::show_with(StatusCode::TOO_MANY_REQUESTS, &page)?, retry_after_seconds))
}

/// Counts and takes a wish to sign in; `None` when something is wrong with the form.
async fn ask(
    web: &WebState,
    visit: &Visit,
    form: &SignInForm,
    errors: &mut FieldErrors,
) -> Result<Option<()>, ServiceError> {
    web.limits.check_client(visit.client)?;
    let Some(email) = errors.take("email", EmailAddress::parse_typed(&form.email)) else { return Ok(None) };
    // Who signed in here before is counted by their browser only: nobody else can use that up.
    if !link_requests::is_known(&web.context, &email, &visit.browser).await? {
        let address_key = web.context.keys.email_key(&email.limit_form());
        web.limits.check_address(Door::SignIn, &format!("{address_key}/{}", visit.origin.network))?;
    }
    portal_access::request_link(&web.context, visit.anonymous(), &email, &visit.browser).await?;
    Ok(Some(()))
}

/// Ends the session, if there is one.
pub(super) async fn sign_out(
    State(web): State<WebState>,
    headers: HeaderMap,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    if let Some(session) = Jar::School.read_token(&web, &headers) {
        portal_access::sign_out(&web.context, &session).await?;
    }
    let response = flash::redirect(&web, links::HOME, Flash::SignedOut);
    Ok(with_cookie(response, &Jar::School.forget(&web)))
}
