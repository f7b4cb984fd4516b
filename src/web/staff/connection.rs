//! One connection with Magister, for Kurve: its newest check, the history, the button, and leave to activate without.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::ask::Ask;
use super::desk::{self, Nav};
use super::form_response::Desk;
use super::forms;
use super::panels::Fact;
use crate::domain::actor::StaffRole;
use crate::domain::check::{ActivationGround, CheckCode, CheckPolicy};
use crate::domain::ids::{CheckId, ConnectionId};
use crate::domain::onboarding::Party;
use crate::domain::text::Reason;
use crate::links;
use crate::services::ServiceError;
use crate::services::checks::{self, ActivationAnswer};
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::store::checks::connection_checks::Check;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, Flash, see_other};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::ladder::{self, CheckButton, LadderView, Reader, live};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words::{self, Names, actor_name};

/// How many checks the page of a connection shows.
const PANEL_ROWS: u64 = 5;

/// How many checks a page of the history shows.
const HISTORY_ROWS: u64 = 25;

/// A check in a list.
pub(super) struct CheckRow {
    pub(super) href: String,
    pub(super) when: String,
    /// The kind of its tag.
    pub(super) kind: &'static str,
    /// The words of its tag.
    pub(super) words: &'static str,
    /// The code, or `open` or `not_made`, for tests.
    pub(super) key: &'static str,
    pub(super) took: String,
    pub(super) receipt: String,
    pub(super) who: String,
}

/// The kind of a code's tag, where nothing is known but the code: whose it is then.
pub(super) fn tag_kind(code: CheckCode) -> &'static str {
    holder_kind(code, code.holder())
}

/// The kind of a code's tag: whose it is.
pub(super) fn holder_kind(code: CheckCode, holder: Option<Party>) -> &'static str {
    match holder {
        None if code == CheckCode::Ok => "ready",
        None => "neutral",
        Some(Party::School) => "neutral",
        Some(Party::Kurve) => "kurve",
        Some(Party::Magister) => "magister",
    }
}

fn check_row(check: &Check, names: &Names) -> CheckRow {
    let result = check.result();
    let (key, kind, tag) = match (result, check.finished_at) {
        (Some(result), _) => (result.code.as_str(), tag_kind(result.code), words::check_short(result.code)),
        (None, Some(_)) => ("not_made", "blocked", "Niet gedaan"),
        (None, None) => ("open", "now", "Loopt nog"),
    };
    CheckRow {
        href: links::staff_check(links::STAFF_CHECK, check.connection, check.id),
        when: words::moment_nl(check.asked_at),
        kind,
        words: tag,
        key,
        took: result.map(|result| words::seconds_nl(result.millis())).unwrap_or_default(),
        receipt: result.and_then(|result| result.counts).map(|counts| counts.receipt()).unwrap_or_default(),
        who: check.asked_by.as_ref().map_or_else(|| "Koppelklaar (automatisch)".to_owned(), |by| actor_name(by, names)),
    }
}

/// What is known of the connection with Magister, on the page of the connection.
pub(super) struct ConnectionPanel {
    /// How the newest check ended: `good`, `refused` or `none`.
    pub(super) look: &'static str,
    /// The same in words.
    pub(super) last: &'static str,
    /// When that was; empty where there was none.
    pub(super) last_at: String,
    /// What always shows.
    pub(super) facts: Vec<Fact>,
    /// What is folded with the last checks.
    pub(super) moments: Vec<Fact>,
    pub(super) rows: Vec<CheckRow>,
    /// The whole history.
    pub(super) href: String,
    /// The button; none for a reader.
    pub(super) button: Option<CheckButton>,
    pub(super) is_off: bool,
    /// What activation asks of a check, where it asks anything.
    pub(super) activation: String,
    /// Leave of an admin, with its reason; empty when there is none.
    pub(super) leave: String,
    /// The form for that leave.
    pub(super) allow: Option<Ask>,
}

/// The panel for a colleague.
pub(super) async fn panel(
    web: &WebState,
    staff: &Staff,
    file: &ConnectionFile,
    names: &Names,
) -> Result<ConnectionPanel, PageError> {
    let (context, school, now) = (&web.context, file.connection.id, staff.visit.now);
    let checks = checks::history(context, school, None, PANEL_ROWS).await?;
    let answer = checks::activation(context, school).await?;
    let is_admin = staff.account.role == StaffRole::Admin;
    let action = links::staff_school(links::STAFF_CONNECTION, school);
    let needs_leave = answer.ground(now).is_none() && is_admin && file.state.credential_version() > 0;
    let last = answer.status.last;
    Ok(ConnectionPanel {
        look: match last {
            Some((CheckCode::Ok, _)) => "good",
            Some(_) => "refused",
            None => "none",
        },
        last: last.map_or("Nog niet gecontroleerd", |(code, _)| words::check_short(code)),
        last_at: last.map(|(_, at)| words::moment_nl(at)).unwrap_or_default(),
        facts: facts(&answer),
        moments: moments(&answer),
        rows: checks.iter().map(|check| check_row(check, names)).collect(),
        href: action.clone(),
        button: staff.can_act().then(|| CheckButton::new(context, &file.state, checks.first(), action, now)),
        is_off: !context.check_policy.makes_checks(),
        activation: activation(&answer, now).to_owned(),
        leave: leave(&answer, names),
        allow: needs_leave.then(|| forms::allow(file, "")),
    })
}

fn facts(answer: &ActivationAnswer) -> Vec<Fact> {
    let known = &answer.status;
    let lost = known.is_lost.then(|| Fact { name: "Status", value: "De verbinding werkt niet meer".to_owned() });
    let receipt =
        known.receipt.map(|receipt| format!("{} ({})", receipt.counts.receipt(), words::moment_nl(receipt.at)));
    lost.into_iter().chain(receipt.map(|value| Fact { name: "In de lijst", value })).collect()
}

/// Since when it is as it is, and when it is looked at again.
fn moments(answer: &ActivationAnswer) -> Vec<Fact> {
    let known = &answer.status;
    let is_bad = known.newest().is_some_and(|newest| newest.code != CheckCode::Ok);
    let moments = [
        ("Deze uitkomst sinds", known.since().filter(|_| is_bad)),
        ("Werkte het laatst", known.passed.map(|(at, _)| at).filter(|_| is_bad)),
        ("Volgende vanzelf", known.next_check_at),
    ];
    let fact =
        |(name, at): (&'static str, Option<DateTime<Utc>>)| at.map(|at| Fact { name, value: words::moment_nl(at) });
    moments.into_iter().filter_map(fact).collect()
}

/// What activation asks of a check, for Kurve; empty where it asks nothing.
fn activation(answer: &ActivationAnswer, now: DateTime<Utc>) -> &'static str {
    match (answer.facts.policy, answer.ground(now)) {
        (CheckPolicy::Off | CheckPolicy::Advise, _) => "",
        (CheckPolicy::Require, Some(ActivationGround::Passed)) => {
            "Je kunt activeren: de laatste 24 uur slaagde een controle met dit wachtwoord."
        }
        (CheckPolicy::Require, Some(ActivationGround::Leave | ActivationGround::NotAsked)) => {
            "Je kunt activeren, met toestemming van een beheerder."
        }
        (CheckPolicy::Require, None) => {
            "Je kunt nog niet activeren. Controleer eerst de verbinding. De controle moet slagen en mag niet ouder \
             zijn dan 24 uur."
        }
    }
}

/// The leave of an admin where it counts, with its reason; empty when there is none.
fn leave(answer: &ActivationAnswer, names: &Names) -> String {
    let Some(leave) = answer.counting_leave() else { return String::new() };
    let by = names.staff.get(&leave.by).map_or("een beheerder", String::as_str);
    format!(
        "{by} gaf op {} toestemming om te activeren zonder geslaagde controle. Reden: {}",
        words::moment_nl(leave.at),
        leave.reason
    )
}

#[derive(Template)]
#[template(path = "staff/connection.html")]
struct ConnectionPage {
    frame: Frame,
    nav: Nav,
    name: String,
    brin: String,
    back: String,
    rows: Vec<CheckRow>,
    button: Option<CheckButton>,
    /// Older checks; empty when there are none.
    older: String,
    /// Back to the newest; empty when these are.
    newest: String,
}

/// Where the history goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct HistoryQuery {
    #[serde(default)]
    voor: String,
}

/// The checks of a connection, newest first.
pub(super) async fn list(
    State(web): State<WebState>,
    staff: Staff,
    Path(school): Path<String>,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let school = desk::connection_id(&school)?;
    let before: Option<CheckId> = query.ok().and_then(|Query(query)| query.voor.parse().ok());
    let file = onboardings::load_file(&web.context, school).await?;
    let names = desk::names(&web, &file).await?;
    let latest = checks::latest(&web.context, school).await?;
    let mut checks = checks::history(&web.context, school, before, HISTORY_ROWS + 1).await?;
    let has_more = checks.len() as u64 > HISTORY_ROWS;
    checks.truncate(usize::try_from(HISTORY_ROWS).unwrap_or(usize::MAX));
    let here = links::staff_school(links::STAFF_CONNECTION, school);
    let last = checks.last().filter(|_| has_more);
    let button = || CheckButton::new(&web.context, &file.state, latest.as_ref(), here.clone(), staff.visit.now);
    let page = ConnectionPage {
        frame: desk::frame(&web, &staff),
        nav: Nav::new(&staff, links::STAFF_CONNECTIONS),
        name: file.connection.details.name.to_string(),
        brin: file.connection.carried.to_string(),
        back: links::staff_school(links::STAFF_SCHOOL, school),
        rows: checks.iter().map(|check| check_row(check, &names)).collect(),
        button: staff.can_act().then(button),
        older: last.map_or_else(String::new, |last| format!("{here}?voor={}", last.id)),
        newest: before.map_or_else(String::new, |_| here.clone()),
    };
    page::show(&page)
}

/// Asks for a check.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let school = desk::connection_id(&school)?;
    match checks::ask(&web.context, &staff.call(), school).await {
        Ok(check) => Ok(see_other(&links::staff_check(links::STAFF_CHECK, school, check))),
        // The page says from when it can be pressed, or why not.
        Err(ServiceError::TooOften { .. } | ServiceError::NotChecked(_)) => {
            Ok(see_other(&links::staff_school(links::STAFF_CONNECTION, school)))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "staff/check.html")]
struct CheckPage {
    frame: Frame,
    nav: Nav,
    name: String,
    brin: String,
    back: String,
    ladder: Option<LadderView>,
    button: Option<CheckButton>,
    here: String,
    live: String,
    who: String,
}

/// The connection and the check in a path.
#[derive(Deserialize)]
pub(super) struct CheckPath {
    school: String,
    check: String,
}

/// One check.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(path): Path<CheckPath>,
) -> Result<Response, PageError> {
    let check = find(&web, &path).await?;
    let file = onboardings::load_file(&web.context, check.connection).await?;
    let names = desk::names(&web, &file).await?;
    let latest = checks::latest(&web.context, check.connection).await?;
    let action = links::staff_school(links::STAFF_CONNECTION, check.connection);
    let back = action.clone();
    let button = || CheckButton::new(&web.context, &file.state, latest.as_ref(), action, staff.visit.now);
    let page = CheckPage {
        frame: desk::frame(&web, &staff),
        nav: Nav::new(&staff, links::STAFF_CONNECTIONS),
        name: file.connection.details.name.to_string(),
        brin: file.connection.carried.to_string(),
        back,
        ladder: Some(LadderView::of(&check, &checks::beside(&web.context, &check).await?, Reader::Kurve)),
        button: staff.can_act().then(button),
        here: links::staff_check(links::STAFF_CHECK, check.connection, check.id),
        live: links::staff_check(links::STAFF_CHECK_LIVE, check.connection, check.id),
        who: check_row(&check, &names).who,
    };
    page::show(&page)
}

/// How far one check is, as it goes.
pub(super) async fn show_live(
    State(web): State<WebState>,
    staff: Staff,
    Path(path): Path<CheckPath>,
) -> Result<Response, PageError> {
    let id = find(&web, &path).await?.id;
    let context = web.context.clone();
    let look = move || {
        let context = context.clone();
        async move {
            let check = checks::find(&context, id).await?;
            ladder::step(&LadderView::of(&check, &checks::beside(&context, &check).await?, Reader::Kurve))
        }
    };
    live::tell(&web, staff, look).await
}

async fn find(web: &WebState, path: &CheckPath) -> Result<Check, PageError> {
    let school: ConnectionId = desk::connection_id(&path.school)?;
    let id: CheckId = path.check.parse().map_err(|_| PageError::NotFound)?;
    let check = checks::find(&web.context, id).await?;
    if check.connection == school { Ok(check) } else { Err(PageError::NotFound) }
}

/// Leave to activate without a check that passed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AllowForm {
    #[serde(default)]
    reason: String,
}

/// An admin gives that leave.
pub(super) async fn allow(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<AllowForm>,
) -> Result<Response, PageError> {
    if staff.account.role != StaffRole::Admin {
        return Err(PageError::Forbidden);
    }
    let desk = Desk::at(&web, &staff, &school)?;
    let draw = |file: &ConnectionFile| forms::allow(file, &form.reason);
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", Reason::parse(&form.reason)) else {
        return desk.wrong(None, errors, draw).await;
    };
    match checks::allow_without(&web.context, &staff.call(), desk.connection, reason).await {
        Ok(()) => Ok(flash::redirect(&web, &desk.page(), Flash::Allowed)),
        Err(error) => desk.refuse(None, error, draw).await,
    }
}
