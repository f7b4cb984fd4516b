//! Laying the onboarding aside for a while, and taking it up again.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::onboarding::{Command, Lifecycle, Refusal};
use crate::domain::text::Reason;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::words;

#[derive(Debug, Default, Deserialize)]
pub(super) struct PauseForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: String,
}

#[derive(Template)]
#[template(path = "portal/pause.html")]
struct PausePage {
    frame: Frame,
    around: Around,
    form: PauseForm,
    errors: FieldErrors,
    /// Until when it is paused now; empty if it is not.
    paused_until: String,
    paused_reason: String,
    /// Why pausing is of no use; empty if it is.
    refusal: String,
    path: String,
    resume_path: String,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let kept = kept::typed(&web, &who.visit, &who.at(links::SCHOOL_PAUSE)).await?;
    let came_back = kept.is_some();
    let page = build(&web, &who, kept, FieldErrors::default()).await?;
    page::show(&PausePage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(mut form): Posted<PauseForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let reason = errors.take("reason", Reason::parse(&form.reason));
    let until = errors.date("until", &form.until, "Vul in wanneer jullie verdergaan: dag, maand en jaar.");
    if let (Some(reason), Some(until)) = (reason, until) {
        let command = Command::Pause { reason, until };
        match onboardings::act(&web.context, &who.call(), who.connection(), &command, None).await {
            Ok(()) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::Paused)),
            Err(ServiceError::Refused(refusal @ Refusal::BadResumeDate)) => {
                errors.add("until", words::refusal(&refusal))
            }
            // The page says so.
            Err(ServiceError::Refused(Refusal::NotVouched)) => {}
            Err(ServiceError::HoldsPassword) => {
                errors.add("reason", words::HOLDS_PASSWORD);
                form.reason.clear();
            }
            Err(error) => return Err(error.into()),
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&web, &who, Some(form), errors).await?)
}

pub(super) async fn resume(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let flash = match onboardings::act(&web.context, &who.call(), who.connection(), &Command::Resume, None).await {
        Ok(()) => Flash::Resumed,
        Err(ServiceError::Refused(Refusal::NotPaused)) => Flash::AlreadySo,
        Err(error) => return Err(error.into()),
    };
    Ok(flash::redirect(&web, &who.at(links::SCHOOL), flash))
}

/// The page with what was typed; or else with the pause that there is, so that nobody fills it in again to change it.
async fn build(
    web: &WebState,
    who: &SchoolContact,
    typed: Option<PauseForm>,
    errors: FieldErrors,
) -> Result<PausePage, PageError> {
    let Opened { frame, around, file } = open(web, who, "").await?;
    let (paused_until, known) = match file.state.lifecycle() {
        Lifecycle::Paused { until, reason, .. } => {
            (words::date_only_nl(until), PauseForm { reason: reason.to_string(), until: until.to_string() })
        }
        Lifecycle::Active | Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => Default::default(),
    };
    let paused_reason = known.reason.clone();
    let form = typed.unwrap_or(known);
    let refusal = match file.state.lifecycle() {
        Lifecycle::Withdrawn { .. } => words::refusal(&Refusal::IsWithdrawn),
        Lifecycle::Completed { .. } => words::refusal(&Refusal::IsCompleted),
        Lifecycle::Active | Lifecycle::Paused { .. } if !who.contact.is_vouched() => {
            words::refusal(&Refusal::NotVouched)
        }
        Lifecycle::Active | Lifecycle::Paused { .. } => String::new(),
    };
    let (path, resume_path) = (who.at(links::SCHOOL_PAUSE), who.at(links::SCHOOL_RESUME));
    Ok(PausePage { frame, around, form, errors, paused_until, paused_reason, refusal, path, resume_path })
}
