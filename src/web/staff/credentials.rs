//! Issuing and renewing password and query, and handing them over again. No page of Kurve ever shows the password.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::form_response::{Desk, FormAction};
use super::grounds::GroundForm;
use super::worklist_query::Back;
use super::{desk, forms};
use crate::domain::onboarding::Command;
use crate::domain::text::Reason;
use crate::services::ServiceError;
use crate::services::onboarding::credentials::{self, Issued, NewVouch};
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted};

/// Issuing, with who picks it up.
#[derive(Debug, Default, Deserialize)]
pub(super) struct IssueForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    contact: String,
    #[serde(flatten)]
    known: GroundForm,
    #[serde(default)]
    back: String,
    /// Whether the next row of the worklist is to open.
    #[serde(default)]
    next: String,
}

/// Issues or renews credentials.
pub(super) async fn issue(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<IssueForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let (seen, call) = (desk::seen(&form.version)?, staff.call());
    let back = Back::read(&form.back, &form.next);
    let draw = |file: &ConnectionFile| forms::issue(file, &call, &form.contact, form.known.words()).back(&back);
    let mut errors = FieldErrors::default();
    let vouch = parse_vouch(&form, &mut errors);
    if !errors.is_empty() {
        return desk.wrong(Some(seen), errors, draw).await;
    }
    let to = back.follow(&desk).await?;
    let done = credentials::issue(&web.context, &call, desk.connection, vouch, Some(seen)).await;
    if matches!(done, Err(ServiceError::NotFound)) && !form.contact.is_empty() {
        errors.add("contact", "Deze contactpersoon is intussen verwijderd. Kies iemand anders.");
        return desk.wrong(Some(seen), errors, draw).await;
    }
    let action = FormAction { seen, command: Command::IssueCredentials, flash: Flash::Issued, to };
    desk.answer(action, done, draw).await
}

/// For whom Kurve vouches along with it; nobody when neither field was filled in.
fn parse_vouch(form: &IssueForm, errors: &mut FieldErrors) -> Option<NewVouch> {
    let ground = form.known.words();
    if form.contact.is_empty() && ground.trim().is_empty() {
        return None;
    }
    let contact = errors.choose("contact", form.contact.parse().ok(), "Kies wie het wachtwoord ophaalt.");
    let ground = errors.take("ground", Reason::parse(ground));
    Some(NewVouch { contact: contact?, ground: ground? })
}

/// The same credentials again.
#[derive(Debug, Default, Deserialize)]
pub(super) struct HandAgainForm {
    #[serde(default)]
    expires: String,
}

/// Hands the same credentials over again.
pub(super) async fn hand_again(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<HandAgainForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let seen = Some(form.expires.as_str()).filter(|seen| !seen.is_empty());
    match credentials::hand_over_again(&web.context, &staff.call(), desk.connection, seen).await {
        Ok(()) => Ok(desk.done(Flash::HandedAgain)),
        Err(ServiceError::Conflict) => Ok(desk.done(Flash::AlreadySo)),
        Err(error) => desk.refuse(None, error, |file| forms::hand_again(file, &form.expires)).await,
    }
}

/// Changes with every hand-over, so a second press of the same button shows.
pub(super) fn expires_mark(issued: &Issued) -> String {
    credentials::hand_over_mark(issued.version, issued.expires_at)
}
