//! What a school says of a step: "Klaar melden", "Toch niet klaar" and "Het lukt niet".

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::onboarding::{Command, Ground, Refusal, Step};
use crate::domain::text::{Reason, TicketRef};
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::reach;
use crate::services::messages::receiving::{self, Stuck};
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::portal::messages;
use crate::web::portal::onwards;
use crate::web::portal::opened::StepPath;
use crate::web::portal::step::come_back;
use crate::web::portal::step_parts::{Section, Typed};
use crate::web::upload::PostedFiles;
use crate::words;

/// "Klaar melden": the ticket number for the steps that take one, the version for the password.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ClaimForm {
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    credential_version: String,
}

pub(super) async fn claim(
    State(web): State<WebState>,
    who: SchoolContact,
    StepPath(step): StepPath,
    Posted(form): Posted<ClaimForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let ground = if step.takes_ticket() && !form.ticket.trim().is_empty() {
        errors.take("ticket", TicketRef::parse(&form.ticket)).map(Ground::Ticket)
    } else {
        Some(Ground::Word)
    };
    let Some(ground) = ground else {
        return come_back(
            &web,
            &who,
            step,
            Typed { errors, ticket: form.ticket, section: Section::Claim, ..Typed::default() },
        )
        .await;
    };
    let command = Command::Claim { step, ground, credential_version: seen_version(step, &form) };
    match onboardings::act(&web.context, &who.call(), who.connection(), &command, None).await {
        Ok(()) => {
            let to = onwards::after_step(&web, &who).await?;
            Ok(flash::redirect(&web, &to, Flash::StepDone.about(step)))
        }
        Err(ServiceError::Refused(Refusal::AlreadyDone { .. })) => {
            Ok(flash::redirect(&web, &onwards::after_step(&web, &who).await?, Flash::AlreadySo))
        }
        Err(ServiceError::Refused(refusal)) => {
            let typed =
                Typed { ticket: form.ticket, section: Section::Claim, ..Typed::refused(words::refusal(&refusal)) };
            come_back(&web, &who, step, typed).await
        }
        Err(ServiceError::HoldsPassword) => {
            let mut typed = Typed { section: Section::Claim, ..Typed::default() };
            typed.errors.add("ticket", words::HOLDS_PASSWORD);
            come_back(&web, &who, step, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The version that the page showed. A claim of the password without one is about no password that we know of.
fn seen_version(step: Step, form: &ClaimForm) -> Option<u32> {
    let seen = form.credential_version.parse().ok();
    if step == Step::PasswordSet { Some(seen.unwrap_or(0)) } else { seen }
}

pub(super) async fn take_back(
    State(web): State<WebState>,
    who: SchoolContact,
    StepPath(step): StepPath,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let page = who.at_step(links::SCHOOL_STEP, step);
    match onboardings::act(&web.context, &who.call(), who.connection(), &Command::TakeBack { step }, None).await {
        Ok(()) => Ok(flash::redirect(&web, &page, Flash::StepTakenBack.about(step))),
        Err(ServiceError::Refused(Refusal::NotDone { .. })) => Ok(flash::redirect(&web, &page, Flash::AlreadySo)),
        Err(ServiceError::Refused(refusal)) => {
            come_back(&web, &who, step, Typed::refused(words::refusal(&refusal))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What somebody is asked who says no more than that it does not work.
const WHAT_HAPPENED: &str = "Schrijf op wat er gebeurde: wat deed je, en wat zag je toen op je scherm?";

pub(super) async fn report_stuck(
    State(web): State<WebState>,
    who: SchoolContact,
    StepPath(step): StepPath,
    form: PostedFiles,
) -> Result<Response, PageError> {
    let typed_reason = form.field("reason").to_owned();
    if web.limits.check_client(who.visit.client).is_err() {
        let typed = Typed { section: Section::Stuck, reason: typed_reason, ..Typed::too_often() };
        return come_back(&web, &who, step, typed).await;
    }
    let mut typed = Typed { section: Section::Stuck, ..Typed::default() };
    let reason = if typed_reason.trim().is_empty() {
        typed.errors.add("reason", WHAT_HAPPENED);
        None
    } else {
        typed.errors.take("reason", Reason::parse(&typed_reason))
    };
    let files = messages::files(form.files, &mut typed.errors);
    if let (Some(reason), Some(files)) = (reason, files) {
        let page = who.at_step(links::SCHOOL_STEP, step);
        let stuck = Stuck { connection: who.connection(), step, reason };
        match receiving::report_stuck(&web.context, &who.call(), stuck, files).await {
            Ok(()) => {
                let reach = reach::of_addresses(&web.context, [&who.contact.email]).await?;
                return Ok(flash::redirect(&web, &page, Flash::StuckReported.reaching(reach)));
            }
            Err(ServiceError::Refused(Refusal::AlreadyDone { .. })) => {
                return Ok(flash::redirect(&web, &page, Flash::AlreadySo));
            }
            Err(ServiceError::Refused(refusal)) => typed.refusal = words::refusal(&refusal),
            Err(ServiceError::TooManyMessages) => typed.refusal = words::messages::TOO_MANY_MESSAGES.to_owned(),
            Err(ServiceError::HoldsPassword) => {
                typed.errors.add("reason", words::HOLDS_PASSWORD);
                return come_back(&web, &who, step, typed).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    typed.reason = typed_reason;
    come_back(&web, &who, step, typed).await
}
