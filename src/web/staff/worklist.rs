//! What waits on Kurve: stuck connections on top, then what waits longest, each with the one thing to do.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::addresses::{self, AddressPart};
use super::desk::Nav;
use super::failing::{self, FailingPart, FailingRow};
use super::mentions::{self, MentionRow};
use super::pressed::{self, PressRow};
use super::schools::SchoolsQuery;
use super::steps::BACK_TO_WORKLIST;
use super::unconfirmed::{self, UnconfirmedRow};
use super::view::days_words;
use crate::domain::check::{CheckCode, Newest, Truths};
use crate::domain::connection::Connection;
use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::onboarding::progress::{KurveTask, TaskKind, kurve_tasks};
use crate::domain::onboarding::{Gone, Onboarding, Step, StepState};
use crate::links;
use crate::services::checks;
use crate::services::mail::post_office;
use crate::services::onboarding::joins::waiting::AskedTogether;
use crate::services::onboarding::schools::Silent;
use crate::services::onboarding::{access, joins, schools};
use crate::store::Page;
use crate::store::mail::outbox::MailStatus;
use crate::store::onboarding::overview::{NamedConnection, Overview, WaitingAfter};
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words::{self, Names};

/// How many signs of a reason the list shows.
const EXCERPT_SIGNS: usize = 120;

/// Something that waits on Kurve.
pub(super) struct WorkRow {
    pub(super) school: String,
    pub(super) brin: String,
    /// The place on the connection's page where it is done.
    pub(super) href: String,
    pub(super) what: String,
    /// What the school wrote; empty unless it is stuck.
    pub(super) excerpt: String,
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    pub(super) waits: String,
    /// What the link or button says.
    pub(super) verb: &'static str,
    /// Where the button posts; empty when it takes more than one press.
    pub(super) confirm: String,
    /// What that button does, for tests.
    pub(super) action: &'static str,
    pub(super) version: i32,
    pub(super) step: &'static str,
    /// How the last check ended, where that matters to what is to be done and it did not pass; else empty.
    pub(super) remark: String,
    id: ConnectionId,
    place: Step,
    is_stuck: bool,
    since: DateTime<Utc>,
}

/// A connection where reminders stay without an answer.
struct SilentRow {
    school: String,
    brin: String,
    href: String,
    since: String,
}

/// How many requests to join are named.
const ASKED_ROWS: usize = 50;

/// What one person asks of one connection.
struct AskedRow {
    school: String,
    brin: String,
    href: String,
    what: String,
    since: String,
}

#[derive(Template)]
#[template(path = "staff/worklist.html")]
struct WorklistPage {
    frame: Frame,
    /// What was activated a moment ago.
    presses: Vec<PressRow>,
    nav: Nav,
    /// Requests to join, the oldest first.
    asked: Vec<AskedRow>,
    rows: Vec<WorkRow>,
    /// Connections where reminders stay without an answer.
    silent: Vec<SilentRow>,
    /// How many of them there are in all.
    silent_count: String,
    /// All of them, page by page; empty where all are shown here.
    all_silent: String,
    /// Connections that Kurve has to look into.
    failing: Vec<FailingRow>,
    /// All that fail; empty where all that are Kurve's are shown here.
    all_failing: String,
    addresses: AddressPart,
    /// Notes that name the reader.
    mentions: Vec<MentionRow>,
    /// Requests that were never confirmed.
    unconfirmed: Vec<UnconfirmedRow>,
    /// The first page; empty when this is it.
    first: String,
    /// The next page; empty when this is the last.
    next: String,
    failed_mails: u64,
    /// The same, as far as was counted.
    failed_said: String,
    mails: String,
    back: &'static str,
    can_act: bool,
}

/// The place in the list, as in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WorklistQuery {
    /// Whether the last connection shown is stuck, since when it waits, and which it is.
    #[serde(default)]
    na: String,
}

impl WorklistQuery {
    fn after(&self) -> Option<WaitingAfter> {
        let (is_stuck, rest) = self.na.split_once('.')?;
        let (since, id) = rest.split_once('.')?;
        let since = DateTime::from_timestamp_millis(since.parse().ok()?)?;
        Some(WaitingAfter { is_stuck: is_stuck == "1", since, id: id.parse().ok()? })
    }

    fn href(after: &WaitingAfter) -> String {
        let WaitingAfter { is_stuck, since, id } = after;
        format!("{}?na={}.{}.{id}", links::STAFF, u8::from(*is_stuck), since.timestamp_millis())
    }
}

/// Shows the worklist.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<WorklistQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let after = query.ok().and_then(|Query(query)| query.after());
    let Page { rows: waiting, next } = schools::list_waiting(&web.context, after.as_ref()).await?;
    let failed_mails = post_office::count(&web.context, MailStatus::Failed).await?;
    let silent = if after.is_none() { schools::list_silent(&web.context).await? } else { Silent::default() };
    let is_cut = silent.count > silent.longest.len() as u64;
    let addresses = addresses::part(&web).await?;
    let contacts = access::find_task_names(&web.context, waiting.iter().map(|row| &row.state)).await?;
    let mut rows = work_rows(&waiting, &Names { contacts, ..Names::default() }, staff.visit.now);
    remark_on_checks(&web, &waiting, &mut rows).await?;
    doubt_by_checks(&web, &mut rows, &waiting, staff.visit.now).await?;
    let failing = match after {
        None => failing::part(&web, staff.visit.now).await?,
        Some(_) => FailingPart::default(),
    };
    rows.extend(failing.rows);
    sort(&mut rows);
    let asked = if after.is_none() { joins::waiting::list(&web.context).await? } else { vec![] };
    let (frame, presses) = pressed::frame_with_presses(&web, &staff, None).await?;
    let page = WorklistPage {
        asked: asked.iter().take(ASKED_ROWS).map(|(connection, asked)| asked_row(connection, asked)).collect(),
        frame,
        presses,
        nav: Nav::new(&staff, links::STAFF),
        first: if after.is_some() { links::STAFF.to_owned() } else { String::new() },
        next: next.as_ref().map_or_else(String::new, WorklistQuery::href),
        rows,
        silent: silent.longest.into_iter().map(silent_row).collect(),
        silent_count: words::counted(silent.count),
        all_silent: if is_cut { SchoolsQuery::silent().href(None) } else { String::new() },
        failing: failing.others,
        all_failing: failing.all,
        addresses,
        mentions: mentions::rows(&web, &staff).await?,
        unconfirmed: unconfirmed::rows(&web, staff.visit.now).await?,
        failed_mails,
        failed_said: words::counted(failed_mails),
        mails: links::failed_mails(),
        back: BACK_TO_WORKLIST,
        can_act: staff.can_act(),
    };
    page::show(&page)
}

fn asked_row(connection: &Connection, asked: &AskedTogether) -> AskedRow {
    AskedRow {
        school: connection.details.name.to_string(),
        brin: connection.carried.to_string(),
        href: links::staff_requests(connection.id),
        what: words::asked_for(asked.person.name.as_str(), asked.requests.len()),
        since: asked.requests.first().map(|first| words::date_nl(first.asked_at)).unwrap_or_default(),
    }
}

fn silent_row(silent: NamedConnection) -> SilentRow {
    SilentRow {
        href: links::staff_school(links::STAFF_SCHOOL, silent.id),
        since: words::date_nl(silent.since),
        school: silent.name,
        brin: silent.carried,
    }
}

/// Says beside an activation how the newest check stands where it is no ground for it. That takes a reason, and so more than
/// one press: the row leads to the form.
async fn doubt_by_checks(
    web: &WebState,
    rows: &mut [WorkRow],
    waiting: &[Overview],
    now: DateTime<Utc>,
) -> Result<(), PageError> {
    let is_activation = |row: &WorkRow| row.step == Step::ActivationConfirmed.as_str();
    let asked: BTreeSet<ConnectionId> = rows.iter().filter(|row| is_activation(row)).map(|row| row.id).collect();
    let of = waiting.iter().filter(|overview| asked.contains(&overview.connection.id));
    let versions = of.map(|overview| (overview.connection.id, overview.state.credential_version())).collect();
    let facts = checks::list_facts(&web.context, &versions).await?;
    for row in rows.iter_mut().filter(|row| is_activation(row)) {
        let doubt = facts.get(&row.id).and_then(|facts| facts.doubt(now));
        if let Some((code, at)) = doubt {
            row.confirm.clear();
            if code == CheckCode::Ok {
                row.remark = format!("Laatste goede controle: {}", words::moment_nl(at));
            }
        }
    }
    Ok(())
}

/// Says beside an activation that the last check did not pass, and beside every step what it saw of that.
async fn remark_on_checks(web: &WebState, waiting: &[Overview], rows: &mut [WorkRow]) -> Result<(), PageError> {
    let schools: Vec<ConnectionId> = rows.iter().map(|row| row.id).collect();
    let newest = checks::list_newest(&web.context, &schools).await?;
    for row in rows.iter_mut() {
        let overview = waiting.iter().find(|overview| overview.connection.id == row.id);
        let (Some(overview), Some(newest)) = (overview, newest.get(&row.id)) else { continue };
        // Where Kurve vouches or makes a new password, the row says why already.
        if row.remark.is_empty() && overview.state.obstacles(row.place).is_empty() {
            row.remark = remark(&Truths { state: &overview.state, newest: Some(*newest) }, *newest, row.place);
        }
    }
    Ok(())
}

fn remark(truths: &Truths<'_>, newest: Newest, step: Step) -> String {
    match (step, newest.code) {
        (Step::ActivationConfirmed, CheckCode::Ok) => String::new(),
        // One press opens the import: what of it was only said stands here too.
        (Step::ActivationConfirmed, code) => match words::unseen_sentence(truths) {
            unseen if unseen.is_empty() => format!("Laatste controle: {}", words::check_short(code).to_lowercase()),
            unseen => unseen,
        },
        (step, _) => words::now_sentence(&truths.of(step)),
    }
}

/// A row for each thing that waits on Kurve, most urgent first.
pub(super) fn work_rows(waiting: &[Overview], names: &Names, now: DateTime<Utc>) -> Vec<WorkRow> {
    let of = |school: &Overview| rows_of(school, kurve_tasks(&school.state), names, now).collect::<Vec<_>>();
    let mut rows: Vec<WorkRow> = waiting.iter().flat_map(of).collect();
    sort(&mut rows);
    rows
}

fn sort(rows: &mut [WorkRow]) {
    rows.sort_by(|a, b| (!a.is_stuck, a.since, &a.school).cmp(&(!b.is_stuck, b.since, &b.school)));
}

/// A row for each of some tasks of a connection.
pub(super) fn rows_of(
    overview: &Overview,
    tasks: Vec<KurveTask>,
    names: &Names,
    now: DateTime<Utc>,
) -> impl Iterator<Item = WorkRow> {
    let page = links::staff_school(links::STAFF_SCHOOL, overview.connection.id);
    tasks.into_iter().map(move |task| {
        let KurveTask { kind: ref task_kind, step, since } = task;
        let is_stuck = *task_kind == TaskKind::Answer;
        let is_activation = step == Step::ActivationConfirmed && *task_kind == TaskKind::Do;
        let (verb, place) = match (task_kind, step) {
            (TaskKind::Answer, step) => ("Antwoorden", format!("stap-{}", step.as_str())),
            (TaskKind::Vouch(people), _) => ("Instaan", contact_place(people)),
            (TaskKind::NewPassword(_), _) | (TaskKind::Do, Step::CredentialsIssued) => {
                ("Klaarzetten", "wachtwoord".to_owned())
            }
            (TaskKind::NewQuery, _) => ("Nieuwe query klaarzetten", "wachtwoord".to_owned()),
            (TaskKind::Do, step) => ("Bevestigen", format!("stap-{}", step.as_str())),
        };
        let (kind, tag_words) = if is_stuck { ("stuck", "Vastgelopen") } else { ("kurve", "Bij Kurve") };
        WorkRow {
            school: overview.connection.details.name.to_string(),
            brin: overview.connection.carried.to_string(),
            href: format!("{page}#{place}"),
            what: match overview.state.waiting_for_activation() {
                waiting @ 2.. if is_activation => format!("{waiting} scholen activeren"),
                _ => words::task_name(&task, names),
            },
            excerpt: match overview.state.step(step) {
                StepState::Stuck { reason, .. } if is_stuck => shorten(reason.as_str()),
                StepState::Stuck { .. } | StepState::Waiting | StepState::Open { .. } | StepState::Yes { .. } => {
                    String::new()
                }
            },
            remark: match task_kind {
                TaskKind::NewPassword(gone) => why_new(&overview.state, *gone, names),
                TaskKind::Do | TaskKind::Answer | TaskKind::Vouch(_) | TaskKind::NewQuery => String::new(),
            },
            id: overview.connection.id,
            kind,
            words: tag_words,
            waits: days_words(since, now),
            verb,
            confirm: one_press(overview, &task),
            action: if is_activation { "confirm" } else { "issue" },
            version: overview.version,
            step: step.as_str(),
            place: step,
            is_stuck,
            since,
        }
    })
}

/// Where one press does it: it opens an import, or puts a password in the place of one that nobody can use. One that
/// closes an import leads to the form, which says so.
fn one_press(overview: &Overview, task: &KurveTask) -> String {
    let is_alone = overview.state.obstacles(task.step).len() <= 1 && overview.state.activated().is_empty();
    match (&task.kind, task.step) {
        (TaskKind::Do, Step::ActivationConfirmed) => links::staff_school(links::STAFF_CONFIRM, overview.connection.id),
        (TaskKind::NewPassword(_) | TaskKind::NewQuery, _) if is_alone => {
            links::staff_school(links::STAFF_ISSUE, overview.connection.id)
        }
        (TaskKind::Do | TaskKind::Answer | TaskKind::Vouch(_) | TaskKind::NewPassword(_) | TaskKind::NewQuery, _) => {
            String::new()
        }
    }
}

fn contact_place(people: &BTreeSet<ContactId>) -> String {
    match people.first() {
        Some(only) if people.len() == 1 => format!("contact-{only}"),
        Some(_) | None => "contactpersonen".to_owned(),
    }
}

/// Why a new password is needed, and who asked for it when.
fn why_new(state: &Onboarding, gone: Gone, names: &Names) -> String {
    let asked = state.access().asked().map(|asked| {
        let who = words::actor_name(&asked.by, names);
        format!(" Gevraagd door {who}, op {}.", words::date_nl(asked.at))
    });
    format!("{}{}", words::gone_sentence(gone), asked.unwrap_or_default())
}

/// The start of a text on one line.
fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT_SIGNS {
        return line;
    }
    let start: String = line.chars().take(EXCERPT_SIGNS - 1).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
#[path = "worklist_tests.rs"]
mod tests;
