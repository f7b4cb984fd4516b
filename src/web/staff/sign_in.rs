//! Signing in and out as a colleague: e-mail address, password and one-time code. With the account of their organisation:
//! [`super::identity`].

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::identity;
use crate::crypto::Token;
use crate::domain::lockout::OF_CLIENT;
use crate::domain::text::EmailAddress;
use crate::links;
use crate::services::people::{staff_auth, staff_trips};
use crate::web::error::PageError;
use crate::web::extract::{Staff, Visit};
use crate::web::flash::{self, Flash, FlashMessage};
use crate::web::form::{FieldError, FieldErrors, Posted, Pressed};
use crate::web::page::Frame;
use crate::web::rate_limit::Door;
use crate::web::session::Jar;
use crate::web::{WebState, page, return_to};

#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage {
    frame: Frame,
    action: &'static str,
    email: String,
    errors: Vec<FieldError>,
    /// Where to sign in with the account of one's organisation, if that can be.
    provider: Option<&'static str>,
    /// Whether that is the way for all but one.
    is_provider_only: bool,
}

/// Shows the form.
pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&page_of(&web, &visit, String::new(), FieldErrors::default()))
}

fn page_of(web: &WebState, visit: &Visit, email: String, errors: FieldErrors) -> SignInPage {
    let frame = Frame { home: links::STAFF.to_owned(), ..visit.frame(web) };
    let policy = &web.context.sign_in;
    SignInPage {
        frame,
        action: links::STAFF_SIGN_IN,
        email,
        errors: errors.all().to_vec(),
        provider: policy.has_provider().then_some(links::STAFF_PROVIDER),
        is_provider_only: !policy.takes_passwords(),
    }
}

/// What someone types; no `Debug`, since it holds a password.
#[derive(Default, Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

/// Signs in. Every reason why not gets the same answer.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
    Posted(form): Posted<SignInForm>,
) -> Result<Response, PageError> {
    let email = EmailAddress::parse_typed(&form.email);
    // Who signed in from here before is limited by their own tries alone, or others could keep them out.
    let is_known = match &email {
        Ok(email) => staff_auth::knows_browser(&web.context, email, &visit.origin).await?,
        Err(_) => false,
    };
    if !is_known {
        web.limits.check_client(visit.client)?;
    }
    let token = match email {
        Ok(email) => {
            if !is_known {
                let address = web.context.keys.email_key(&email.key_form());
                web.limits.check_address(Door::StaffSignIn, &format!("{address}/{}", visit.origin.network))?;
            }
            let password = SecretString::from(form.password);
            let code = form.code.split_whitespace().collect();
            staff_auth::sign_in(&web.context, visit.anonymous(), staff_auth::SignIn { email, password, code }).await?
        }
        Err(_) => None,
    };
    let Some(token) = token else {
        let mut errors = FieldErrors::default();
        errors.add("email", failed(&web));
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&web, &visit, form.email, errors));
    };
    Ok(welcome(&web, &headers, &token))
}

/// Leads somebody on whose session has begun: to the page that they came for, if they came for one.
pub(super) fn welcome(web: &WebState, headers: &HeaderMap, token: &Token) -> Response {
    let cookie = Jar::Staff.write(web, token.expose_text());
    let return_to = return_to::read_staff(web, headers);
    let response = flash::with_cookie(flash::see_other(return_to.as_deref().unwrap_or(links::STAFF)), &cookie);
    if return_to.is_some() { flash::with_cookie(response, &Jar::Next.forget(web)) } else { response }
}

/// The same for every address, so that it tells nobody which is the emergency account.
fn failed(web: &WebState) -> String {
    let [first, ..] = OF_CLIENT;
    let who = if web.context.sign_in.takes_passwords() {
        ""
    } else {
        "Met een wachtwoord kan alleen het noodaccount inloggen. Gebruik het account van je organisatie. "
    };
    format!(
        "Inloggen is niet gelukt. {who}Controleer je e-mailadres, wachtwoord en code, en of je telefoon de goede tijd \
         heeft. Na {} foute pogingen kun je {} minuten niet inloggen.",
        first.tries,
        first.within.num_minutes()
    )
}

/// Signs out; at the provider too, for who came from there.
pub(super) async fn delete(
    State(web): State<WebState>,
    staff: Staff,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let onwards = staff_trips::sign_out(&web.context, staff.visit.now, &staff.session).await?;
    let response = match onwards {
        Some(url) => {
            let told = Jar::Flash.write(&web, FlashMessage::from(Flash::SignedOut).as_text());
            flash::with_cookie(identity::go_out(&web, &staff.visit, url)?, &told)
        }
        None => flash::redirect(&web, links::STAFF_SIGN_IN, Flash::SignedOut),
    };
    Ok(flash::with_cookie(response, &Jar::Staff.forget(&web)))
}
