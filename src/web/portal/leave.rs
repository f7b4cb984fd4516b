//! "Ik ben hier niet meer": what of the reader's stays open, who takes it, and the press. Nothing is handed on unsaid, and
//! whoever is the last one stays until Kurve has found another.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::ContactId;
use crate::links;
use crate::services::ServiceError;
use crate::services::people::by_school::{self, Leaving, Left};
use crate::services::people::portal_access;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::step_parts::Choice;
use crate::words;

/// What is posted for "niemand": what is open stays open, for everyone.
const NOBODY: &str = "niemand";

/// Who takes over, and that it is meant.
#[derive(Default, Deserialize)]
pub(super) struct LeaveForm {
    #[serde(default)]
    to: String,
    #[serde(default)]
    sure: String,
}

#[derive(Template)]
#[template(path = "portal/leave.html")]
struct LeavePage {
    frame: Frame,
    around: Around,
    /// The steps that are the reader's by name.
    steps: Vec<&'static str>,
    /// Who can take them, with nobody last.
    choices: Vec<Choice>,
    /// Nobody else is a contact.
    is_last: bool,
    /// Nobody else has access.
    leaves_no_access: bool,
    form: LeaveForm,
    errors: FieldErrors,
    refusal: String,
    action: String,
    back: String,
}

/// Shows what is open and who could take it.
pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    page::show(&build(&web, &who, LeaveForm::default(), Said::default()).await?)
}

/// What is said on a page that comes back.
#[derive(Default)]
struct Said {
    errors: FieldErrors,
    refusal: String,
}

async fn build(web: &WebState, who: &SchoolContact, form: LeaveForm, said: Said) -> Result<LeavePage, PageError> {
    let Opened { frame, around, file } = open(web, who, "contacts").await?;
    let leaving = Leaving::of(&file.state, &file.contacts, who.contact.id);
    let can = leaving.others.iter().filter(|other| leaving.not_for(other).is_empty());
    let mut choices: Vec<Choice> =
        can.map(|other| Choice::new(other.id, &other.name, other.roles.words_nl())).collect();
    choices.push(Choice::new(NOBODY, "Nog niemand", "De stappen blijven open staan voor alle collega's die meedoen."));
    Ok(LeavePage {
        frame,
        around,
        steps: leaving.steps.iter().map(|step| words::step_name(*step)).collect(),
        choices,
        is_last: leaving.others.is_empty(),
        leaves_no_access: who.contact.is_vouched() && !leaving.others.iter().any(|other| other.is_vouched()),
        form,
        errors: said.errors,
        refusal: said.refusal,
        action: who.at(links::SCHOOL_LEAVE),
        back: who.at(links::SCHOOL_CONTACTS),
    })
}

/// Leaves.
pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<LeaveForm>,
) -> Result<Response, PageError> {
    let Opened { file, .. } = open(&web, &who, "contacts").await?;
    let leaving = Leaving::of(&file.state, &file.contacts, who.contact.id);
    let mut said = Said::default();
    let asks = !leaving.steps.is_empty() && !leaving.others.is_empty();
    let to: Option<Option<ContactId>> = match &*form.to {
        NOBODY => Some(None),
        _ if !asks => Some(None),
        id => id.parse().ok().map(Some),
    };
    let to = said.errors.choose("to", to, "Kies wie jouw stappen overneemt.");
    if form.sure.is_empty() {
        said.errors.add("sure", "Zet een vinkje als je zeker weet dat je weggaat.");
    }
    if let (Some(to), true) = (to, said.errors.is_empty()) {
        match by_school::leave(&web.context, &who.call(), who.connection(), to).await {
            Ok(Left::Last) => {
                return Ok(flash::redirect(&web, &who.at(links::SCHOOL_CONTACTS), Flash::Crew(CrewDone::LeavesLast)));
            }
            Ok(Left::Gone) => {
                // Who is a contact elsewhere goes on there.
                let is_elsewhere = portal_access::is_contact(&web.context, &who.email_key).await?;
                let to = if is_elsewhere { links::SCHOOLS } else { links::HOME };
                return Ok(flash::redirect(&web, to, Flash::Crew(CrewDone::Left)));
            }
            Err(ServiceError::Refused(refusal)) => said.refusal = words::refusal(&refusal),
            Err(ServiceError::TooManyMessages) => said.refusal = words::messages::TOO_MANY_MESSAGES.to_owned(),
            Err(error) => return Err(error.into()),
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&web, &who, form, said).await?)
}
