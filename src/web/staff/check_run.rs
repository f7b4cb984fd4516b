//! One run over a selection of connections: how far it is, and how its checks ended.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::connections;
use super::desk::{self, Nav};
use crate::domain::check::CheckCode;
use crate::domain::ids::CheckRunId;
use crate::links;
use crate::services::checks::{self, RunProgress};
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::ladder::live;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// How many checks of a run ended so.
struct EndedRow {
    key: &'static str,
    label: &'static str,
    href: String,
    count: u64,
}

/// A run as it stands.
struct RunView {
    is_running: bool,
    total: u64,
    done: u64,
    said: String,
    rows: Vec<EndedRow>,
}

impl RunView {
    fn of(progress: &RunProgress) -> Self {
        let rows: Vec<EndedRow> = progress.ended.iter().map(|(code, count)| ended_row(*code, *count)).collect();
        let done = rows.iter().map(|row| row.count).sum();
        let total = done + progress.open;
        let is_running = progress.open > 0;
        let said = match (total, is_running) {
            (0, _) => "Geen van deze scholen kan nu worden gecontroleerd.".to_owned(),
            (1, true) => "De school wordt gecontroleerd.".to_owned(),
            (total, true) => format!("{done} van de {total} scholen gecontroleerd."),
            (1, false) => "Klaar: 1 school gecontroleerd.".to_owned(),
            (total, false) => format!("Klaar: {total} scholen gecontroleerd."),
        };
        Self { is_running, total, done, said, rows }
    }
}

fn ended_row(code: Option<CheckCode>, count: u64) -> EndedRow {
    EndedRow {
        key: code.map_or("not_made", CheckCode::as_str),
        label: code.map_or("Niet gedaan", words::check_short),
        href: code.map(connections::href_of).unwrap_or_default(),
        count,
    }
}

/// The part of the page that changes.
#[derive(Template)]
#[template(path = "staff/check_run_block.html")]
struct RunBlock<'a> {
    run: &'a RunView,
}

#[derive(Template)]
#[template(path = "staff/check_run.html")]
struct RunPage {
    frame: Frame,
    nav: Nav,
    asked: String,
    run: RunView,
    here: String,
    live: String,
}

/// Shows a run.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    Path(run): Path<String>,
) -> Result<Response, PageError> {
    let id = run_id(&run)?;
    let progress = checks::run_progress(&web.context, id).await?;
    let page = RunPage {
        frame: desk::frame(&web, &staff),
        nav: Nav::new(&staff, links::STAFF_CONNECTIONS),
        asked: words::moment_nl(progress.run.asked_at),
        run: RunView::of(&progress),
        here: links::fill(links::STAFF_CHECK_RUN, &[&id.to_string()]),
        live: links::fill(links::STAFF_CHECK_RUN_LIVE, &[&id.to_string()]),
    };
    page::show(&page)
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
            let run = RunView::of(&checks::run_progress(&context, id).await?);
            let html = RunBlock { run: &run }.render().map_err(|_| PageError::Broken("a template failed"))?;
            Ok(live::Step { html, said: run.said, is_done: !run.is_running })
        }
    };
    live::tell(&web, staff, look).await
}

fn run_id(text: &str) -> Result<CheckRunId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}
