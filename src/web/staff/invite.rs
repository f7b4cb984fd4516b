//! A one-time link: a colleague chooses a password and puts the second factor in an app, or links the account of their organisation
//! ([`super::identity`]).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use qrcode::QrCode;
use qrcode::render::svg;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::crypto::Token;
use crate::crypto::password_hash::StaffPassword;
use crate::crypto::totp::{TotpSecret, otpauth_url};
use crate::links;
use crate::services::people::staff_auth::{self, EnrolError, NewFactor};
use crate::store::people::staff::StaffAccount;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldError, FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::{WebState, page};

/// Why no password is kept.
const PROVIDER_ONLY: &str = "Een wachtwoord kiezen kan hier niet. Open de link uit de mail opnieuw en log in met het account van je \
                             organisatie.";

/// The side of the QR code, in CSS pixels at least: a phone reads it from a screen at arm's length.
const QR_PIXELS: u32 = 220;

#[derive(Template)]
#[template(path = "staff/invite.html")]
struct InvitePage {
    frame: Frame,
    action: String,
    colleague: String,
    email: String,
    /// Our own drawing of the second factor.
    qr: String,
    /// The same, to be typed.
    secret: String,
    /// What it comes from: fresh each time the page is opened, so that whoever saw it before knows nothing.
    key: String,
    /// What is wrong, by field.
    wrong: FieldErrors,
    errors: Vec<FieldError>,
    /// Where to link the account of the organisation instead; empty where that cannot be.
    provider: String,
    /// Whether a password can be chosen.
    takes_password: bool,
}

#[derive(Template)]
#[template(path = "staff/invite_gone.html")]
struct InviteGonePage {
    frame: Frame,
    sign_in: &'static str,
}

/// Shows the second factor and the form; changes nothing.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some(invited) = find(&web, &visit, &token).await? else { return gone(&web, &visit) };
    let key = Token::new(&web.context.chance);
    page::show(&page_of(&web, &visit, &invited, &key, FieldErrors::default())?)
}

/// Whom a link is for.
struct Invited {
    token: Token,
    account: StaffAccount,
}

async fn find(web: &WebState, visit: &Visit, token: &str) -> Result<Option<Invited>, PageError> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    match staff_auth::find_invited(&web.context, visit.now, &token).await {
        Ok(account) => Ok(Some(Invited { token, account })),
        Err(EnrolError::Gone | EnrolError::WrongCode | EnrolError::ProviderOnly) => Ok(None),
        Err(EnrolError::Service(error)) => Err(error.into()),
    }
}

fn gone(web: &WebState, visit: &Visit) -> Result<Response, PageError> {
    let frame = Frame { home: links::STAFF.to_owned(), ..visit.frame(web) };
    page::show_with(StatusCode::NOT_FOUND, &InviteGonePage { frame, sign_in: links::STAFF_SIGN_IN })
}

fn page_of(
    web: &WebState,
    visit: &Visit,
    Invited { token, account }: &Invited,
    key: &Token,
    wrong: FieldErrors,
) -> Result<InvitePage, PageError> {
    let policy = &web.context.sign_in;
    let (email, totp) = (account.email.as_str(), TotpSecret::of_invite(&web.context.keys, key));
    let qr = draw_qr(&otpauth_url(&totp, email)).ok_or(PageError::Broken("a QR code that is too long"))?;
    Ok(InvitePage {
        frame: Frame { home: links::STAFF.to_owned(), ..visit.frame(web) },
        action: links::fill(links::STAFF_INVITE, &[&token.expose_text()]),
        colleague: account.name.to_string(),
        email: email.to_owned(),
        qr,
        secret: groups_of_four(totp.to_base32().expose_secret()),
        key: key.expose_text(),
        errors: wrong.all().to_vec(),
        wrong,
        provider: if policy.has_provider() {
            links::fill(links::STAFF_INVITE_PROVIDER, &[&token.expose_text()])
        } else {
            String::new()
        },
        takes_password: policy.takes_password_of(&account.email),
    })
}

/// A drawing without style attributes, which the Content-Security-Policy would refuse.
pub(super) fn draw_qr(url: &SecretString) -> Option<String> {
    let code = QrCode::new(url.expose_secret()).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS, QR_PIXELS).build();
    let (_, drawn) = drawn.split_once("<svg ")?;
    Some(format!("<svg role=\"img\" aria-label=\"QR-code voor je code-app\" {drawn}"))
}

/// A key as people type it.
pub(super) fn groups_of_four(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// What a colleague chooses; no `Debug`, since it holds a password.
#[derive(Default, Deserialize)]
pub(super) struct EnrolForm {
    #[serde(default)]
    key: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
    #[serde(default)]
    code: String,
}

/// Keeps password and second factor.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    Path(token): Path<String>,
    Posted(form): Posted<EnrolForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    let Some(invited) = find(&web, &visit, &token).await? else { return gone(&web, &visit) };
    let key = Token::parse(&form.key).ok_or(PageError::BadForm)?;
    let mut wrong = FieldErrors::default();
    let is_repeated = form.password == form.again;
    let own = format!("{} {}", invited.account.email, invited.account.name);
    let password = StaffPassword::parse(&form.password.into(), &own);
    let password = password.map_err(|error| wrong.add("password", error.to_string())).ok();
    if password.is_some() && !is_repeated {
        wrong.add("again", "Dit is niet hetzelfde wachtwoord. Typ het twee keer gelijk.");
    }
    if let (Some(password), true) = (password, wrong.is_empty()) {
        let factor = NewFactor { secret: TotpSecret::of_invite(&web.context.keys, &key), code: &form.code };
        match staff_auth::enrol(&web.context, visit.anonymous(), &invited.token, password, factor).await {
            Ok(()) => return Ok(flash::redirect(&web, links::STAFF_SIGN_IN, Flash::Enrolled)),
            Err(EnrolError::WrongCode) => wrong.add(
                "code",
                "Deze code klopt niet. Typ de zes cijfers die nu in de app staan. Kijk ook of je telefoon de goede tijd heeft.",
            ),
            Err(EnrolError::Gone) => return gone(&web, &visit),
            Err(EnrolError::ProviderOnly) => return Err(PageError::Refused(PROVIDER_ONLY.to_owned())),
            Err(EnrolError::Service(error)) => return Err(error.into()),
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&web, &visit, &invited, &key, wrong)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_has_nothing_that_the_policy_refuses() {
        let url =
            SecretString::from("otpauth://totp/Koppelklaar:eva%40kurve.nl?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");

        let drawn = draw_qr(&url).expect("a short link fits");

        assert!(drawn.starts_with("<svg role=\"img\" aria-label=") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(!drawn.contains("style") && !drawn.contains("<?xml") && !drawn.contains("JBSW"));
    }

    #[test]
    fn the_secret_is_typed_in_groups_of_four() {
        assert_eq!(groups_of_four("JBSWY3DPEHPK"), "JBSW Y3DP EHPK");
        assert_eq!(groups_of_four("JBSWY"), "JBSW Y");
    }
}
