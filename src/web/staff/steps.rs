//! Kurve's part of the steps: confirming, sending back, answering.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::form_response::{Desk, FormAction};
use super::forms::TypedGround;
use super::lifecycle::VersionForm;
use super::worklist_query::Back;
use super::{desk, forms};
use crate::domain::onboarding::{Command, Ground, Refusal};
use crate::domain::text::{Reason, TicketRef};
use crate::services::ServiceError;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::onboarding::undo::{self, Undone};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted};

/// A step is done, by Kurve's word.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ConfirmForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    ground: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    back: String,
    /// Whether the next row of the worklist is to open.
    #[serde(default)]
    next: String,
}

/// Confirms a step.
pub(super) async fn confirm(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<ConfirmForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let (seen, step) = (desk::seen(&form.version)?, desk::step(&form.step)?);
    let back = Back::read(&form.back, &form.next);
    let draw = |file: &ConnectionFile| {
        let typed = TypedGround { ground: &form.ground, ticket: &form.ticket };
        forms::confirm(file, step, typed, staff.visit.now).back(&back)
    };
    let mut errors = FieldErrors::default();
    let ground = parse_ground(&form, &mut errors);
    let (Some(ground), true) = (ground, errors.is_empty()) else { return desk.wrong(Some(seen), errors, draw).await };
    let to = back.follow(&desk).await?;
    desk.respond(FormAction { seen, command: Command::Confirm { step, ground }, flash: Flash::Confirmed, to }, draw)
        .await
}

/// Undoes the press after which the onboarding had a version.
pub(super) async fn undo(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<VersionForm>,
) -> Result<Response, PageError> {
    let (desk, version) = (Desk::at(&web, &staff, &school)?, desk::seen(&form.version)?);
    match undo::undo_activation(&web.context, &staff.call(), desk.connection, version).await {
        Ok(Undone::Silently) => Ok(desk.done(Flash::Undone)),
        Ok(Undone::Told) => Ok(desk.done(Flash::UndoneAndTold)),
        Err(ServiceError::Refused(Refusal::NotDone { .. })) => Ok(desk.done(Flash::AlreadySo)),
        Err(error) => Err(error.into()),
    }
}

fn parse_ground(form: &ConfirmForm, errors: &mut FieldErrors) -> Option<Ground> {
    match (form.ground.trim().is_empty(), form.ticket.trim().is_empty()) {
        (true, true) => Some(Ground::Word),
        (false, true) => errors.take("ground", Reason::parse(&form.ground)).map(Ground::Remark),
        (true, false) => errors.take("ticket", TicketRef::parse(&form.ticket)).map(Ground::Ticket),
        (false, false) => {
            errors.add("ground", "Vul het ticketnummer in of een uitleg, niet allebei.");
            None
        }
    }
}

/// "Terugsturen".
#[derive(Debug, Default, Deserialize)]
pub(super) struct SendBackForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    reason: String,
}

/// Sends a step back.
pub(super) async fn send_back(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<SendBackForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let (seen, step) = (desk::seen(&form.version)?, desk::step(&form.step)?);
    let draw = |file: &ConnectionFile| forms::send_back(file, step, &form.reason);
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", Reason::parse(&form.reason)) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    let command = Command::SendBack { step, reason };
    desk.respond(FormAction { seen, command, flash: Flash::SentBack, to: desk.page() }, draw).await
}

/// "Antwoorden".
#[derive(Debug, Default, Deserialize)]
pub(super) struct AnswerForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    back: String,
    #[serde(default)]
    next: String,
}

/// Answers a step that is stuck.
pub(super) async fn answer(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<AnswerForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let (seen, step) = (desk::seen(&form.version)?, desk::step(&form.step)?);
    let back = Back::read(&form.back, &form.next);
    let draw = |file: &ConnectionFile| forms::answer(file, step, &form.answer).back(&back);
    let mut errors = FieldErrors::default();
    let Some(answer) = errors.take("answer", Reason::parse(&form.answer)) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    let command = Command::AnswerStuck { step, answer };
    let to = back.follow(&desk).await?;
    desk.respond(FormAction { seen, command, flash: Flash::Answered, to }, draw).await
}
