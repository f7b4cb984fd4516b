//! That what is kept of a connection goes, or went, on its page; and keeping it for longer.

use axum::extract::{Path, State};
use axum::response::Response;

use super::form_response::Desk;
use crate::domain::ids::ConnectionId;
use crate::links;
use crate::services::privacy::leaving;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::Flash;
use crate::web::form::{Posted, Pressed};
use crate::words;

/// On which day what is kept of a connection goes, or went.
#[derive(Default)]
pub(super) struct LeavingPanel {
    /// The day on which it goes; empty while it is in no line.
    pub(super) goes: String,
    /// The day on which it went; empty where it did not.
    pub(super) went: String,
    /// Where it is kept for longer; empty for who may not.
    pub(super) keep: String,
}

/// What the page of a connection says of it.
pub(super) async fn panel(web: &WebState, staff: &Staff, connection: ConnectionId) -> Result<LeavingPanel, PageError> {
    let found = leaving::find(&web.context, connection).await?;
    let went = found.cleared_at.map(words::date_nl).unwrap_or_default();
    let Some((ended_at, announced_at)) = found.ended_at.zip(found.announced_at) else {
        return Ok(LeavingPanel { went, ..LeavingPanel::default() });
    };
    let goes = words::date_nl(web.context.retention.goes_at(ended_at, announced_at));
    let keep = if staff.can_act() { links::staff_school(links::STAFF_KEEP, connection) } else { String::new() };
    Ok(LeavingPanel { goes, went, keep })
}

/// Keeps what is kept of a connection for another term.
pub(super) async fn keep(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let did = leaving::keep(&web.context, &staff.call(), desk.connection).await?;
    Ok(desk.done(if did { Flash::Kept } else { Flash::AlreadySo }))
}
