//! Notes about a connection, for Kurve's eyes only.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::form_response::Desk;
use super::forms;
use crate::domain::text::NoteText;
use crate::services::onboarding::schools;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted};

/// A note as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NoteForm {
    #[serde(default)]
    text: String,
}

/// Writes a note.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<NoteForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let mut errors = FieldErrors::default();
    let Some(text) = errors.take("text", NoteText::parse(&form.text)) else {
        return desk.wrong(None, errors, |file| forms::note(file, &form.text)).await;
    };
    match schools::add_note(&web.context, &staff.call(), desk.connection, text).await {
        Ok(()) => Ok(desk.done(Flash::NoteAdded)),
        Err(error) => desk.refuse(None, error, |file| forms::note(file, &form.text)).await,
    }
}
