//! Requests to join, on the page of the connection that they are for: who asks, what is here already, and the two forms.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::ask::{Ask, AskField, Weight};
use super::desk;
use super::form_response::Desk;
use super::forms;
use crate::domain::ids::JoinRequestId;
use crate::domain::join::{JoinKind, JoinRequest};
use crate::domain::text::Reason;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::joins::decide::{self, Accept, has_stopped, is_ready, known_school};
use crate::services::onboarding::joins::waiting::{self, AskedTogether, Waiting};
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::{self, Flash, Undo};
use crate::web::form::{FieldErrors, Posted};

/// How the name of a request's box begins.
const BOX: &str = "request-";

const NONE_TICKED: &str = "Kies minstens één aanvraag.";

/// One school that is asked for.
pub(super) struct RequestRow {
    pub(super) id: String,
    pub(super) school: String,
    pub(super) brin: String,
    /// What is here of it, and what else Kurve has to know.
    pub(super) remarks: Vec<String>,
}

/// What one person asks.
pub(super) struct RequestGroup {
    pub(super) name: String,
    pub(super) email: String,
    /// The same as people read it.
    pub(super) shown: String,
    pub(super) role: &'static str,
    /// Of which other connection they are a contact; empty for who is of none.
    pub(super) from: String,
    pub(super) rows: Vec<RequestRow>,
}

/// All that waits at the connection; no groups when nothing does.
pub(super) struct RequestsPanel {
    pub(super) groups: Vec<RequestGroup>,
    pub(super) asks: Vec<Ask>,
}

/// The section of the page.
pub(super) fn panel(file: &ConnectionFile, waiting: &Waiting, can_act: bool, now: DateTime<Utc>) -> RequestsPanel {
    let groups: Vec<RequestGroup> = waiting.asked.iter().map(|asked| group(file, waiting, asked)).collect();
    let asks = if can_act && !groups.is_empty() {
        let accept = (!acceptable(file, waiting).is_empty()).then(|| accept_ask(file, waiting, &Ticked::all(), now));
        accept.into_iter().chain([decline_ask(file, waiting, &Ticked::all(), "")]).collect()
    } else {
        vec![]
    };
    RequestsPanel { groups, asks }
}

fn group(file: &ConnectionFile, waiting: &Waiting, asked: &AskedTogether) -> RequestGroup {
    let from = asked.from.as_ref();
    RequestGroup {
        name: asked.person.name.to_string(),
        email: asked.person.email.to_string(),
        shown: asked.person.email.shown(),
        role: asked.person.roles.label_nl(),
        from: from.map(|from| format!("{} ({})", from.details.name, from.carried)).unwrap_or_default(),
        rows: asked.requests.iter().map(|request| row(file, waiting, request)).collect(),
    }
}

fn row(file: &ConnectionFile, waiting: &Waiting, request: &JoinRequest) -> RequestRow {
    let mut remarks = vec![];
    let here = waiting.here.get(&request.school.brin.key());
    match (here, request.kind) {
        (Some(here), _) if here.at.id == file.connection.id => {
            let stopped = if has_stopped(&file.state, here.school.id) { " De school is gestopt." } else { "" };
            let name = &here.school.details.name;
            remarks.push(format!("Deze school staat al bij deze koppeling: {name}.{stopped}"));
        }
        (Some(here), JoinKind::OtherDomain) => {
            let name = &here.at.details.name;
            remarks.push(format!("Deze school staat nu bij de koppeling van {name}, met een ander schooldomein."));
        }
        (Some(here), _) => {
            remarks.push(format!("Dit BRIN-nummer staat bij de koppeling van {}.", here.at.details.name))
        }
        (None, _) => remarks.push("Deze school staat nog niet in Koppelklaar.".to_owned()),
    }
    if request.domain != file.connection.details.domain {
        remarks.push(format!("Ingevuld schooldomein: {}.", request.domain));
    }
    RequestRow {
        id: request.id.to_string(),
        school: request.school.name.to_string(),
        brin: request.school.brin.to_string(),
        remarks,
    }
}

/// Which boxes are ticked.
struct Ticked(Option<BTreeMap<String, String>>);

impl Ticked {
    /// As the page shows them first: all requests, and what goes with most of them.
    fn all() -> Self {
        Self(None)
    }

    fn has(&self, name: &str, at_first: bool) -> bool {
        self.0.as_ref().map_or(at_first, |fields| fields.contains_key(name))
    }

    /// The requests that are ticked.
    fn requests(&self) -> Vec<JoinRequestId> {
        let names = self.0.iter().flat_map(BTreeMap::keys);
        names.filter_map(|name| name.strip_prefix(BOX)?.parse().ok()).collect()
    }
}

fn all(waiting: &Waiting) -> impl Iterator<Item = (&AskedTogether, &JoinRequest)> {
    waiting.asked.iter().flat_map(|asked| asked.requests.iter().map(move |request| (asked, request)))
}

/// What can be let in: a school of another connection is moved from there first.
fn acceptable<'a>(file: &ConnectionFile, waiting: &'a Waiting) -> Vec<(&'a AskedTogether, &'a JoinRequest)> {
    let is_elsewhere = |request: &JoinRequest| {
        let here = waiting.here.get(&request.school.brin.key());
        here.is_some_and(|here| here.at.id != file.connection.id)
    };
    all(waiting).filter(|(_, request)| !is_elsewhere(request)).collect()
}

fn with_boxes<'a>(
    ask: Ask,
    file: &ConnectionFile,
    requests: impl IntoIterator<Item = (&'a AskedTogether, &'a JoinRequest)>,
    ticked: &Ticked,
) -> Ask {
    requests.into_iter().fold(ask.hidden("version", file.version), |ask, (asked, request)| {
        let name = format!("{BOX}{}", request.id);
        let (school, person) = (&request.school, &asked.person);
        let label = format!("{} ({}), voor {}, {}", school.name, school.brin, person.name, person.email);
        let is_ticked = ticked.has(&name, true);
        ask.tick(name, label, is_ticked)
    })
}

fn accept_ask(file: &ConnectionFile, waiting: &Waiting, ticked: &Ticked, now: DateTime<Utc>) -> Ask {
    let action = links::staff_school(links::STAFF_ACCEPT, file.connection.id);
    let requests = acceptable(file, waiting);
    let brings = |request: &JoinRequest| known_school(request).is_none();
    let is_stopped = |request: &JoinRequest| known_school(request).is_some_and(|one| has_stopped(&file.state, one));
    let (has_new, has_stopped) =
        (requests.iter().any(|(_, one)| brings(one)), requests.iter().any(|(_, one)| is_stopped(one)));
    let ask = Ask::new("accept", "Toelaten", "Aanvragen toelaten", action)
        .note("De scholen doen mee met deze koppeling. Wie het vroeg, wordt contactpersoon.")
        .note(forms::mail_to_new(file, "Wie het vroeg, krijgt daar een mail over."));
    let mut ask = with_boxes(ask, file, requests, ticked);
    // Where that takes a reason, it has a form of its own once they are let in.
    if has_new && is_ready(&file.state) && file.checked.doubt(now).is_none() {
        ask = ask.tick("activate", "Activeer de nieuwe scholen meteen", ticked.has("activate", false));
    }
    if has_stopped {
        ask = ask.tick("reopen", "Heropen de school die is gestopt", ticked.has("reopen", true));
    }
    ask.urgent()
}

fn decline_ask(file: &ConnectionFile, waiting: &Waiting, ticked: &Ticked, reason: &str) -> Ask {
    let action = links::staff_school(links::STAFF_DECLINE, file.connection.id);
    let ask = Ask::new("decline", "Afwijzen", "Aanvragen afwijzen", action)
        .note(forms::mail_to_new(file, "Wie het vroeg, krijgt een mail met je uitleg."))
        .field(AskField::area("reason", "Waarom niet?", reason))
        .weight(Weight::Warning);
    with_boxes(ask, file, all(waiting), ticked)
}

/// What was ticked and typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RequestsForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

/// Lets requests in.
pub(super) async fn accept(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<RequestsForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &school)?, desk::seen(&form.version)?);
    let open = waiting::list_of(&web.context, desk.connection).await?;
    let ticked = Ticked(Some(form.boxes));
    let draw = |file: &ConnectionFile| accept_ask(file, &open, &ticked, staff.visit.now);
    let ids = ticked.requests();
    if ids.is_empty() {
        return desk.object(NONE_TICKED, draw).await;
    }
    let with = Accept { activate: ticked.has("activate", false), reopen: ticked.has("reopen", false) };
    match decide::accept(&web.context, &staff.call(), desk.connection, &ids, with, seen).await {
        Ok(None) => Ok(desk.done(Flash::JoinAccepted)),
        Ok(Some(version)) => {
            let undo = Undo { connection: desk.connection, version };
            Ok(flash::redirect(&web, &desk.page(), Flash::JoinAcceptedAndActivated.undone_by(undo)))
        }
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}

/// Declines requests.
pub(super) async fn decline(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<RequestsForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &school)?, desk::seen(&form.version)?);
    let open = waiting::list_of(&web.context, desk.connection).await?;
    let ticked = Ticked(Some(form.boxes));
    let draw = |file: &ConnectionFile| decline_ask(file, &open, &ticked, &form.reason);
    let ids = ticked.requests();
    if ids.is_empty() {
        return desk.object(NONE_TICKED, draw).await;
    }
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", Reason::parse(&form.reason)) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    match decide::decline(&web.context, &staff.call(), desk.connection, &ids, reason, seen).await {
        Ok(()) => {
            let declined = |asked: &&AskedTogether| asked.requests.iter().any(|request| ids.contains(&request.id));
            let people = open.asked.iter().filter(declined).map(|asked| &asked.person.email);
            desk.done_for(Flash::JoinDeclined, people).await
        }
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}
