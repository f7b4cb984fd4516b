//! Figures as pictures, each the answer to a question, with its numbers in words and as a table.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::desk::{self, Nav};
use crate::domain::insight::Durations;
use crate::domain::onboarding::{Gate, Party};
use crate::links;
use crate::services::operations::insight::{self, GateFigures, Week};
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// The periods to choose from, in weeks.
const PERIODS: [u64; 3] = [12, 26, 52];

/// How wide a bar is drawn at its longest; the page stretches it.
const FULL: u64 = 1000;

/// How high a column is drawn at its highest.
const HIGH: u64 = 100;

/// The period in the address.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct InsightQuery {
    #[serde(default)]
    weken: u64,
}

impl InsightQuery {
    fn weeks(self) -> u64 {
        if PERIODS.contains(&self.weken) { self.weken } else { PERIODS[1] }
    }
}

/// A period to choose.
struct Period {
    href: String,
    label: String,
    count: Option<u64>,
    is_current: bool,
}

/// How many schools answer one question with yes.
struct GateBar {
    name: &'static str,
    question: &'static str,
    yes: u64,
    no: u64,
    /// Of [`FULL`].
    width: u64,
}

/// How long one party keeps the ball.
struct HoldingBar {
    party: &'static str,
    holdings: u64,
    median: String,
    ninetieth: String,
    median_width: u64,
    ninetieth_width: u64,
}

/// One week.
struct WeekColumn {
    /// The Monday, in words.
    monday: String,
    registered: u64,
    opened: u64,
    /// Where the column begins, of [`FULL`].
    x: u64,
    registered_high: u64,
    opened_high: u64,
}

#[derive(Template)]
#[template(path = "staff/insight.html")]
struct InsightPage {
    frame: Frame,
    nav: Nav,
    periods: Vec<Period>,
    period: String,
    schools: u64,
    gates: Vec<GateBar>,
    holdings: Vec<HoldingBar>,
    has_holdings: bool,
    weeks: Vec<WeekColumn>,
    /// How wide a column is, of [`FULL`].
    column: u64,
    registered: u64,
    opened: u64,
    /// The most in one week: both rows of columns are drawn on its scale.
    most: u64,
}

/// Shows the figures.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<InsightQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let count = query.map(|Query(query)| query).unwrap_or_default().weeks();
    let figures = insight::figures(&web.context, staff.visit.now, count).await?;
    let most = figures.weeks.iter().map(|week| week.registered.max(week.opened)).max().unwrap_or_default();
    let page = InsightPage {
        frame: desk::frame(&web, &staff),
        nav: Nav::new(&staff, links::STAFF_INSIGHT),
        periods: PERIODS.map(|weeks| period(weeks, weeks == count)).into(),
        period: period_words(count),
        schools: figures.gates.schools,
        gates: gate_bars(&figures.gates),
        has_holdings: figures.holdings.iter().any(|(_, holdings)| holdings.count() > 0),
        holdings: holding_bars(&figures.holdings),
        column: FULL * 7 / 10 / count,
        registered: figures.weeks.iter().map(|week| week.registered).sum(),
        opened: figures.weeks.iter().map(|week| week.opened).sum(),
        weeks: week_columns(&figures.weeks, most),
        most,
    };
    page::show(&page)
}

fn period(weeks: u64, is_current: bool) -> Period {
    Period {
        href: format!("{}?weken={weeks}", links::STAFF_INSIGHT),
        label: period_words(weeks),
        count: None,
        is_current,
    }
}

fn period_words(weeks: u64) -> String {
    if weeks == 52 { "een jaar".to_owned() } else { format!("{weeks} weken") }
}

/// A part of a whole, of `full`.
fn share(part: u64, whole: u64, full: u64) -> u64 {
    (part * full).checked_div(whole).unwrap_or_default()
}

fn gate_bars(figures: &GateFigures) -> Vec<GateBar> {
    let bar = |(gate, yes): &(Gate, u64)| GateBar {
        name: words::gate_short(*gate),
        question: words::gate_question(*gate),
        yes: *yes,
        no: figures.schools.saturating_sub(*yes),
        width: share(*yes, figures.schools, FULL),
    };
    figures.yes.iter().map(bar).collect()
}

fn holding_bars(holdings: &[(Party, Durations)]) -> Vec<HoldingBar> {
    let longest = holdings.iter().filter_map(|(_, holdings)| holdings.ninetieth()).max().unwrap_or_default().max(1);
    let width = |days: Option<u32>| share(u64::from(days.unwrap_or_default()), u64::from(longest), FULL);
    let bar = |(party, holdings): &(Party, Durations)| HoldingBar {
        party: words::party_name(*party),
        holdings: holdings.count(),
        median: days_words(holdings.median()),
        ninetieth: days_words(holdings.ninetieth()),
        median_width: width(holdings.median()),
        ninetieth_width: width(holdings.ninetieth()),
    };
    holdings.iter().map(bar).collect()
}

fn days_words(days: Option<u32>) -> String {
    match days {
        None => "geen".to_owned(),
        Some(0) => "dezelfde werkdag".to_owned(),
        Some(1) => "1 werkdag".to_owned(),
        Some(days) => format!("{days} werkdagen"),
    }
}

fn week_columns(weeks: &[Week], most: u64) -> Vec<WeekColumn> {
    let count = u64::try_from(weeks.len()).unwrap_or(1).max(1);
    let column = |(place, week): (u64, &Week)| WeekColumn {
        monday: words::date_only_nl(week.monday),
        registered: week.registered,
        opened: week.opened,
        x: place * FULL / count,
        registered_high: share(week.registered, most, HIGH),
        opened_high: share(week.opened, most, HIGH),
    };
    (0..).zip(weeks).map(column).collect()
}
