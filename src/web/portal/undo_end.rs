//! "Terugdraaien": a contact undoes that a school stopped, or that its import is done.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};

use crate::domain::ids::SchoolId;
use crate::domain::onboarding::{Command, Onboarding};
use crate::domain::school::Contact;
use crate::links;
use crate::services::onboarding::onboardings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::Posted;
use crate::web::portal::school_boxes::{NONE_NAMED, SchoolBoxes};

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(boxes): Posted<SchoolBoxes>,
) -> Result<Response, PageError> {
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let named = boxes.named_in(&file);
    if named.is_empty() {
        return Err(PageError::Refused(NONE_NAMED.to_owned()));
    }
    let commands: Vec<Command> = named.into_iter().map(|school| Command::UndoEnd { school }).collect();
    let version = onboardings::act_all(&web.context, &who.call(), who.connection(), &commands, None).await?;
    let flash = if version.is_some() { Flash::EndUndone } else { Flash::AlreadySo };
    Ok(flash::redirect(&web, &who.at(links::SCHOOL), flash))
}

/// Until when this contact can undo what ended a school; none when that is not theirs, or too late.
pub(super) fn undone_until(
    state: &Onboarding,
    school: SchoolId,
    me: &Contact,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let until = state.school(school).and_then(|school| school.undone_until());
    until.filter(|until| me.is_vouched() && now < *until)
}
