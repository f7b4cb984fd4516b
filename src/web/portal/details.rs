//! The details of the connection and its school, given again after they were sent or taken back.

use axum::extract::State;
use axum::response::Response;

use crate::domain::connection::ConnectionDetails;
use crate::domain::onboarding::{Refusal, Step};
use crate::domain::text::{Brin, SchoolDomain, SchoolName};
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::details::{self, NewDetails};
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::portal::step::come_back;
use crate::web::portal::step_parts::{DetailsForm, Typed};
use crate::web::sure;
use crate::words;

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(mut form): Posted<DetailsForm>,
) -> Result<Response, PageError> {
    if web.limits.check_client(who.visit.client).is_err() {
        let typed = Typed { details: Some(form), ..Typed::too_often() };
        return come_back(&web, &who, Step::DetailsSubmitted, typed).await;
    }
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let mut typed = Typed::default();
    if let Some(details) = read(&form, file.connection.has_many(), &mut typed.errors) {
        match details::submit(&web.context, &who.call(), who.connection(), &details).await {
            Ok(()) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::DetailsSent)),
            Err(ServiceError::Refused(Refusal::AlreadyDone { .. })) => {
                return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::AlreadySo));
            }
            Err(ServiceError::Refused(refusal)) => typed.refusal = words::refusal(&refusal),
            Err(ServiceError::HoldsPassword) => {
                typed.errors.add("school_name", words::HOLDS_PASSWORD);
                form.school_name.clear();
            }
            Err(error) => return Err(error.into()),
        }
    }
    typed.details = Some(form);
    come_back(&web, &who, Step::DetailsSubmitted, typed).await
}

/// Who carries several schools has no BRIN number of its own.
fn read(form: &DetailsForm, has_many: bool, errors: &mut FieldErrors) -> Option<NewDetails> {
    let name = errors.take("school_name", SchoolName::parse_typed(&form.school_name));
    let brin = if has_many { Some(None) } else { errors.take("brin", Brin::parse(&form.brin)).map(Some) };
    let domain = errors.take("domain", SchoolDomain::parse(&form.domain));
    let domain = errors.sure("domain", domain, |domain| sure::domain(domain, &form.sure_domain));
    let region = errors.choose("region", form.region.parse().ok(), "Kies de vakantieregio van jullie school.");
    Some(NewDetails { connection: ConnectionDetails { name: name?, domain: domain?, region: region? }, brin: brin? })
}
