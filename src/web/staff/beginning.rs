//! A school that waits to begin: who asked, what is known of its BRIN and school domain, and the two forms. It has no connection yet, so
//! it stands on a page of its own, to which its row of the worklist leads.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::ask::{Ask, AskField, Weight};
use super::desk::{self, Nav};
use super::panels::Fact;
use crate::domain::ids::RegistrationId;
use crate::domain::join::{Decision, JoinOutcome};
use crate::domain::text::Reason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::reach;
use crate::services::people::beginnings::{self, BeginningFile, Begun};
use crate::services::people::registrations::RegistrationForm;
use crate::services::people::staff_accounts;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldError, FieldErrors, Posted, Pressed};
use crate::web::page::{self, Frame};
use crate::words;

#[derive(Template)]
#[template(path = "staff/beginning.html")]
struct BeginningPage {
    frame: Frame,
    nav: Nav,
    school: String,
    facts: Vec<Fact>,
    name: String,
    email: String,
    /// The same as people read it.
    shown: String,
    role: &'static str,
    /// What is here of it, and what else Kurve has to know.
    remarks: Vec<String>,
    /// What was decided; empty while it waits.
    decided: String,
    /// Whether somebody else was first.
    is_conflict: bool,
    asks: Vec<Ask>,
    errors: Vec<FieldError>,
    /// Why what was asked cannot be; empty when nothing was.
    refusal: String,
}

/// Why a page comes back.
#[derive(Default)]
struct Again {
    status: StatusCode,
    errors: FieldErrors,
    refusal: String,
    typed: String,
}

/// Shows one.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(request): Path<String>,
) -> Result<Response, PageError> {
    show_again(&web, &staff, registration_id(&request)?, Again::default()).await
}

async fn show_again(web: &WebState, staff: &Staff, id: RegistrationId, again: Again) -> Result<Response, PageError> {
    let file = beginnings::find(&web.context, id).await?;
    let form = &file.beginning.form;
    let decided = match &file.decision {
        Some(decision) => decided(web, decision).await?,
        None => String::new(),
    };
    let can_decide = staff.can_act() && file.decision.is_none();
    let page = BeginningPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF),
        school: form.details.name.to_string(),
        facts: facts(&file),
        name: form.name.to_string(),
        email: form.email.to_string(),
        shown: form.email.shown(),
        role: form.roles.label_nl(),
        remarks: remarks(&file),
        decided,
        is_conflict: again.status == StatusCode::CONFLICT,
        asks: if can_decide { asks(&file, &again) } else { vec![] },
        errors: again.errors.all().to_vec(),
        refusal: again.refusal,
    };
    page::show_with(again.status, &page)
}

async fn decided(web: &WebState, Decision { at, by, outcome }: &Decision) -> Result<String, PageError> {
    let accounts = staff_accounts::list(&web.context).await?;
    let by = accounts.iter().find(|account| account.id == *by);
    let (by, at) = (by.map_or("Een collega", |account| account.name.as_str()), words::moment_nl(*at));
    Ok(match outcome {
        JoinOutcome::Accepted => format!("{by} liet deze aanmelding door op {at}."),
        JoinOutcome::Declined { reason } => format!("{by} wees deze aanmelding af op {at}. Reden: {reason}"),
    })
}

fn facts(file: &BeginningFile) -> Vec<Fact> {
    let details = &file.beginning.form.details;
    let fact = |name, value: &dyn ToString| Fact { name, value: value.to_string() };
    vec![
        fact("School", &details.name),
        fact("BRIN-nummer", &details.brin),
        fact("Schooldomein", &details.domain),
        fact("Vakantieregio", &details.region.label_nl()),
        fact("Aangemeld en bevestigd", &words::moment_nl(file.beginning.since)),
    ]
}

fn remarks(file: &BeginningFile) -> Vec<String> {
    let details = &file.beginning.form.details;
    let mut remarks = vec![];
    if file.decision.is_none() {
        match (&file.brin_at, &file.domain_at) {
            (Some(at), _) => remarks.push(format!(
                "Dit BRIN-nummer staat intussen bij de koppeling van {}. Laat je de school beginnen, dan wordt dit een aanmelding daar.",
                at.details.name
            )),
            (None, Some(at)) => remarks.push(format!(
                "Dit schooldomein hoort intussen bij de koppeling van {}. Laat je de school beginnen, dan wordt dit een aanmelding daar.",
                at.details.name
            )),
            (None, None) => remarks.push("Deze school en dit schooldomein staan nog niet in Koppelklaar.".to_owned()),
        }
        let also = |other: &RegistrationForm| {
            let what =
                if other.details.brin.key() == details.brin.key() { "dit BRIN-nummer" } else { "dit schooldomein" };
            format!("Er wacht nog een aanmelding voor {what}: {}, van {}.", other.details.name, other.name)
        };
        remarks.extend(file.alike.iter().map(also));
    }
    remarks
}

fn asks(file: &BeginningFile, again: &Again) -> Vec<Ask> {
    let id = file.beginning.id.to_string();
    let accept = Ask::new("begin", "Laat beginnen", "School laten beginnen", links::fill(links::STAFF_BEGIN, &[&id]))
        .note("De school komt in Koppelklaar. Wie de school aanmeldde, wordt contactpersoon.")
        .note("Die krijgt een mail met de eerste stappen en een link om in te loggen.")
        .urgent();
    let action = links::fill(links::STAFF_BEGIN_DECLINE, &[&id]);
    let mut decline = Ask::new("decline", "Afwijzen", "Aanmelding afwijzen", action)
        .note("Wie de school aanmeldde, krijgt een mail met je uitleg.")
        .field(AskField::area("reason", "Waarom niet?", &again.typed))
        .weight(Weight::Warning);
    decline.is_open = !again.errors.is_empty();
    // An error names its field by its own name.
    vec![accept, if decline.is_open { decline.alone(&again.errors) } else { decline }]
}

/// Lets it begin.
pub(super) async fn accept(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(request): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let id = registration_id(&request)?;
    match beginnings::accept(&web.context, &staff.call(), id).await {
        Ok(Begun::Made(connection)) => {
            let to = links::staff_school(links::STAFF_SCHOOL, connection);
            promise(&web, id, &to, Flash::SchoolBegins).await
        }
        Ok(Begun::Joins(connection)) => {
            Ok(flash::redirect(&web, &links::staff_requests(connection), Flash::SchoolJoinsInstead))
        }
        Err(error) => refuse(&web, &staff, id, Failed { error, typed: String::new() }).await,
    }
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DeclineForm {
    #[serde(default)]
    reason: String,
}

/// Declines it.
pub(super) async fn decline(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(request): Path<String>,
    Posted(form): Posted<DeclineForm>,
) -> Result<Response, PageError> {
    let id = registration_id(&request)?;
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", Reason::parse(&form.reason)) else {
        let again = Again { status: StatusCode::UNPROCESSABLE_ENTITY, errors, typed: form.reason, ..Again::default() };
        return show_again(&web, &staff, id, again).await;
    };
    match beginnings::decline(&web.context, &staff.call(), id, reason).await {
        Ok(()) => promise(&web, id, links::STAFF, Flash::JoinDeclined).await,
        Err(error) => refuse(&web, &staff, id, Failed { error, typed: form.reason }).await,
    }
}

/// On to another page, which promises who asked a mail.
async fn promise(web: &WebState, id: RegistrationId, to: &str, flash: Flash) -> Result<Response, PageError> {
    let asker = beginnings::find(&web.context, id).await?.beginning.form.email;
    let reach = reach::of_addresses(&web.context, [&asker]).await?;
    Ok(flash::redirect(web, to, flash.reaching(reach)))
}

/// What did not succeed, and what was typed.
struct Failed {
    error: ServiceError,
    typed: String,
}

async fn refuse(
    web: &WebState,
    staff: &Staff,
    id: RegistrationId,
    Failed { error, typed }: Failed,
) -> Result<Response, PageError> {
    let again = match error {
        // A colleague decided otherwise: the page says what.
        ServiceError::Conflict => Again { status: StatusCode::CONFLICT, ..Again::default() },
        error => match PageError::from(error) {
            PageError::Refused(refusal) => {
                Again { status: StatusCode::UNPROCESSABLE_ENTITY, refusal, typed, ..Again::default() }
            }
            other => return Err(other),
        },
    };
    show_again(web, staff, id, again).await
}

fn registration_id(text: &str) -> Result<RegistrationId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}
