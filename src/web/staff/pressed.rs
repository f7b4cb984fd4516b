//! What Kurve activated a moment ago, with the way back: on the page itself, for the message of the press is read once.

use super::desk;
use crate::domain::ids::ConnectionId;
use crate::domain::notice::TIME_TO_UNDO;
use crate::domain::school::School;
use crate::services::onboarding::presses::{self, Press};
use crate::services::onboarding::schools;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::flash::{Flash, Undo};
use crate::web::page::Frame;
use crate::words;

/// How many schools a sentence names.
const MOST_NAMES: usize = 3;

/// A press that can be undone before anybody hears of it.
pub(super) struct PressRow {
    /// "Bonhoeffer College (12AB) is geactiveerd".
    pub(super) what: String,
    /// When its mails leave.
    pub(super) until: String,
    pub(super) undo: Undo,
}

/// The frame of a page that shows many schools, whose message names the one that it is about.
pub(super) async fn frame_that_names(web: &WebState, staff: &Staff) -> Result<Frame, PageError> {
    let mut frame = desk::frame(web, staff);
    if let Some(of) = staff.visit.told_of() {
        let name = schools::find_names(&web.context, std::iter::once(of)).await?.remove(&of);
        frame.flash = frame.flash.map(|said| name.iter().map(|name| format!("{name}: ")).collect::<String>() + &said);
    }
    Ok(frame)
}

/// The frame of a page, whose message names what it is about, and the presses that it does not tell of.
pub(super) async fn frame_with_presses(
    web: &WebState,
    staff: &Staff,
    only: Option<ConnectionId>,
) -> Result<(Frame, Vec<PressRow>), PageError> {
    let mut frame = frame_that_names(web, staff).await?;
    if !staff.can_act() {
        return Ok((frame, vec![]));
    }
    let mut rows: Vec<PressRow> =
        presses::list_untold(&web.context, staff.visit.now, only).await?.iter().map(row).collect();
    if let Some(told) = rows.iter().position(|row| frame.undo == Some(row.undo)) {
        let row = rows.remove(told);
        let minutes = TIME_TO_UNDO.num_minutes();
        let is_let_in = staff.visit.is_told(Flash::JoinAcceptedAndActivated);
        let more = if is_let_in { " Ongedaan maken haalt alleen het activeren terug." } else { "" };
        frame.flash = Some(format!(
            "{}. De mails hierover gaan over {minutes} minuten weg. In Koppelklaar ziet de school het nu al.{more}",
            row.what
        ));
    }
    Ok((frame, rows))
}

fn row(press: &Press) -> PressRow {
    PressRow {
        what: activated(&press.schools),
        until: words::time_nl(press.until),
        undo: Undo { connection: press.connection, version: press.version },
    }
}

fn activated(schools: &[School]) -> String {
    let name = |school: &School| format!("{} ({})", school.details.name, school.details.brin);
    match schools {
        [only] => format!("{} is geactiveerd", name(only)),
        [rest @ .., last] if schools.len() <= MOST_NAMES => {
            let rest: Vec<String> = rest.iter().map(name).collect();
            format!("{} en {} zijn geactiveerd", rest.join(", "), name(last))
        }
        [first, rest @ ..] => format!("{} en {} andere scholen zijn geactiveerd", name(first), rest.len()),
        [] => String::new(),
    }
}
