//! Changing what a connection and its school gave of themselves: name, BRIN, school domain, region.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::ask::{Ask, AskPage};
use super::desk::{self, Nav};
use super::form_response::Desk;
use super::forms;
use super::school_forms::{self, TypedMove};
use crate::domain::connection::ConnectionDetails;
use crate::domain::text::{Brin, SchoolDomain, SchoolName};
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::details::{self, NewDetails};
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted};
use crate::web::{WebState, page};

/// Shows the form, as things are now.
pub(super) async fn edit(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let file = onboardings::load_file(&web.context, desk.connection).await?;
    let ConnectionDetails { name, domain, region } = &file.connection.details;
    let brin = file.only_school().map(|school| school.details.brin.as_str()).unwrap_or_default();
    let ask = forms::details(&file, [name.as_str(), brin, domain.label(), region.as_str()]);
    page::show(&page_of(&web, &staff, &file, ask))
}

/// With one school, what makes it several or takes it elsewhere stands here too: it is rare.
fn page_of(web: &WebState, staff: &Staff, file: &ConnectionFile, ask: Ask) -> AskPage {
    let only = file.only_school().map(|school| {
        let moving = school_forms::move_school(file, school, &TypedMove::default());
        vec![school_forms::add_school(file, "", ""), moving]
    });
    AskPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_SCHOOLS),
        school: file.connection.details.name.to_string(),
        brin: file.connection.carried.to_string(),
        back: links::staff_school(links::STAFF_SCHOOL, file.connection.id),
        errors: vec![],
        refusal: String::new(),
        is_conflict: false,
        changes: vec![],
        has_many: file.connection.has_many(),
        more: only.unwrap_or_default(),
        ask: ask.alone(&FieldErrors::default()),
    }
}

/// The details as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DetailsForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    brin: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    region: String,
}

/// Changes the details.
pub(super) async fn update(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<DetailsForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let seen = desk::seen(&form.version)?;
    let draw = |file: &ConnectionFile| forms::details(file, [&form.name, &form.brin, &form.domain, &form.region]);
    let mut errors = FieldErrors::default();
    let before = onboardings::load_file(&web.context, desk.connection).await?;
    let Some(details) = parse(&form, before.connection.has_many(), &mut errors) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    let brin = before.only_school().map(|school| school.details.brin.clone());
    if (NewDetails { connection: before.connection.details, brin }) == details {
        return Ok(desk.done(Flash::AlreadySo));
    }
    match details::change(&web.context, &staff.call(), desk.connection, &details, seen).await {
        Ok(()) => Ok(desk.done(Flash::DetailsSent)),
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}

fn parse(form: &DetailsForm, has_many: bool, errors: &mut FieldErrors) -> Option<NewDetails> {
    let name = errors.take("name", SchoolName::parse(&form.name));
    let brin = if has_many { Some(None) } else { errors.take("brin", Brin::parse(&form.brin)).map(Some) };
    let domain = errors.take("domain", SchoolDomain::parse(&form.domain));
    let region = errors.choose("region", form.region.parse().ok(), "Kies een vakantieregio.");
    Some(NewDetails { connection: ConnectionDetails { name: name?, domain: domain?, region: region? }, brin: brin? })
}
