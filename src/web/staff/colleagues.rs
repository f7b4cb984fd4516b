//! The colleagues of Kurve: who they are, whether they can sign in, and how an admin invites another. What an admin does about
//! one of them is in [`super::colleague_actions`].

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::ask::{Ask, AskField};
use super::colleague_rows::{ColleagueRow, Looking, role_field, row};
use super::desk::{self, Nav};
use crate::domain::actor::StaffRole;
use crate::domain::text::{EmailAddress, PersonName};
use crate::links;
use crate::services::people::colleagues::{self, ColleagueError};
use crate::services::people::staff_accounts::{INVITE_HOURS, NewColleague};
use crate::web::error::PageError;
use crate::web::extract::{Admin, Staff};
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldError, FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::{WebState, page};

#[derive(Template)]
#[template(path = "staff/colleagues.html")]
struct ColleaguesPage {
    frame: Frame,
    nav: Nav,
    rows: Vec<ColleagueRow>,
    /// The form that invites; none for who is no admin.
    invite: Option<Ask>,
    errors: Vec<FieldError>,
    /// Why what was asked cannot be; empty when nothing was.
    refusal: &'static str,
}

/// Why the page comes back.
#[derive(Default)]
pub(super) struct Again {
    pub(super) errors: FieldErrors,
    pub(super) refusal: &'static str,
    pub(super) typed: InviteForm,
}

/// A colleague as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct InviteForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

/// Lists the colleagues.
pub(super) async fn list(State(web): State<WebState>, staff: Staff) -> Result<Response, PageError> {
    show(&web, &staff, Again::default()).await
}

/// The page, or the page again with why not.
pub(super) async fn show(web: &WebState, staff: &Staff, again: Again) -> Result<Response, PageError> {
    let is_admin = staff.account.role == StaffRole::Admin;
    let looking = Looking { reader: staff.account.id, is_admin, now: staff.visit.now };
    let all = colleagues::list(&web.context).await?;
    let has_failed = !again.errors.is_empty() || !again.refusal.is_empty();
    let invite = invite_form(&again.typed);
    let invite = match again.errors.is_empty() {
        true => invite,
        false => Ask { is_open: true, ..invite.alone(&again.errors) },
    };
    let page = ColleaguesPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_COLLEAGUES),
        rows: all.iter().map(|listed| row(listed, looking)).collect(),
        invite: is_admin.then_some(invite),
        errors: again.errors.all().to_vec(),
        refusal: again.refusal,
    };
    page::show_with(if has_failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn invite_form(typed: &InviteForm) -> Ask {
    Ask::new("invite", "Uitnodigen", "Collega uitnodigen", links::STAFF_COLLEAGUES.to_owned())
        .note(format!(
            "Je collega krijgt een mail met een link. Daarmee kiest die zelf een wachtwoord en zet een code-app klaar. De link werkt \
             {INVITE_HOURS} uur."
        ))
        .field(AskField::line("name", "Naam", &typed.name))
        .field(AskField::line("email", "E-mailadres", &typed.email).kind("email"))
        .field(role_field(&typed.role))
}

/// What someone reads at the field of a role.
pub(super) const CHOOSE_ROLE: &str = "Kies wat deze collega mag doen.";

/// Invites a colleague.
pub(super) async fn create(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Posted(form): Posted<InviteForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", PersonName::parse_typed(&form.name));
    let email = errors.take("email", EmailAddress::parse_typed(&form.email));
    let role = errors.choose("role", form.role.parse::<StaffRole>().ok(), CHOOSE_ROLE);
    let (Some(name), Some(email), Some(role)) = (name, email, role) else {
        return show(&web, &staff, Again { errors, typed: form, ..Again::default() }).await;
    };
    match colleagues::invite(&web.context, &staff.call(), NewColleague { email, name, role }).await {
        Ok(()) => Ok(flash::redirect(&web, links::STAFF_COLLEAGUES, Flash::Crew(CrewDone::ColleagueInvited))),
        Err(ColleagueError::Exists | ColleagueError::LastAdmin) => {
            errors.add(
                "email",
                "Er is al een collega met dit e-mailadres. Kijk hieronder wat je met dat account kunt doen.",
            );
            show(&web, &staff, Again { errors, typed: form, ..Again::default() }).await
        }
        Err(ColleagueError::Service(error)) => Err(error.into()),
    }
}
