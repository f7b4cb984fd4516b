//! Who of Kurve goes on with a connection, on its page and on the worklist; and the keys of the worklist.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::ask::Choice;
use super::form_response::Desk;
use super::worklist_query::Back;
use crate::domain::ids::{ConnectionId, StaffId};
use crate::links;
use crate::services::onboarding::takings;
use crate::services::operations::desk_settings;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, Flash};
use crate::web::form::Posted;
use crate::words;

/// Who took a connection, on its page.
pub(super) struct TakingPanel {
    /// Who, and since when; empty for nobody.
    pub(super) who: String,
    pub(super) is_mine: bool,
    /// Where it is taken and given; empty for who may not.
    pub(super) give: String,
    /// Where it is let go.
    pub(super) let_go: String,
    /// The colleagues to whom it can be given.
    pub(super) colleagues: Vec<Choice>,
}

/// Who took a connection; `names` are those of all colleagues.
pub(super) async fn panel(
    web: &WebState,
    staff: &Staff,
    connection: ConnectionId,
    names: &BTreeMap<StaffId, String>,
) -> Result<TakingPanel, PageError> {
    let taking = takings::find(&web.context, connection).await?;
    let colleagues = takings::list_colleagues(&web.context).await?;
    let me = staff.account.id;
    let is_other = |id: &StaffId| *id != me && taking.is_none_or(|taking| taking.by != *id);
    let choices = colleagues.into_iter().filter(|(id, _)| is_other(id));
    let mut choices: Vec<Choice> = choices.map(|(id, label)| Choice { value: id.to_string(), label }).collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    let who = taking.map(|taking| {
        let name = names.get(&taking.by).map_or("een collega", String::as_str);
        let me = if taking.by == me { " (jij)" } else { "" };
        format!("{name}{me}, sinds {}", words::date_nl(taking.at))
    });
    let at = |path| if staff.can_act() { links::staff_school(path, connection) } else { String::new() };
    Ok(TakingPanel {
        who: who.unwrap_or_default(),
        is_mine: taking.is_some_and(|taking| taking.by == me),
        give: at(links::STAFF_TAKE),
        let_go: at(links::STAFF_LET_GO),
        colleagues: choices,
    })
}

/// "Ik pak deze", or for a colleague.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TakeForm {
    /// Whom it is given to; empty for who presses.
    #[serde(default)]
    to: String,
    #[serde(default)]
    back: String,
}

/// Takes a connection, or gives it to a colleague.
pub(super) async fn take(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<TakeForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let to = match form.to.as_str() {
        "" => staff.account.id,
        typed => typed.parse().map_err(|_| PageError::BadForm)?,
    };
    let did = takings::give(&web.context, &staff.call(), desk.connection, to).await?;
    let said = match (did, to == staff.account.id) {
        (false, _) => Flash::AlreadySo,
        (true, true) => Flash::Taken,
        (true, false) => Flash::Given,
    };
    Ok(desk.done_at(&Back::read(&form.back, "").stay(&desk), said))
}

/// Lets a connection go.
pub(super) async fn let_go(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<TakeForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let did = takings::let_go(&web.context, &staff.call(), desk.connection).await?;
    let said = if did { Flash::LetGo } else { Flash::AlreadySo };
    Ok(desk.done_at(&Back::read(&form.back, "").stay(&desk), said))
}

/// "Toetsen aanzetten", or off.
#[derive(Debug, Default, Deserialize)]
pub(super) struct KeysForm {
    #[serde(default)]
    keys: String,
}

/// Turns the keys of the worklist on or off, for who presses.
pub(super) async fn set_keys(
    State(web): State<WebState>,
    staff: Staff,
    Posted(form): Posted<KeysForm>,
) -> Result<Response, PageError> {
    let has_keys = form.keys == "aan";
    desk_settings::save_keys(&web.context, staff.account.id, has_keys).await?;
    let said = if has_keys { Flash::KeysOn } else { Flash::KeysOff };
    Ok(flash::redirect(&web, links::STAFF, said))
}
