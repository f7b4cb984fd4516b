//! Reminders to the contact who is signed in: wanted again.

use axum::extract::State;
use axum::response::Response;

use crate::links;
use crate::services::people::addresses;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{Posted, Pressed};

/// Lets reminders come again, over all connections of this contact.
pub(super) async fn resume(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let reminders = addresses::reminders_of(&web.context, &who.contact);
    addresses::resume_as(&web.context, &who.call(), &reminders).await?;
    Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::RemindersResumed))
}

/// Whether this contact put their reminders off.
pub(super) async fn is_stopped(web: &WebState, who: &SchoolContact) -> Result<bool, PageError> {
    Ok(addresses::is_stopped(&web.context, &addresses::reminders_of(&web.context, &who.contact)).await?)
}
