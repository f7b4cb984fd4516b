//! "Import gedaan": the school reports that it imported.

use axum::extract::State;
use axum::response::Response;

use crate::domain::onboarding::Command;
use crate::links;
use crate::services::onboarding::onboardings;
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{Posted, Pressed};

pub(super) async fn create(
    State(site): State<Site>,
    who: SchoolContact,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    onboardings::act(&site.office, &who.call(), who.school(), &Command::ReportImported, None).await?;
    Ok(flash::redirect(&site, links::SCHOOL, Flash::ImportReported))
}
