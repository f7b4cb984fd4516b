//! "Import gedaan": the school reports that it imported.

use axum::extract::State;
use axum::response::Response;

use crate::domain::onboarding::Command;
use crate::links;
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{Posted, Pressed};

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let school = file.only_school().ok_or(PageError::BadForm)?.id;
    let command = Command::ReportImported { school };
    onboardings::act(&web.context, &who.call(), who.connection(), &command, None).await?;
    Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::ImportReported))
}
