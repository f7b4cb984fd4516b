//! All schools, by name, with a filter in the address.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::ask::Choice;
use super::bulk_bar::{BulkBar, row_name};
use super::desk::{self, Nav};
use super::view::status_tag;
use crate::domain::onboarding::{Gate, Party, Status};
use crate::links;
use crate::services::Context;
use crate::services::onboarding::schools::{self, Listed};
use crate::services::operations::saved_views;
use crate::store::Page;
use crate::store::onboarding::overview::After;
use crate::store::onboarding::school_list::{Filter, SchoolSummary};
use crate::store::operations::saved_views::SavedView;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::form::{FieldError, FieldErrors};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// How many signs of a search count: more than the longest name of a school.
const SEARCH_SIGNS: usize = 120;

/// The filter and the place in the list, as in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct SchoolsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    gate: String,
    #[serde(default)]
    holder: String,
    #[serde(default)]
    state: String,
    /// The name after which the page starts.
    #[serde(default)]
    na: String,
    /// The id of the school with that name.
    #[serde(default)]
    id: String,
}

impl SchoolsQuery {
    /// The filter in the fields of a form; the place is none of them.
    pub(super) fn of(field: impl Fn(&str) -> String) -> Self {
        let [q, gate, holder, state] = ["q", "gate", "holder", "state"].map(field);
        Self { q, gate, holder, state, ..Self::default() }
    }

    /// Without what no database takes, and without choices that do not exist.
    pub(super) fn tidied(mut self) -> Self {
        self.q = self.q.trim().chars().filter(|sign| !sign.is_control()).take(SEARCH_SIGNS).collect();
        self.na = self.na.chars().filter(|sign| !sign.is_control()).collect();
        self.gate = self.gate.parse().map_or("", Gate::as_str).to_owned();
        self.holder = self.holder.parse().map_or("", Party::as_str).to_owned();
        if ![STUCK, SILENT].contains(&self.state.as_str()) && self.state.parse::<Status>().is_err() {
            self.state.clear();
        }
        self
    }

    /// The filter with the search.
    pub(super) fn filter(&self, context: &Context) -> Filter {
        Filter { search: schools::read_search(context, &self.q), ..self.chosen() }
    }

    /// What was chosen beside the search.
    fn chosen(&self) -> Filter {
        Filter {
            gate_missing: self.gate.parse().ok(),
            holder: self.holder.parse().ok(),
            status: self.state.parse().ok(),
            is_stuck: self.state == STUCK,
            is_silent: self.state == SILENT,
            ..Filter::default()
        }
    }

    fn after(&self) -> Option<After> {
        let id = self.id.parse().ok()?;
        Some(After { name: self.na.clone(), id })
    }

    fn has_filter(&self) -> bool {
        !self.q.is_empty() || self.chosen() != Filter::default()
    }

    /// The address of the list with this filter, after a place.
    pub(super) fn href(&self, after: Option<&After>) -> String {
        links::with_query(links::STAFF_SCHOOLS, &self.in_address(after))
    }

    /// The filter and a place as the query of an address.
    pub(super) fn in_address(&self, after: Option<&After>) -> String {
        let (na, id) = after.map(|after| (after.name.as_str(), after.id.to_string())).unwrap_or_default();
        let filter = [("q", &*self.q), ("gate", &*self.gate), ("holder", &*self.holder), ("state", &*self.state)];
        links::query(filter.into_iter().chain([("na", na), ("id", &id)]))
    }
}

/// A school in the list.
pub(super) struct SchoolRow {
    /// What its box is called.
    pub(super) key: String,
    pub(super) href: String,
    pub(super) name: String,
    pub(super) brin: String,
    pub(super) domain: String,
    pub(super) gates: String,
    pub(super) holders: String,
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
}

/// A filter that the colleague keeps.
struct ViewLink {
    href: String,
    label: String,
    delete: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "staff/schools.html")]
struct SchoolsPage {
    frame: Frame,
    nav: Nav,
    typed: SchoolsQuery,
    gates: Vec<Choice>,
    holders: Vec<Choice>,
    states: Vec<Choice>,
    rows: Vec<SchoolRow>,
    /// What can be done with chosen rows; nothing for who may not act.
    bulk: Option<BulkBar>,
    /// Whether schools are added here.
    can_act: bool,
    add: &'static str,
    add_many: &'static str,
    has_filter: bool,
    views: Vec<ViewLink>,
    /// What was typed as the name of a view.
    name: String,
    name_error: String,
    errors: Vec<FieldError>,
    /// Where a view is kept.
    save_view: &'static str,
    csv: String,
    workbook: String,
    /// The list without a filter.
    all: &'static str,
    /// The first page; empty when this is it.
    first: String,
    /// The next page; empty when this is the last.
    next: String,
}

/// Lists schools.
pub(super) async fn list(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<SchoolsQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let typed = query.map(|Query(typed)| typed).unwrap_or_default().tidied();
    let page = build(&web, &staff, typed, TypedName::default()).await?;
    page::show(&page)
}

/// The name of a view as somebody typed it, with what is wrong with it.
#[derive(Default)]
pub(super) struct TypedName {
    pub(super) name: String,
    pub(super) errors: FieldErrors,
}

/// The list again, with what is wrong with the name of a view.
pub(super) async fn with_wrong_view(
    web: &WebState,
    staff: &Staff,
    typed: SchoolsQuery,
    wrong: TypedName,
) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(web, staff, typed, wrong).await?)
}

async fn build(
    web: &WebState,
    staff: &Staff,
    typed: SchoolsQuery,
    TypedName { name, errors }: TypedName,
) -> Result<SchoolsPage, PageError> {
    let after = typed.after();
    let Listed { page, count } = schools::list(&web.context, &typed.filter(&web.context), after.as_ref()).await?;
    let Page { rows: found, next } = page;
    let filter = typed.in_address(None);
    let views = saved_views::list(&web.context, staff.account.id).await?;
    let rows: Vec<SchoolRow> = found.into_iter().map(school_row).collect();
    let bulk = staff.can_act().then(|| bulk_bar(&typed, &rows, count));
    Ok(SchoolsPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_SCHOOLS),
        gates: choices("Alle", Gate::iter().map(|gate| (gate.as_str(), words::gate_short(gate)))),
        holders: choices("Iedereen", Party::iter().map(|party| (party.as_str(), words::party_name(party)))),
        states: choices("Alle", STATES.into_iter().chain([(STUCK, STUCK_WORDS), (SILENT, SILENT_WORDS)])),
        rows,
        bulk,
        can_act: staff.can_act(),
        add: links::STAFF_NEW_SCHOOL,
        add_many: links::STAFF_ROSTERS,
        has_filter: typed.has_filter(),
        views: views.iter().map(|view| view_link(view, &filter)).collect(),
        name,
        name_error: errors.at("name").to_owned(),
        errors: errors.all().to_vec(),
        save_view: links::STAFF_VIEWS,
        csv: links::with_query(links::STAFF_SCHOOLS_CSV, &filter),
        workbook: links::with_query(links::STAFF_SCHOOLS_XLSX, &filter),
        all: links::STAFF_SCHOOLS,
        first: after.map_or_else(String::new, |_| typed.href(None)),
        next: next.map_or_else(String::new, |next| typed.href(Some(&next))),
        typed,
    })
}

/// What can be done with chosen schools, and with all that there are beside this page.
fn bulk_bar(typed: &SchoolsQuery, rows: &[SchoolRow], count: Option<u64>) -> BulkBar {
    let found = if typed.has_filter() { " die passen bij deze zoekvraag" } else { "" };
    let all = count.map_or_else(String::new, |count| format!("Kies alle {}{found}", words::counted(count)));
    let SchoolsQuery { q, gate, holder, state, .. } = typed.clone();
    let asked = [("q", q), ("gate", gate), ("holder", holder), ("state", state)];
    BulkBar::new(rows.iter().map(|row| row.key.as_str()), asked, all)
}

fn view_link(view: &SavedView, filter: &str) -> ViewLink {
    ViewLink {
        href: links::with_query(links::STAFF_SCHOOLS, &view.query),
        label: view.name.to_string(),
        delete: links::fill(links::STAFF_VIEW_DELETE, &[&view.id.to_string()]),
        is_current: view.query == filter,
    }
}

/// The states to filter by, with their names from [`words::lifecycle_name`].
const STATES: [(&str, &str); 4] =
    [("active", "Bezig"), ("paused", "Gepauzeerd"), ("withdrawn", "Gestopt"), ("completed", "Klaar")];

/// Stuck is no state of its own: a school that is stuck is under way.
const STUCK: &str = "stuck";

/// Nor is no answer: all reminders went, and the school did nothing.
const SILENT: &str = "no_answer";

/// What no answer is called, in the filter and on the worklist.
const SILENT_WORDS: &str = "Geen antwoord";

/// What stuck is called, in the filter and on the tag of a row.
const STUCK_WORDS: &str = "Lukt niet";

pub(super) fn choices<'a>(all: &'a str, named: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Choice> {
    let choice = |(value, label): (&str, &str)| Choice { value: value.to_owned(), label: label.to_owned() };
    std::iter::once(("", all)).chain(named).map(choice).collect()
}

pub(super) fn school_row(school: SchoolSummary) -> SchoolRow {
    let (kind, tag_words) = if school.is_stuck { (STUCK, STUCK_WORDS) } else { status_tag(school.status) };
    SchoolRow {
        key: row_name(school.connection, Some(school.school)),
        href: links::staff_school(links::STAFF_SCHOOL, school.connection),
        gates: format!("{} van {}", school.gates.len() - school.doubted.len(), Gate::iter().len()),
        holders: words::party_list(&school.holders),
        name: school.name,
        brin: school.brin,
        domain: school.domain,
        kind,
        words: tag_words,
    }
}

#[cfg(test)]
#[path = "schools_tests.rs"]
mod tests;
