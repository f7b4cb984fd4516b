//! Another second factor of one's own: a fresh key in the code app, with the present password.
//!
//! The page changes nothing: the key follows from a token in the form, by our own keys, and is stored once its owner typed a code
//! of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::account::{LOCKED, PROVIDER_ONLY, WRONG_PASSWORD};
use super::desk::{self, Nav};
use super::invite::{draw_qr, groups_of_four};
use crate::crypto::Token;
use crate::crypto::totp::{TotpSecret, otpauth_url};
use crate::links;
use crate::services::people::own_account::{self, NewFactor, OwnAccountError, Owner};
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldError, FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::{WebState, page};

#[derive(Template)]
#[template(path = "staff/account_factor.html")]
struct FactorPage {
    frame: Frame,
    nav: Nav,
    email: String,
    /// Our own drawing of the second factor.
    qr: String,
    /// The same, to be typed.
    secret: String,
    /// What the second factor follows from.
    key: String,
    /// What is wrong, by field.
    wrong: FieldErrors,
    errors: Vec<FieldError>,
    /// Why what was asked cannot be; empty when nothing was.
    refusal: &'static str,
}

/// Shows a fresh second factor and the form.
pub(super) async fn show(State(web): State<WebState>, staff: Staff) -> Result<Response, PageError> {
    let key = Token::new(&web.context.chance);
    page::show(&page_of(&web, &staff, &key, FieldErrors::default())?)
}

fn page_of(web: &WebState, staff: &Staff, key: &Token, wrong: FieldErrors) -> Result<FactorPage, PageError> {
    let totp = TotpSecret::of_invite(&web.context.keys, key);
    let email = staff.account.email.as_str();
    Ok(FactorPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_ACCOUNT),
        qr: draw_qr(&otpauth_url(&totp, email)).ok_or(PageError::Broken("a QR code that is too long"))?,
        secret: groups_of_four(totp.to_base32().expose_secret()),
        email: email.to_owned(),
        key: key.expose_text(),
        errors: wrong.all().to_vec(),
        wrong,
        refusal: "",
    })
}

/// What someone types; no `Debug`, since it holds secrets.
#[derive(Default, Deserialize)]
pub(super) struct FactorForm {
    #[serde(default)]
    key: String,
    #[serde(default)]
    present: String,
    #[serde(default)]
    code: String,
}

/// Changes one's own second factor.
pub(super) async fn change(
    State(web): State<WebState>,
    staff: Staff,
    Posted(form): Posted<FactorForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(staff.visit.client)?;
    let key = Token::parse(&form.key).ok_or(PageError::BadForm)?;
    let (call, present) = (staff.call(), SecretString::from(form.present));
    let owner = Owner { call: &call, session: &staff.session, client: &staff.visit.origin, present };
    let factor = NewFactor { secret: TotpSecret::of_invite(&web.context.keys, &key), code: &form.code };
    let (mut wrong, mut refusal) = (FieldErrors::default(), "");
    match own_account::change_factor(&web.context, owner, factor).await {
        Ok(()) => return Ok(flash::redirect(&web, links::STAFF_ACCOUNT, Flash::Crew(CrewDone::FactorChanged))),
        Err(OwnAccountError::WrongPassword) => wrong.add("present", WRONG_PASSWORD),
        Err(OwnAccountError::WrongCode) => {
            wrong.add("code", "Deze code klopt niet. Typ de zes cijfers die nu bij de nieuwe sleutel in de app staan.")
        }
        Err(OwnAccountError::Locked) => refusal = LOCKED,
        Err(OwnAccountError::ProviderOnly) => refusal = PROVIDER_ONLY,
        Err(OwnAccountError::Service(error)) => return Err(error.into()),
    }
    let page = FactorPage { refusal, ..page_of(&web, &staff, &key, wrong)? };
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
