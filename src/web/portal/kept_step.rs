//! What was typed in one of the forms on a step's page before the session ended.

use serde::Deserialize;

use crate::domain::onboarding::Step;
use crate::links;
use crate::services::ServiceError;
use crate::web::WebState;
use crate::web::extract::SchoolContact;
use crate::web::kept;
use crate::web::portal::step_parts::{DetailsForm, HandOverForm, Section, Typed};

/// "Het lukt niet".
#[derive(Deserialize)]
struct StuckForm {
    #[serde(default)]
    reason: String,
}

/// "Dit is gedaan", of a step that takes a ticket.
#[derive(Deserialize)]
struct TicketForm {
    #[serde(default)]
    ticket: String,
}

/// What is kept of a step's page, if anything is: its form stands open with it.
pub(super) async fn typed(web: &WebState, who: &SchoolContact, step: Step) -> Result<Option<Typed>, ServiceError> {
    let visit = &who.visit;
    if visit.kept().is_none() {
        return Ok(None);
    }
    if let Some(StuckForm { reason }) = kept::typed(web, visit, &who.at_step(links::SCHOOL_STUCK, step)).await? {
        return Ok(Some(Typed { reason, section: Section::Stuck, ..Typed::default() }));
    }
    if let Some(colleague) = kept::typed(web, visit, &who.at_step(links::SCHOOL_HAND_OVER, step)).await? {
        let colleague: HandOverForm = colleague;
        return Ok(Some(Typed { colleague, section: Section::HandOver, ..Typed::default() }));
    }
    if let Some(TicketForm { ticket }) = kept::typed(web, visit, &who.at_step(links::SCHOOL_CLAIM, step)).await? {
        return Ok(Some(Typed { ticket, section: Section::Claim, ..Typed::default() }));
    }
    if step == Step::DetailsSubmitted
        && let Some(details) = kept::typed(web, visit, &who.at(links::SCHOOL_DETAILS)).await?
    {
        let details: DetailsForm = details;
        return Ok(Some(Typed { details: Some(details), ..Typed::default() }));
    }
    Ok(None)
}
