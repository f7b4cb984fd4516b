//! Requests whose confirmation mail never came back: who asked what and when, and sending that mail again. Nothing else
//! of them is open to Kurve: what is not confirmed is no school yet.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::links;
use crate::services::ServiceError;
use crate::services::people::registrations::{self, Unconfirmed};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::{self, Flash};
use crate::web::form::Posted;
use crate::words;

/// How many are named.
const ROWS: usize = 50;

/// A request that was never confirmed.
pub(super) struct UnconfirmedRow {
    pub(super) school: String,
    pub(super) brin: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) asked: String,
    /// What is known of mail to them; empty when nothing.
    pub(super) unreached: String,
    /// Until when the link works, or that it does not any more.
    pub(super) link: String,
    /// Where the mail is sent again.
    pub(super) path: String,
    /// Tells a second press from a new wish.
    pub(super) mark: i64,
}

/// The requests that were never confirmed, the oldest first.
pub(super) async fn rows(web: &WebState, now: DateTime<Utc>) -> Result<Vec<UnconfirmedRow>, PageError> {
    let found = registrations::list_unconfirmed(&web.context, now).await?;
    Ok(found.iter().take(ROWS).map(|one| row(one, now)).collect())
}

fn row(one: &Unconfirmed, now: DateTime<Utc>) -> UnconfirmedRow {
    let until = words::moment_nl(one.expires_at);
    UnconfirmedRow {
        school: one.form.details.name.to_string(),
        brin: one.form.details.brin.to_string(),
        name: one.form.name.to_string(),
        email: one.form.email.to_string(),
        asked: words::moment_nl(one.requested_at),
        unreached: one.bounced.as_ref().map(|code| format!("Mail komt niet aan (code {code}).")).unwrap_or_default(),
        link: if now > one.expires_at {
            format!("De link werkte tot {until}.")
        } else {
            format!("De link werkt tot {until}.")
        },
        path: links::fill(links::STAFF_SEND_CONFIRMATION, &[&one.id.to_string()]),
        mark: one.expires_at.timestamp_millis(),
    }
}

/// "Stuur de mail opnieuw".
#[derive(Debug, Default, Deserialize)]
pub(super) struct SendAgainForm {
    #[serde(default)]
    mark: String,
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
    let flash = match registrations::send_again(&web.context, &staff.call(), id, mark).await {
        Ok(()) if web.context.mail.is_held => Flash::ConfirmationHeld,
        Ok(()) => Flash::ConfirmationSent,
        // Somebody was first, or it was confirmed a moment ago.
        Err(ServiceError::Conflict) => Flash::AlreadySo,
        Err(error) => return Err(error.into()),
    };
    Ok(flash::redirect(&web, links::STAFF, flash))
}
