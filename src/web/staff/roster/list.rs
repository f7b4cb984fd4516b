//! A file that was brought: its columns, what would become of its rows, and the form that carries them out. The columns
//! stay on the page, so that a wrong one is mended where it shows.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::columns::{self, ColumnsForm, FieldRow};
use super::rows::{self, GoodRow, LookRow};
use super::{Choice, list_id, mail_choices, path};
use crate::domain::ids::RosterId;
use crate::domain::roster::{MailChoice, Verb};
use crate::links;
use crate::services::roster::lists::{self, Brought};
use crate::services::roster::{DryRun, dry_run};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::see_other;
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::staff::desk::{self, Nav};
use crate::web::{WebState, assets, page};
use crate::words::roster as sentences;

/// How many rows a page lists.
const ROWS: usize = 100;

/// Which rows are listed, and from which on, as in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::web::staff) struct ListQuery {
    #[serde(default)]
    toon: String,
    #[serde(default)]
    na: String,
}

impl ListQuery {
    /// What the rows come out as; `None` for those to look at.
    fn verb(&self) -> Option<Verb> {
        [Verb::Make, Verb::Join, Verb::Change, Verb::Leave].into_iter().find(|verb| verb.as_str() == self.toon)
    }
}

/// A choice of what is listed, with how many there are.
struct Chip {
    href: String,
    label: &'static str,
    count: usize,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "staff/roster/list.html")]
struct ListPage {
    frame: Frame,
    nav: Nav,
    asset_roster: String,
    file: String,
    /// How many rows and columns there are, and on which sheet.
    said: String,
    here: String,
    fields: Vec<FieldRow>,
    unused: String,
    errors: FieldErrors,
    /// What would become of the rows; nothing while columns are missing.
    dry: Option<DryPart>,
    run: String,
    mails: Vec<Choice>,
    chosen_mails: &'static str,
}

/// What would become of the rows.
struct DryPart {
    total: usize,
    good: usize,
    faulty: usize,
    chips: Vec<Chip>,
    /// How many rows there are to look at.
    to_look_at: usize,
    looks: Vec<LookRow>,
    rows: Vec<GoodRow>,
    is_to_look_at: bool,
    /// What is listed.
    caption: &'static str,
    faults: String,
    /// The next rows; empty where these are the last.
    next: String,
}

/// Shows a list.
pub(in crate::web::staff) async fn show(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(list): Path<String>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let list = lists::open(&web.context, &staff.call(), list_id(&list)?).await?;
    let errors = columns::errors(&list.mapping);
    page::show(&build(&web, &staff, list, Shown { query, errors }).await?)
}

/// Takes other columns.
pub(in crate::web::staff) async fn update(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(list): Path<String>,
    Posted(form): Posted<ColumnsForm>,
) -> Result<Response, PageError> {
    let id = list_id(&list)?;
    let list = lists::open(&web.context, &staff.call(), id).await?;
    let mapping = form.mapping(&list.sheet);
    let errors = columns::errors(&mapping);
    if !errors.is_empty() {
        let shown = Shown { query: ListQuery::default(), errors };
        let page = build(&web, &staff, Brought { mapping, ..list }, shown).await?;
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    lists::choose(&web.context, &staff.call(), id, &mapping).await?;
    Ok(see_other(&path(links::STAFF_ROSTER, id)))
}

/// What of a list is shown, with what is wrong with its columns.
struct Shown {
    query: ListQuery,
    errors: FieldErrors,
}

async fn build(web: &WebState, staff: &Staff, list: Brought, shown: Shown) -> Result<ListPage, PageError> {
    let Shown { query, errors } = shown;
    let dry = if errors.is_empty() {
        Some(dry_part(&list, &dry_run(&web.context, &list.sheet, &list.mapping).await?, &query))
    } else {
        None
    };
    Ok(ListPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_SCHOOLS),
        asset_roster: assets::address("roster.css"),
        file: list.file.as_str().to_owned(),
        said: said(&list),
        here: path(links::STAFF_ROSTER, list.id),
        fields: columns::fields(&list.sheet, &list.mapping, &errors),
        unused: columns::unused(&list.sheet, &list.mapping),
        errors,
        dry,
        run: path(links::STAFF_ROSTER_RUN, list.id),
        mails: mail_choices(),
        chosen_mails: MailChoice::None.as_str(),
    })
}

fn said(list: &Brought) -> String {
    let (rows, columns) = (list.sheet.rows.len(), list.sheet.headers.len());
    let counted = |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    let sheet = list.sheet.name.as_ref().map(|name| format!(", blad “{name}”")).unwrap_or_default();
    format!("{}, {}{sheet}.", counted(rows, "rij", "rijen"), counted(columns, "kolom", "kolommen"))
}

fn dry_part(list: &Brought, dry: &DryRun, query: &ListQuery) -> DryPart {
    let verb = query.verb();
    let from: usize = query.na.parse().unwrap_or_default();
    let to_look_at = rows::numbers_to_look_at(dry).len();
    let (mut looks, mut good) = (vec![], vec![]);
    let total = match verb {
        None => {
            looks = rows::to_look_at(list, dry);
            let total = looks.len();
            looks = looks.into_iter().skip(from).take(ROWS).collect();
            total
        }
        Some(verb) => {
            good = rows::of_verb(dry, verb);
            let total = good.len();
            good = good.into_iter().skip(from).take(ROWS).collect();
            total
        }
    };
    let next = if from + ROWS < total { href(list.id, verb, from + ROWS) } else { String::new() };
    let chip = |(one, count): (Verb, usize)| Chip {
        href: href(list.id, Some(one), 0),
        label: sentences::verb_name(one),
        count,
        is_current: verb == Some(one),
    };
    let look =
        Chip { href: href(list.id, None, 0), label: "Fout of kijk na", count: to_look_at, is_current: verb.is_none() };
    let faulty = dry.faulty();
    DryPart {
        total: dry.planned.len(),
        good: dry.planned.len() - faulty,
        faulty,
        chips: [look].into_iter().chain(dry.counts().into_iter().map(chip)).collect(),
        to_look_at,
        looks,
        rows: good,
        is_to_look_at: verb.is_none(),
        caption: verb.map_or("Rijen met een fout of om na te kijken", sentences::verb_name),
        faults: path(links::STAFF_ROSTER_FAULTS, list.id),
        next,
    }
}

fn href(list: RosterId, verb: Option<Verb>, from: usize) -> String {
    let from = if from == 0 { String::new() } else { from.to_string() };
    let query = links::query([("toon", verb.map_or("", Verb::as_str)), ("na", &from)]);
    format!("{}#proef", links::with_query(&path(links::STAFF_ROSTER, list), &query))
}
