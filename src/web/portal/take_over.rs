//! "Overnemen": a contact takes a step that a colleague has, or that is nobody's in particular.

use axum::extract::State;
use axum::response::Response;

use crate::domain::onboarding::Refusal;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::take_over;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{Posted, Pressed};
use crate::web::portal::opened::StepPath;
use crate::web::portal::step::come_back;
use crate::web::portal::step_parts::Typed;
use crate::words;

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    StepPath(step): StepPath,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let page = who.at_step(links::SCHOOL_STEP, step);
    match take_over::take_over(&web.context, &who.call(), who.connection(), step).await {
        Ok(()) => Ok(flash::redirect(&web, &page, Flash::TakenOver)),
        Err(ServiceError::Refused(Refusal::AlreadyDone { .. })) => Ok(flash::redirect(&web, &page, Flash::AlreadySo)),
        Err(ServiceError::Refused(refusal)) => {
            come_back(&web, &who, step, Typed::refused(words::refusal(&refusal))).await
        }
        Err(error) => Err(error.into()),
    }
}
