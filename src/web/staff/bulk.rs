//! One run for many: what it is about before it begins, how far it is, and how each came out; and a colleague's runs.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::bulk_begin::{self, BeginForm, GroundChoice};
use super::desk::{self, Nav};
use crate::domain::bulk::{BulkKind, BulkOutcome};
use crate::domain::ids::BulkRunId;
use crate::domain::retention::Kept;
use crate::links;
use crate::services::mail::reach::Reach;
use crate::services::{ServiceError, bulk};
use crate::store::Page;
use crate::store::operations::bulk_items::{Item, Which};
use crate::store::operations::bulk_runs::BulkRun;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::form::FieldErrors;
use crate::web::ladder::live;
use crate::web::page::Frame;
use crate::web::promised::Promised;
use crate::web::{WebState, page};
use crate::words;

/// What is chosen beside an outcome: the items that are left.
const LEFT: &str = "open";

/// Which items are shown, and from which place on, as in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct RunQuery {
    #[serde(default)]
    toon: String,
    #[serde(default)]
    na: String,
}

impl RunQuery {
    fn which(&self) -> Which {
        match self.toon.as_str() {
            LEFT => Which::Left,
            name => name.parse().map_or(Which::All, Which::Ended),
        }
    }
}

/// An item as a page shows it.
struct ItemRow {
    label: String,
    /// The page of the connection; empty where it is not here.
    href: String,
    /// The stored name of the outcome, for tests; `open` while it is left.
    key: &'static str,
    outcome: &'static str,
    kind: &'static str,
    why: String,
}

fn item_row(item: &Item) -> ItemRow {
    let row = item.result.as_ref().and_then(bulk::row_facts).map(|facts| words::roster::row_said(&facts));
    let why = || item.result.as_ref().and_then(bulk::why_not).as_ref().map(words::why_not);
    let (key, outcome, kind) = match &item.result {
        None => (LEFT, "Nog te doen", "blocked"),
        Some(result) => (result.outcome.as_str(), words::bulk_outcome(result.outcome), tag_of(result.outcome)),
    };
    ItemRow {
        label: item.label.clone(),
        href: item.connection.map(|id| links::staff_school(links::STAFF_SCHOOL, id)).unwrap_or_default(),
        key,
        outcome,
        kind,
        why: row.or_else(why).unwrap_or_default(),
    }
}

/// The sort of tag: only what somebody has to look at is loud.
fn tag_of(outcome: BulkOutcome) -> &'static str {
    match outcome {
        BulkOutcome::Done => "ready",
        BulkOutcome::Already | BulkOutcome::LeftOut => "blocked",
        BulkOutcome::Refused | BulkOutcome::Failed => "stuck",
    }
}

/// A choice of what to show, with how many there are.
struct Chip {
    href: String,
    label: &'static str,
    count: u32,
    is_current: bool,
}

/// How far a run is.
struct Progress {
    is_running: bool,
    total: u32,
    done: u32,
    said: String,
    /// The page itself, where each school stands.
    here: String,
}

impl Progress {
    fn of(run: &BulkRun) -> Self {
        let look_at: u32 =
            BulkOutcome::iter().filter(|outcome| outcome.is_to_look_at()).map(|outcome| run.count(outcome)).sum();
        let said = match (run.is_running(), look_at) {
            (true, _) => format!("{} van {} gedaan.", run.done, run.total),
            (false, 0) => format!("Klaar: {} van {} gedaan.", run.done, run.total),
            (false, 1) => format!("Klaar. Bij 1 van de {} lukte het niet.", run.total),
            (false, _) => format!("Klaar. Bij {look_at} van de {} lukte het niet.", run.total),
        };
        Self { is_running: run.is_running(), total: run.total, done: run.done, said, here: here(run.id) }
    }
}

/// The part of the page that changes.
#[derive(Template)]
#[template(path = "staff/bulk_block.html")]
struct ProgressBlock<'a> {
    progress: &'a Progress,
}

#[derive(Template)]
#[template(path = "staff/bulk.html")]
struct RunPage {
    frame: Frame,
    nav: Nav,
    /// The list on which it was put together, and what leads back there.
    list: &'static str,
    back: &'static str,
    title: String,
    promise: &'static str,
    /// That mails wait, while none is sent; empty otherwise.
    waits: &'static str,
    asked: String,
    is_begun: bool,
    /// Where it is begun; empty for who may not.
    begin: String,
    kind: BulkKind,
    typed: BeginForm,
    grounds: Vec<GroundChoice>,
    errors: FieldErrors,
    total: u32,
    left_out: u32,
    progress: Progress,
    live: String,
    chips: Vec<Chip>,
    rows: Vec<ItemRow>,
    /// The next items; empty when these are the last.
    next: String,
}

impl RunPage {
    fn asks_ground(&self) -> bool {
        self.kind == BulkKind::VouchAndIssue
    }

    fn asks_reason(&self) -> bool {
        matches!(self.kind, BulkKind::PutOff | BulkKind::Close)
    }

    fn asks_day(&self) -> bool {
        self.kind == BulkKind::PutOff
    }

    fn button(&self) -> &'static str {
        if self.kind == BulkKind::Close { "btn btn--warning" } else { "btn" }
    }
}

/// Shows a run.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(run): Path<String>,
    query: Result<Query<RunQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    page::show(&build(&web, &staff, run_id(&run)?, &query, TypedBegin::default()).await?)
}

/// What was typed to begin a run, with what is wrong with it.
#[derive(Default)]
pub(super) struct TypedBegin {
    pub(super) typed: BeginForm,
    pub(super) errors: FieldErrors,
}

/// The run again, with what is wrong with what was typed to begin it.
pub(super) async fn wrong(
    web: &WebState,
    staff: &Staff,
    run: BulkRunId,
    typed: TypedBegin,
) -> Result<Response, PageError> {
    let page = build(web, staff, run, &RunQuery::default(), typed).await?;
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn build(
    web: &WebState,
    staff: &Staff,
    id: BulkRunId,
    query: &RunQuery,
    TypedBegin { typed, errors }: TypedBegin,
) -> Result<RunPage, PageError> {
    let run = bulk::find(&web.context, id).await?;
    let items = bulk::list_items(&web.context, id, query.which(), query.na.parse().unwrap_or_default()).await;
    let Page { rows, next } = items.map_err(ServiceError::from)?;
    let is_own = run.asked_by.person() == Some(staff.account.id.as_uuid());
    let is_begun = run.begun_at.is_some();
    let may_begin = !is_begun && is_own && staff.can_act() && run.total > 0;
    let (list, back) = match bulk::is_of_worklist(&run) {
        true => (links::STAFF, "Terug naar de werklijst"),
        false => (links::STAFF_SCHOOLS, "Terug naar de scholen"),
    };
    Ok(RunPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, list),
        list,
        back,
        title: words::bulk_title(run.kind, run.total),
        promise: words::bulk_promise(run.kind),
        waits: if web.context.mail.is_held && mails(run.kind) { Promised::School.instead(Reach::Held) } else { "" },
        asked: words::moment_nl(run.begun_at.unwrap_or(run.asked_at)),
        is_begun,
        begin: if may_begin { links::fill(links::STAFF_BULK_BEGIN, &[&id.to_string()]) } else { String::new() },
        kind: run.kind,
        typed,
        grounds: bulk_begin::grounds(),
        errors,
        total: run.total,
        left_out: run.count(BulkOutcome::LeftOut),
        live: links::fill(links::STAFF_BULK_LIVE, &[&id.to_string()]),
        chips: chips(&run, query.which()),
        rows: rows.iter().map(item_row).collect(),
        next: next.map(|after| href(id, query.which(), after)).unwrap_or_default(),
        progress: Progress::of(&run),
    })
}

/// Whether the work sends mails.
fn mails(kind: BulkKind) -> bool {
    match kind {
        BulkKind::Issue
        | BulkKind::VouchAndIssue
        | BulkKind::Activate
        | BulkKind::Remind
        | BulkKind::PutOff
        | BulkKind::Close => true,
        BulkKind::Check | BulkKind::Take | BulkKind::Roster => false,
    }
}

/// All, those that are left, and each way in which some came out.
fn chips(run: &BulkRun, current: Which) -> Vec<Chip> {
    let chip = |which: Which, label: &'static str, count: u32| Chip {
        href: href(run.id, which, 0),
        label,
        count,
        is_current: which == current,
    };
    let left_out = run.count(BulkOutcome::LeftOut);
    let mut chips = vec![chip(Which::All, "Alles", run.total + left_out)];
    chips.push(chip(Which::Left, "Nog te doen", run.total.saturating_sub(run.done)));
    chips.extend(BulkOutcome::iter().map(|one| chip(Which::Ended(one), words::bulk_outcome(one), run.count(one))));
    chips.retain(|chip| chip.count > 0 || chip.is_current);
    chips
}

fn href(run: BulkRunId, which: Which, after: u32) -> String {
    let toon = match which {
        Which::All => "",
        Which::Left => LEFT,
        Which::Ended(outcome) => outcome.as_str(),
    };
    let after = if after == 0 { String::new() } else { after.to_string() };
    links::with_query(&here(run), &links::query([("toon", toon), ("na", &*after)]))
}

fn here(run: BulkRunId) -> String {
    links::fill(links::STAFF_BULK_RUN, &[&run.to_string()])
}

/// How far a run is, as it goes.
pub(super) async fn show_live(
    State(web): State<WebState>,
    staff: Staff,
    Path(run): Path<String>,
) -> Result<Response, PageError> {
    let id = run_id(&run)?;
    let context = web.context.clone();
    let look = move || {
        let context = context.clone();
        async move {
            let progress = Progress::of(&bulk::find(&context, id).await?);
            let block = ProgressBlock { progress: &progress };
            let html = block.render().map_err(|_| PageError::Broken("a template failed"))?;
            Ok(live::Step { html, said: progress.said, is_done: !progress.is_running })
        }
    };
    live::tell(&web, staff, look).await
}

/// A run in the list of a colleague's runs.
struct RunRow {
    href: String,
    verb: &'static str,
    at: String,
    said: String,
}

#[derive(Template)]
#[template(path = "staff/bulk_runs.html")]
struct RunsPage {
    frame: Frame,
    nav: Nav,
    /// For how many days they are kept.
    days: u16,
    rows: Vec<RunRow>,
}

/// A colleague's runs, newest first.
pub(super) async fn list(State(web): State<WebState>, staff: Staff) -> Result<Response, PageError> {
    let runs = bulk::list_recent(&web.context, staff.account.id).await.map_err(ServiceError::from)?;
    let row = |run: &BulkRun| RunRow {
        href: here(run.id),
        verb: words::bulk_verb(run.kind),
        at: words::moment_nl(run.begun_at.unwrap_or(run.asked_at)),
        said: if run.begun_at.is_some() { Progress::of(run).said } else { "Nog niet begonnen.".to_owned() },
    };
    page::show(&RunsPage {
        frame: desk::frame(&web, &staff),
        nav: Nav::new(&staff, links::STAFF_SCHOOLS),
        days: web.context.retention.days(Kept::Runs),
        rows: runs.iter().map(row).collect(),
    })
}

/// The run in a path.
pub(super) fn run_id(text: &str) -> Result<BulkRunId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}
