//! The onboarding as a whole: pausing and resuming. Each school stops by itself, in [`super::school_actions`].

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::form_response::{Desk, FormAction};
use super::{desk, forms};
use crate::domain::onboarding::Command;
use crate::domain::text::Reason;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted, parse_date};

/// "Pauzeren".
#[derive(Debug, Default, Deserialize)]
pub(super) struct PauseForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: String,
}

/// Pauses a connection.
pub(super) async fn pause(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<PauseForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let seen = desk::seen(&form.version)?;
    let draw = |file: &ConnectionFile| forms::pause(file, &form.reason, &form.until);
    let mut errors = FieldErrors::default();
    let reason = errors.take("reason", Reason::parse(&form.reason));
    let until =
        errors.choose("until", parse_date(&form.until), "Kies een dag na vandaag, en maximaal een jaar vooruit.");
    let (Some(reason), Some(until)) = (reason, until) else { return desk.wrong(Some(seen), errors, draw).await };
    let command = Command::Pause { reason, until };
    desk.respond(FormAction { seen, command, flash: Flash::PausedByKurve, to: desk.page() }, draw).await
}

/// A button for what the page showed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct VersionForm {
    #[serde(default)]
    pub(super) version: String,
}

/// Resumes a connection.
pub(super) async fn resume(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<VersionForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let seen = desk::seen(&form.version)?;
    desk.respond(FormAction { seen, command: Command::Resume, flash: Flash::Resumed, to: desk.page() }, forms::resume)
        .await
}
