//! One's own account: another password, and where one is signed in. Another second factor is in [`super::account_factor`], the
//! account of one's organisation in [`super::account_identity`].

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::desk::{self, Nav};
use crate::crypto::password_hash::StaffPassword;
use crate::domain::ids::SessionId;
use crate::links;
use crate::services::people::own_account::{self, OwnAccountError, OwnSession, Owner};
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldError, FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// What stands in the form that ends all sessions but this one.
const ALL_OTHERS: &str = "andere";

/// What someone reads whose present password is another one.
pub(super) const WRONG_PASSWORD: &str = "Dit is niet het wachtwoord waarmee je nu inlogt.";

/// What someone reads whose account is locked for a while.
pub(super) const LOCKED: &str =
    "Er is te vaak een fout wachtwoord getypt. Wacht minstens een kwartier en probeer het dan opnieuw.";

/// What someone reads who has no password, since all but one sign in elsewhere.
pub(super) const PROVIDER_ONLY: &str =
    "Je logt hier in met het account van je organisatie. Een wachtwoord en een code-app gebruik je niet.";

/// A session as the page shows it.
struct SessionRow {
    id: String,
    began: String,
    seen: String,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "staff/account.html")]
struct AccountPage {
    frame: Frame,
    nav: Nav,
    name: String,
    email: String,
    /// The same as people read it.
    shown: String,
    role: &'static str,
    sessions: Vec<SessionRow>,
    all_others: &'static str,
    /// Whether the account of one's organisation can be used here.
    has_provider: bool,
    /// Since when that is linked; empty when it is not.
    linked: String,
    /// Whether there is a password, and it may be used.
    has_password: bool,
    /// What is wrong, by field.
    wrong: FieldErrors,
    errors: Vec<FieldError>,
    /// Why what was asked cannot be; empty when nothing was.
    refusal: &'static str,
}

/// Shows it.
pub(super) async fn show(State(web): State<WebState>, staff: Staff) -> Result<Response, PageError> {
    page::show(&page_of(&web, &staff, FieldErrors::default(), "").await?)
}

async fn page_of(
    web: &WebState,
    staff: &Staff,
    wrong: FieldErrors,
    refusal: &'static str,
) -> Result<AccountPage, PageError> {
    let sessions = own_account::list_sessions(&web.context, &staff.call(), &staff.session).await?;
    Ok(AccountPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_ACCOUNT),
        name: staff.account.name.to_string(),
        email: staff.account.email.to_string(),
        shown: staff.account.email.shown(),
        role: words::role_name(staff.account.role),
        sessions: sessions.into_iter().map(session_row).collect(),
        all_others: ALL_OTHERS,
        has_provider: web.context.provider.is_some(),
        linked: staff.account.linked_at.map(words::date_nl).unwrap_or_default(),
        has_password: staff.account.password_hash.is_some()
            && web.context.sign_in.takes_password_of(&staff.account.email),
        errors: wrong.all().to_vec(),
        wrong,
        refusal,
    })
}

fn session_row(session: OwnSession) -> SessionRow {
    SessionRow {
        id: session.id.to_string(),
        began: words::moment_nl(session.began_at),
        seen: words::moment_nl(session.last_seen_at),
        is_this: session.is_this,
    }
}

/// Another password; no `Debug`, since it holds two.
#[derive(Default, Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    present: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// Changes one's own password.
pub(super) async fn change_password(
    State(web): State<WebState>,
    staff: Staff,
    Posted(form): Posted<PasswordForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(staff.visit.client)?;
    let mut wrong = FieldErrors::default();
    if form.present.is_empty() {
        wrong.add("present", "Typ eerst het wachtwoord waarmee je nu inlogt.");
    }
    let is_repeated = form.password == form.again;
    let own = format!("{} {}", staff.account.email, staff.account.name);
    let password = StaffPassword::parse(&form.password.into(), &own);
    let password = password.map_err(|error| wrong.add("password", error.to_string())).ok();
    if password.is_some() && !is_repeated {
        wrong.add("again", "Dit is niet hetzelfde wachtwoord. Typ het twee keer gelijk.");
    }
    let mut refusal = "";
    if let (Some(password), true) = (password, wrong.is_empty()) {
        let call = staff.call();
        let present = SecretString::from(form.present);
        let owner = Owner { call: &call, session: &staff.session, client: &staff.visit.origin, present };
        match own_account::change_password(&web.context, owner, password).await {
            Ok(()) => return Ok(flash::redirect(&web, links::STAFF_ACCOUNT, Flash::Crew(CrewDone::PasswordChanged))),
            Err(OwnAccountError::WrongPassword | OwnAccountError::WrongCode) => wrong.add("present", WRONG_PASSWORD),
            Err(OwnAccountError::Locked) => refusal = LOCKED,
            Err(OwnAccountError::ProviderOnly) => refusal = PROVIDER_ONLY,
            Err(OwnAccountError::Service(error)) => return Err(error.into()),
        }
    }
    show_again(&web, &staff, wrong, refusal).await
}

/// The page again, with why not.
pub(super) async fn show_again(
    web: &WebState,
    staff: &Staff,
    wrong: FieldErrors,
    refusal: &'static str,
) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page_of(web, staff, wrong, refusal).await?)
}

/// Which session ends.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SessionForm {
    #[serde(default)]
    session: String,
}

/// Ends one of one's own sessions, or all others.
pub(super) async fn end_sessions(
    State(web): State<WebState>,
    staff: Staff,
    Posted(form): Posted<SessionForm>,
) -> Result<Response, PageError> {
    let did = if form.session == ALL_OTHERS {
        own_account::end_other_sessions(&web.context, &staff.call(), &staff.session).await?
    } else {
        let id: SessionId = form.session.parse().map_err(|_| PageError::BadForm)?;
        own_account::end_session(&web.context, &staff.call(), id).await?
    };
    let flash = if did { Flash::Crew(CrewDone::SessionsEnded) } else { Flash::AlreadySo };
    Ok(flash::redirect(&web, links::STAFF_ACCOUNT, flash))
}
