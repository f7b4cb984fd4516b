//! What an admin does about a colleague: another invitation, another role, and taking the account away, back or anew.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::colleagues::{self as list, Again, CHOOSE_ROLE};
use crate::domain::actor::StaffRole;
use crate::domain::ids::StaffId;
use crate::links;
use crate::services::people::colleagues::{self, ColleagueError};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{Admin, Staff};
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{Posted, Pressed};

/// Why the last admin stays.
const LAST_ADMIN: &str = "Er moet altijd een beheerder zijn die kan inloggen. Maak eerst een andere collega beheerder.";

/// An admin at work on the colleagues.
struct Work<'a> {
    web: &'a WebState,
    staff: &'a Staff,
}

impl Work<'_> {
    /// Goes back to the page, which says what was done or why not.
    async fn answer(&self, done: Result<bool, ColleagueError>, flash: CrewDone) -> Result<Response, PageError> {
        let to = links::STAFF_COLLEAGUES;
        match done {
            Ok(true) => Ok(flash::redirect(self.web, to, Flash::Crew(flash))),
            Ok(false) => Ok(flash::redirect(self.web, to, Flash::AlreadySo)),
            Err(ColleagueError::LastAdmin | ColleagueError::Exists) => self.refuse(LAST_ADMIN).await,
            Err(ColleagueError::Service(error)) => Err(error.into()),
        }
    }

    async fn refuse(&self, refusal: &'static str) -> Result<Response, PageError> {
        list::show(self.web, self.staff, Again { refusal, ..Again::default() }).await
    }
}

fn id(text: &str) -> Result<StaffId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// Sends another invitation.
pub(super) async fn invite_again(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(colleague): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let done = colleagues::invite_again(&web.context, &staff.call(), id(&colleague)?).await;
    Work { web: &web, staff: &staff }.answer(done, CrewDone::ColleagueInvited).await
}

/// Withdraws the invitation.
pub(super) async fn withdraw(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(colleague): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let done = colleagues::withdraw(&web.context, &staff.call(), id(&colleague)?).await;
    Work { web: &web, staff: &staff }.answer(done, CrewDone::InviteWithdrawn).await
}

/// Another role.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RoleForm {
    #[serde(default)]
    role: String,
}

/// Gives another role.
pub(super) async fn change_role(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(colleague): Path<String>,
    Posted(form): Posted<RoleForm>,
) -> Result<Response, PageError> {
    let (work, colleague) = (Work { web: &web, staff: &staff }, id(&colleague)?);
    let Ok(role) = form.role.parse::<StaffRole>() else { return work.refuse(CHOOSE_ROLE).await };
    let done = colleagues::change_role(&web.context, &staff.call(), colleague, role).await;
    work.answer(done, CrewDone::ColleagueChanged).await
}

/// Disables the account.
pub(super) async fn disable(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(colleague): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let done = colleagues::disable(&web.context, &staff.call(), id(&colleague)?).await;
    Work { web: &web, staff: &staff }.answer(done, CrewDone::ColleagueDisabled).await
}

/// Takes the account into use again.
pub(super) async fn enable(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(colleague): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let done = colleagues::enable(&web.context, &staff.call(), id(&colleague)?).await;
    Work { web: &web, staff: &staff }.answer(done, CrewDone::ColleagueEnabled).await
}

/// Has password and second factor chosen anew.
pub(super) async fn reset(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(colleague): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let done = colleagues::reset(&web.context, &staff.call(), id(&colleague)?).await;
    Work { web: &web, staff: &staff }.answer(done, CrewDone::ColleagueReset).await
}
