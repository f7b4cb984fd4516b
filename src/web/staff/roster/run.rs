//! The last step: the rows are carried out, as a run that goes on by itself.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::list_id;
use crate::domain::roster::MailChoice;
use crate::links;
use crate::services::roster::run;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::see_other;
use crate::web::form::Posted;

/// What the contacts hear of it.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web::staff) struct RunForm {
    #[serde(default)]
    mails: String,
}

/// Begins to carry out a list. Pressed twice it began once.
pub(in crate::web::staff) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(list): Path<String>,
    Posted(form): Posted<RunForm>,
) -> Result<Response, PageError> {
    let mails: MailChoice = form.mails.parse().map_err(|_| PageError::BadForm)?;
    let run = run::start(&web.context, &staff.call(), list_id(&list)?, mails).await?;
    Ok(see_other(&links::fill(links::STAFF_BULK_RUN, &[&run.to_string()])))
}
