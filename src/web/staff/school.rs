//! The page of one connection for Kurve: where it stands with its schools, and everything a colleague can do about it.
//!
//! Its parts are made in [`super::panels`]; this file gathers them and decides which buttons apply.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::addresses;
use super::ask::{Ask, keep_one_primary};
use super::connection::{self, ConnectionPanel};
use super::desk::{self, Nav};
use super::forms::{self, TypedGround};
use super::mails::{BACK_TO_SCHOOL, MailReader, MailRow};
use super::messages::{self, MessagesPanel};
use super::notes::{self, NoteRow};
use super::option_b::{self, OptionBRow};
use super::panels::{self, ContactRow, CredentialsPanel, LifePanel};
use super::pressed::{self, PressRow};
use super::reminders::{self, RemindersPanel};
use super::requests::{self, RequestsPanel};
use super::school_rows::{self, CarriedPanel};
use super::takings::{self, TakingPanel};
use super::view::{GateRow, TimelineRow, bar_text, gate_rows, timeline_row};
use crate::domain::check::Truths;
use crate::domain::ids::ConnectionId;
use crate::domain::import_gate::{Verdict, verdict_of_all};
use crate::domain::onboarding::{Evidence, Step, StepState};
use crate::links;
use crate::services::checks;
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::onboarding::{credentials, joins, notes as note_services, option_b as option_b_services, schools};
use crate::services::people::addresses as address_services;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words::{self, Names};

/// How many entries of the timeline stand on the page at once.
const TIMELINE_ROWS: u64 = 40;

#[derive(Template)]
#[template(path = "staff/school.html")]
struct SchoolPage {
    frame: Frame,
    /// What was activated a moment ago.
    presses: Vec<PressRow>,
    nav: Nav,
    name: String,
    brin: String,
    domain: String,
    region: &'static str,
    registered: String,
    /// Where the details are changed; empty for who may not.
    details: String,
    /// The schools, where there are several.
    carried: Option<CarriedPanel>,
    /// Those that chose Optie B.
    option_b: Vec<OptionBRow>,
    /// `open` or `closed`.
    verdict: &'static str,
    /// The gates that keep the import closed.
    missing: String,
    life: LifePanel,
    bar: String,
    gates: Vec<GateRow>,
    /// Which colleague goes on with it.
    taking: TakingPanel,
    requests: RequestsPanel,
    credentials: CredentialsPanel,
    connection: ConnectionPanel,
    /// Why Kurve activated although the newest check was no ground for it.
    despite: Vec<String>,
    contacts: Vec<ContactRow>,
    add_contact: Option<Ask>,
    note: Option<Ask>,
    notes: Vec<NoteRow>,
    messages: MessagesPanel,
    mails: Vec<MailRow>,
    /// All mails about the connection, with a filter.
    all_mails: String,
    reminders: RemindersPanel,
    back: &'static str,
    timeline: Vec<TimelineRow>,
    /// Older entries; empty when there are none.
    older: String,
    /// Back to the newest; empty when these are.
    newest: String,
}

/// Where the timeline goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SchoolQuery {
    #[serde(default)]
    voor: String,
}

/// Shows a connection.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(school): Path<String>,
    query: Result<Query<SchoolQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let school = desk::connection_id(&school)?;
    let before = query.ok().and_then(|Query(query)| query.voor.parse().ok());
    let context = &web.context;
    let file = onboardings::load_file(context, school).await?;
    let names = desk::names(&web, &file).await?;
    let issued = credentials::find_issued(context, school).await?;
    let written = note_services::list(context, school).await?;
    let nameable = note_services::list_nameable(context).await?;
    let mails = schools::list_mails(context, school).await?;
    let connection = connection::panel(&web, &staff, &file, &names).await?;
    let (timeline, older) = timeline(&web, school, before, &names).await?;
    let now = staff.visit.now;
    let can_act = staff.can_act();
    let truths = Truths { state: &file.state, newest: checks::newest(context, school).await? };
    let mut gates = gate_rows(&truths, &names, now);
    count_activated(&mut gates, &file);
    let mut panel = panels::credentials(&file, issued.as_ref(), &staff.call(), can_act);
    let mut requests = requests::panel(&file, &joins::waiting::list_of(context, school).await?, can_act, now);
    if can_act {
        add_asks(&mut gates, &file, now);
        let of_steps = gates.iter_mut().flat_map(|gate| &mut gate.steps).flat_map(|step| &mut step.asks);
        keep_one_primary(of_steps.chain(&mut panel.asks).chain(&mut requests.asks));
    }
    let mut contacts = panels::contacts(&file, &names, can_act);
    let marks = address_services::marks_of(context, &file.contacts).await?;
    addresses::add_marks(&mut contacts, &file, &marks, can_act);
    let (verdict, missing) = verdict_words(&file);
    let details = &file.connection.details;
    let (frame, presses) = pressed::frame_with_presses(&web, &staff, Some(school)).await?;
    let page = SchoolPage {
        frame,
        presses,
        nav: Nav::new(&staff, links::STAFF_SCHOOLS),
        name: details.name.to_string(),
        brin: file.connection.carried.to_string(),
        domain: details.domain.to_string(),
        region: details.region.label_nl(),
        registered: words::date_nl(file.connection.created_at),
        details: if can_act { links::staff_school(links::STAFF_DETAILS, school) } else { String::new() },
        carried: school_rows::panel(&file, &names, can_act, now),
        option_b: option_b::rows(&file, &option_b_services::list(context, &file).await?, &names),
        verdict,
        missing,
        life: panels::life(&file, can_act),
        bar: bar_text(&truths),
        gates,
        taking: takings::panel(&web, &staff, school, &names.staff).await?,
        requests,
        credentials: panel,
        connection,
        despite: words::despite_lines(&file.state),
        contacts,
        add_contact: can_act.then(|| forms::add_contact(&file, "", "", "")),
        note: can_act.then(|| notes::form(school, "", &nameable)),
        notes: written.iter().map(|note| notes::row(note, &names, &staff)).collect(),
        messages: messages::panel(&web, &staff, school, &names).await?,
        mails: mails.iter().map(|mail| panels::mail(mail, &names, MailReader { can_act, now })).collect(),
        all_mails: format!("{}?van={school}", links::STAFF_MAILS),
        reminders: reminders::panel(&web, &staff, &file).await?,
        back: BACK_TO_SCHOOL,
        timeline,
        older,
        newest: before.map_or_else(String::new, |_| links::staff_school(links::STAFF_SCHOOL, school)),
    };
    page::show(&page)
}

async fn timeline(
    web: &WebState,
    connection: ConnectionId,
    before: Option<i64>,
    names: &Names,
) -> Result<(Vec<TimelineRow>, String), PageError> {
    let mut entries = onboardings::list_timeline(&web.context, connection, before, TIMELINE_ROWS + 1).await?;
    let has_more = entries.len() > usize::try_from(TIMELINE_ROWS).unwrap_or(usize::MAX);
    if has_more {
        entries.pop();
    }
    let last = entries.last().filter(|_| has_more);
    let page = links::staff_school(links::STAFF_SCHOOL, connection);
    let older = last.map_or_else(String::new, |last| format!("{page}?voor={}#verloop", last.id));
    Ok((entries.iter().map(|entry| timeline_row(entry, names)).collect(), older))
}

fn verdict_words(file: &ConnectionFile) -> (&'static str, String) {
    match verdict_of_all(&file.state) {
        Verdict::Open => ("open", String::new()),
        Verdict::Closed { reasons } => {
            let gates: Vec<&str> = reasons.iter().map(|reason| words::gate_short(reason.gate)).collect();
            ("closed", gates.join(", "))
        }
    }
}

/// Says with the activation of several schools how many have it.
fn count_activated(gates: &mut [GateRow], file: &ConnectionFile) {
    let all = file.state.live().count();
    let has_several = file.connection.has_many() && all > 1;
    let done = all - file.state.waiting_for_activation();
    for step in gates.iter_mut().flat_map(|gate| &mut gate.steps).filter(|step| has_several && !step.step.is_shared()) {
        step.lines.insert(0, format!("{done} van {all} scholen geactiveerd"));
    }
}

/// Puts the forms that apply with their steps; a connection whose schools all stopped has none.
fn add_asks(gates: &mut [GateRow], file: &ConnectionFile, now: DateTime<Utc>) {
    if file.state.lifecycle().is_withdrawn() {
        return;
    }
    for step in gates.iter_mut().flat_map(|gate| &mut gate.steps) {
        step.asks = asks(file, step.step, now);
    }
}

/// What a colleague can do about a step.
fn asks(file: &ConnectionFile, step: Step, now: DateTime<Utc>) -> Vec<Ask> {
    // Issuing answers this step, in the panel of the credentials; nobody confirms it or sends it back.
    let is_by_issuing = step == Step::CredentialsIssued;
    let confirm = || forms::confirm(file, step, TypedGround::default(), now);
    match file.state.step(step) {
        StepState::Waiting => vec![],
        StepState::Stuck { .. } => vec![forms::answer(file, step, ""), confirm()],
        StepState::Open { .. } | StepState::Yes { .. } if is_by_issuing => vec![],
        StepState::Open { .. } if step == Step::ActivationConfirmed => vec![confirm().urgent()],
        StepState::Open { .. } => vec![confirm()],
        StepState::Yes { answer } => {
            let back = forms::send_back(file, step, "");
            if answer.with(Evidence::Confirmed).is_some() { vec![back] } else { vec![confirm(), back] }
        }
    }
}

#[cfg(test)]
#[path = "school_tests.rs"]
mod tests;
