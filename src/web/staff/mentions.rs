//! Notes that name the reader: on their worklist until they have seen them.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::domain::ids::NoteId;
use crate::links;
use crate::services::onboarding::notes;
use crate::services::people::staff_accounts;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{Posted, Pressed};
use crate::words;

/// A note that names the reader.
pub(super) struct MentionRow {
    pub(super) school: String,
    /// Its place on the page of the connection.
    pub(super) href: String,
    pub(super) text: String,
    pub(super) by: String,
    pub(super) since: String,
    /// Where "Gezien" is posted.
    pub(super) seen: String,
}

/// The notes that wait for the reader, the oldest first.
pub(super) async fn rows(web: &WebState, staff: &Staff) -> Result<Vec<MentionRow>, PageError> {
    let waiting = notes::list_waiting(&web.context, staff.account.id).await?;
    if waiting.is_empty() {
        return Ok(vec![]);
    }
    let colleagues = staff_accounts::list(&web.context).await?;
    let row = |one: notes::Waiting| {
        let writer = colleagues.iter().find(|account| account.id == one.note.by);
        MentionRow {
            href: format!("{}#notities", links::staff_school(links::STAFF_SCHOOL, one.note.connection)),
            school: one.connection,
            text: one.note.text.to_string(),
            by: writer.map_or_else(|| "Een collega".to_owned(), |account| account.name.to_string()),
            since: words::moment_nl(one.since),
            seen: links::fill(links::STAFF_MENTION_SEEN, &[&one.note.id.to_string()]),
        }
    };
    Ok(waiting.into_iter().map(row).collect())
}

/// "Gezien".
pub(super) async fn mark_seen(
    State(web): State<WebState>,
    staff: Staff,
    Path(note): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let note: NoteId = note.parse().map_err(|_| PageError::NotFound)?;
    let did = notes::mark_seen(&web.context, &staff.call(), note).await?;
    let flash = if did { Flash::Crew(CrewDone::MentionSeen) } else { Flash::AlreadySo };
    Ok(flash::redirect(&web, links::STAFF, flash))
}
