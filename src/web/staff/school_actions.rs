//! What Kurve does to one school of a connection: activating, stopping, reopening, and its name and BRIN.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::form_response::{Desk, FormAction};
use super::lifecycle::VersionForm;
use super::{desk, school_forms};
use crate::domain::onboarding::{Command, Ground};
use crate::domain::school::SchoolDetails;
use crate::domain::text::{Brin, Reason, SchoolName};
use crate::services::ServiceError;
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::onboarding::{details, schools};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted};

/// The connection and the school in a path.
#[derive(Deserialize)]
pub(super) struct SchoolPath {
    pub(super) connection: String,
    pub(super) school: String,
}

/// "Activeren".
#[derive(Debug, Default, Deserialize)]
pub(super) struct ActivateForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    ground: String,
}

/// Activates one school.
pub(super) async fn activate(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(path): Path<SchoolPath>,
    Posted(form): Posted<ActivateForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &path.connection)?, desk::seen(&form.version)?);
    let school = desk.school(&path.school).await?;
    let draw = |file: &ConnectionFile| school_forms::activate(file, &school, &form.ground, staff.visit.now);
    let mut errors = FieldErrors::default();
    let ground = match form.ground.trim() {
        "" => Some(Ground::Word),
        _ => errors.take("ground", Reason::parse(&form.ground)).map(Ground::Remark),
    };
    let Some(ground) = ground else { return desk.wrong(Some(seen), errors, draw).await };
    let command = Command::Activate { school: school.id, ground };
    desk.respond(FormAction { seen, command, flash: Flash::SchoolActivated, to: desk.page() }, draw).await
}

/// With a reason.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ReasonForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    reason: String,
}

/// Takes the activation of one school back.
pub(super) async fn deactivate(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(path): Path<SchoolPath>,
    Posted(form): Posted<ReasonForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &path.connection)?, desk::seen(&form.version)?);
    let school = desk.school(&path.school).await?;
    let draw = |file: &ConnectionFile| school_forms::deactivate(file, &school, &form.reason);
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", Reason::parse(&form.reason)) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    let command = Command::Deactivate { school: school.id, reason };
    desk.respond(FormAction { seen, command, flash: Flash::SentBack, to: desk.page() }, draw).await
}

/// Withdraws a school.
pub(super) async fn withdraw(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(path): Path<SchoolPath>,
    Posted(form): Posted<school_forms::WithdrawForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &path.connection)?, desk::seen(&form.version)?);
    let school = desk.school(&path.school).await?;
    let draw = |file: &ConnectionFile| school_forms::withdraw(file, &school, &form);
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", Reason::parse(&form.reason)) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    let flash = desk.one_or_many(Flash::Withdrawn, Flash::SchoolWithdrawn).await?;
    let command = Command::Withdraw { school: school.id, reason, chose_option_b: form.chose_option_b() };
    desk.respond(FormAction { seen, command, flash, to: desk.page() }, draw).await
}

/// Takes a withdrawn school up again.
pub(super) async fn reopen(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(path): Path<SchoolPath>,
    Posted(form): Posted<VersionForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &path.connection)?, desk::seen(&form.version)?);
    let school = desk.school(&path.school).await?;
    let flash = desk.one_or_many(Flash::Reopened, Flash::SchoolReopened).await?;
    let command = Command::Reopen { school: school.id };
    let draw = |file: &ConnectionFile| school_forms::reopen(file, &school);
    desk.respond(FormAction { seen, command, flash, to: desk.page() }, draw).await
}

/// A school as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SchoolForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    brin: String,
}

impl SchoolForm {
    fn parse(&self, errors: &mut FieldErrors) -> Option<SchoolDetails> {
        let name = errors.take("name", SchoolName::parse(&self.name));
        let brin = errors.take("brin", Brin::parse(&self.brin));
        Some(SchoolDetails { name: name?, brin: brin? })
    }
}

/// Adds a school to the connection.
pub(super) async fn add(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(connection): Path<String>,
    Posted(form): Posted<SchoolForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &connection)?, desk::seen(&form.version)?);
    let draw = |file: &ConnectionFile| school_forms::add_school(file, &form.name, &form.brin);
    let mut errors = FieldErrors::default();
    let Some(new) = form.parse(&mut errors) else { return desk.wrong(Some(seen), errors, draw).await };
    match schools::add(&web.context, &staff.call(), desk.connection, new.clone(), seen).await {
        Ok(()) => Ok(desk.done(Flash::SchoolAdded)),
        Err(ServiceError::BrinTaken | ServiceError::Conflict) if is_here(&desk, &new).await? => {
            Ok(desk.done(Flash::AlreadySo))
        }
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}

/// Whether exactly this school is here: the form arrived twice.
async fn is_here(desk: &Desk<'_>, new: &SchoolDetails) -> Result<bool, PageError> {
    let file = onboardings::load_file(&desk.web.context, desk.connection).await?;
    Ok(file.schools.iter().any(|school| school.details == *new))
}

/// Changes the name and BRIN of one of several schools.
pub(super) async fn update(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(path): Path<SchoolPath>,
    Posted(form): Posted<SchoolForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &path.connection)?, desk::seen(&form.version)?);
    let school = desk.school(&path.school).await?;
    let draw = |file: &ConnectionFile| school_forms::change_school(file, &school, &form.name, &form.brin);
    let mut errors = FieldErrors::default();
    let Some(new) = form.parse(&mut errors) else { return desk.wrong(Some(seen), errors, draw).await };
    if school.details == new {
        return Ok(desk.done(Flash::AlreadySo));
    }
    let place = desk.place_of(&school);
    match details::change_school(&web.context, &staff.call(), place, &new, seen).await {
        Ok(()) => Ok(desk.done(Flash::DetailsSent)),
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}
