//! The school's details, given again after they were sent or taken back.

use axum::extract::State;
use axum::response::Response;

use crate::domain::onboarding::{Refusal, Step};
use crate::domain::school::SchoolDetails;
use crate::domain::text::{Brin, SchoolDomain, SchoolName};
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::schools;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::portal::step::come_back;
use crate::web::portal::step_parts::{DetailsForm, Typed};
use crate::words;

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<DetailsForm>,
) -> Result<Response, PageError> {
    if web.limits.check_client(who.visit.client).is_err() {
        let typed = Typed { details: Some(form), ..Typed::too_often() };
        return come_back(&web, &who, Step::DetailsSubmitted, typed).await;
    }
    let mut typed = Typed::default();
    if let Some(details) = read(&form, &mut typed.errors) {
        match schools::submit_details(&web.context, &who.call(), who.connection(), &details).await {
            Ok(()) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::DetailsSent)),
            Err(ServiceError::Refused(Refusal::AlreadyDone { .. })) => {
                return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::AlreadySo));
            }
            Err(ServiceError::BrinTaken) => typed.errors.add("brin", BRIN_TAKEN),
            Err(ServiceError::Refused(refusal)) => typed.refusal = words::refusal(&refusal),
            Err(error) => return Err(error.into()),
        }
    }
    typed.details = Some(form);
    come_back(&web, &who, Step::DetailsSubmitted, typed).await
}

const BRIN_TAKEN: &str = "Dit BRIN-nummer hoort al bij een andere school in Koppelklaar. Kijk het na. Heeft jullie school \
                          meer vestigingen? Vul dan ook de twee cijfers van de vestiging in. Klopt het toch? Mail Kurve.";

fn read(form: &DetailsForm, errors: &mut FieldErrors) -> Option<SchoolDetails> {
    let name = errors.take("school_name", SchoolName::parse(&form.school_name));
    let brin = errors.take("brin", Brin::parse(&form.brin));
    let domain = errors.take("domain", SchoolDomain::parse(&form.domain));
    let region = errors.choose("region", form.region.parse().ok(), "Kies de vakantieregio van jullie school.");
    Some(SchoolDetails { name: name?, brin: brin?, domain: domain?, region: region? })
}
