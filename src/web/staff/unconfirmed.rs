//! Requests whose confirmation mail never came back: sending that mail again, from their row of the worklist. Nothing else
//! of them is open to Kurve: what is not confirmed is no school yet.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::worklist_query::Back;
use crate::services::ServiceError;
use crate::services::people::unconfirmed;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::{self, Flash};
use crate::web::form::Posted;

/// "Stuur de mail opnieuw".
#[derive(Debug, Default, Deserialize)]
pub(super) struct SendAgainForm {
    #[serde(default)]
    mark: String,
    #[serde(default)]
    back: String,
}

/// Sends the confirmation mail again.
pub(super) async fn send_again(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(request): Path<String>,
    Posted(form): Posted<SendAgainForm>,
) -> Result<Response, PageError> {
    let id = request.parse().map_err(|_| PageError::NotFound)?;
    let mark = form.mark.parse().map_err(|_| PageError::BadForm)?;
    let flash = match unconfirmed::send_again(&web.context, &staff.call(), id, mark).await {
        Ok(()) if web.context.mail.is_held => Flash::ConfirmationHeld,
        Ok(()) => Flash::ConfirmationSent,
        // Somebody was first, or it was confirmed a moment ago.
        Err(ServiceError::Conflict) => Flash::AlreadySo,
        Err(error) => return Err(error.into()),
    };
    Ok(flash::redirect(&web, &Back::read(&form.back, "").list(), flash))
}
