//! The page of one connection for Kurve: where it stands with its schools, and everything a colleague can do about it.
//!
//! Its parts are made in [`super::panels`]; this file gathers them and decides which buttons apply.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::addresses;
use super::ask::{Ask, keep_one_primary};
use super::connection::{self, ConnectionPanel};
use super::desk::{self, Nav};
use super::forms::{self, TypedGround};
use super::leaving::{self, LeavingPanel};
use super::mails::{BACK_TO_SCHOOL, MailReader};
use super::messages::{self, MessagesPanel};
use super::notes::{self, NoteRow};
use super::now::{self, Homes, NowPanel};
use super::option_b::{self, OptionBRow};
use super::panels::{self, ContactRow, CredentialsPanel, LifePanel, MailsPanel};
use super::pressed::{self, PressRow};
use super::reminders::{self, RemindersPanel};
use super::requests::{self, RequestsPanel};
use super::school_rows::{self, CarriedPanel};
use super::takings::{self, TakingPanel};
use super::timeline::{self, Part, TimelinePanel};
use super::view::{GateRow, bar_text, gate_rows};
use crate::domain::check::{Stand, Truths};
use crate::domain::import_gate::{Verdict, verdict_of_all};
use crate::domain::onboarding::{Evidence, Gate, Step, StepState};
use crate::links;
use crate::services::checks;
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::onboarding::{credentials, joins, notes as note_services, option_b as option_b_services, schools};
use crate::services::people::addresses as address_services;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// How many notes always show; the rest is folded.
const NOTES_SHOWN: usize = 2;

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
    leaving: LeavingPanel,
    /// What waits on Kurve, with its forms.
    now: NowPanel,
    bar: String,
    /// Whether of several schools nothing is left but what each has of its own: then the steps are folded.
    is_shared_done: bool,
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
    /// Older notes, folded.
    more_notes: Vec<NoteRow>,
    messages: MessagesPanel,
    mails: MailsPanel,
    reminders: RemindersPanel,
    back: &'static str,
    timeline: TimelinePanel,
}

/// What of the timeline is shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SchoolQuery {
    /// A topic.
    #[serde(default)]
    verloop: String,
    /// The entry before which it begins.
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
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let part = Part::read(&query.verloop, &query.voor);
    let context = &web.context;
    let file = onboardings::load_file(context, school).await?;
    let names = desk::names(&web, &file).await?;
    let issued = credentials::find_issued(context, school).await?;
    let written = note_services::list(context, school).await?;
    let nameable = note_services::list_nameable(context).await?;
    let mails = schools::list_mails(context, school).await?;
    let connection = connection::panel(&web, &staff, &file, &names).await?;
    let now = staff.visit.now;
    let can_act = staff.can_act();
    let truths = Truths { state: &file.state, newest: checks::newest(context, school).await? };
    let mut gates = gate_rows(&truths, &names, now);
    count_activated(&mut gates, &file);
    let mut credentials = panels::credentials(&file, issued.as_ref(), &staff.call(), can_act);
    let mut requests = requests::panel(&file, &joins::waiting::list_of(context, school).await?, can_act, now);
    if can_act {
        add_asks(&mut gates, &file, now);
    }
    let mut contacts = panels::contacts(&file, &names, can_act);
    let marks = address_services::marks_of(context, &file.contacts).await?;
    addresses::add_marks(&mut contacts, &file, &marks, can_act);
    let mut life = panels::life(&file, can_act);
    let homes = Homes { gates: &mut gates, credentials: &mut credentials, contacts: &mut contacts, life: &mut life };
    let mut doing = now::panel(&truths, &file, &names, homes);
    let of_cards = doing.cards.iter_mut().flat_map(|card| &mut card.ask);
    let of_steps = gates.iter_mut().flat_map(|gate| &mut gate.steps).flat_map(|step| &mut step.asks);
    keep_one_primary(of_cards.chain(&mut requests.asks).chain(of_steps).chain(&mut credentials.asks));
    let mut written: Vec<NoteRow> = written.iter().map(|note| notes::row(note, &names, &staff)).collect();
    let more_notes = written.split_off(written.len().min(NOTES_SHOWN));
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
        life,
        leaving: leaving::panel(&web, &staff, school).await?,
        now: doing,
        bar: bar_text(&truths),
        is_shared_done: file.connection.has_many() && is_shared_done(&truths),
        gates,
        taking: takings::panel(&web, &staff, school, &names.staff).await?,
        requests,
        credentials,
        connection,
        despite: words::despite_lines(&file.state),
        contacts,
        add_contact: can_act.then(|| forms::add_contact(&file, "", "", "")),
        note: can_act.then(|| notes::form(school, "", &nameable)),
        notes: written,
        more_notes,
        messages: messages::panel(&web, &staff, school, &names).await?,
        mails: panels::mails(&mails, &file, MailReader { can_act, now }),
        reminders: reminders::panel(&web, &staff, &file).await?,
        back: BACK_TO_SCHOOL,
        timeline: timeline::panel(&web, school, part, &names).await?,
    };
    page::show(&page)
}

/// Whether every question but the activation is answered with yes, and was seen where a check sees it.
fn is_shared_done(truths: &Truths<'_>) -> bool {
    Gate::iter().filter(|gate| *gate != Gate::Activation).all(|gate| truths.answer(gate) == Some(Stand::Done))
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
