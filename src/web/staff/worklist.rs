//! What waits on Kurve, all of it: stuck connections on top, then what waits longest, each with the one thing to do.
//!
//! What a row says is in [`super::work_rows`], a form that is open in one in [`super::work_forms`], and what is shown and
//! the way back to it in [`super::worklist_query`].

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use strum::IntoEnumIterator;

use super::addresses::{self, AddressPart};
use super::bulk_bar::{BulkBar, LIST, WORKLIST};
use super::desk::Nav;
use super::mentions::{self, MentionRow};
use super::pressed::{self, PressRow};
use super::work_forms::{self, WorkForm};
use super::work_rows::{Reader, WorkRow};
use super::worklist_query::{MINE, NOBODYS, WorklistQuery};
use crate::domain::count::MOST_COUNTED;
use crate::domain::work::WorkKind;
use crate::links;
use crate::services::mail::post_office;
use crate::services::onboarding::worklist::Worklist;
use crate::services::operations::desk_settings;
use crate::store::Page;
use crate::store::mail::outbox::MailStatus;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::page::Frame;
use crate::web::{WebState, assets, page};
use crate::words;

/// A filter, with how many it shows.
struct Chip {
    /// Its name, for tests.
    key: &'static str,
    label: &'static str,
    href: String,
    /// How many, as far as was counted; empty where that is not known.
    count: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "staff/worklist.html")]
struct WorklistPage {
    frame: Frame,
    /// What was activated a moment ago.
    presses: Vec<PressRow>,
    nav: Nav,
    typed: WorklistQuery,
    kinds: Vec<Chip>,
    takers: Vec<Chip>,
    rows: Vec<WorkRow>,
    form: Option<WorkForm>,
    /// What can be done with chosen rows; nothing for who may not act.
    bulk: Option<BulkBar>,
    addresses: AddressPart,
    /// Notes that name the reader.
    mentions: Vec<MentionRow>,
    /// The first page; empty when this is it.
    first: String,
    /// The next page; empty when this is the last.
    next: String,
    has_filter: bool,
    failed_mails: u64,
    /// The same, as far as was counted.
    failed_said: String,
    mails: String,
    retry_all: &'static str,
    /// Whether single letters do something, and where that is turned on and off.
    has_keys: bool,
    keys: &'static str,
    script: String,
    can_act: bool,
}

/// Shows the worklist.
pub(super) async fn show(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<WorklistQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let (context, now) = (&web.context, staff.visit.now);
    let typed = query.map(|Query(query)| query.tidied()).unwrap_or_default();
    let after = typed.after();
    let wanted = typed.wanted(context, staff.account.id);
    let worklist = Worklist::at(context, now).await?;
    let Page { rows: items, next } = worklist.list(&wanted, after.as_ref()).await?;
    let details = worklist.details(&items).await?;
    let reader = Reader { me: staff.account.id, now, query: &typed };
    let rows: Vec<WorkRow> = items.iter().filter_map(|item| reader.row(item, &details)).collect();
    let open = items.iter().find(|item| item.key == typed.open && staff.can_act());
    let form = match open {
        Some(item) => work_forms::open(&web, &typed, item).await?,
        None => None,
    };
    let counts = worklist.count(&typed.of_kind(None).wanted(context, staff.account.id)).await?;
    let is_part = after.is_some() || next.is_some();
    let bulk = staff.can_act().then(|| bulk_bar(&typed, &rows, &all_words(&typed, &counts, is_part)));
    let failed_mails = post_office::count(context, MailStatus::Failed).await?;
    let (frame, presses) = pressed::frame_with_presses(&web, &staff, None).await?;
    let page = WorklistPage {
        frame,
        presses,
        nav: Nav::new(&staff, links::STAFF),
        kinds: kinds(&typed, &counts),
        takers: takers(&web, &staff, &typed, &worklist).await?,
        rows,
        form,
        bulk,
        addresses: addresses::part(&web).await?,
        first: if after.is_some() { typed.from(None).href() } else { String::new() },
        next: next.as_ref().map_or_else(String::new, |next| typed.from(Some(next)).href()),
        has_filter: typed.has_filter(),
        mentions: mentions::rows(&web, &staff).await?,
        failed_mails,
        failed_said: words::counted(failed_mails),
        mails: links::failed_mails(),
        retry_all: links::STAFF_MAILS_RETRY,
        has_keys: desk_settings::has_keys(context, staff.account.id).await?,
        keys: links::STAFF_KEYS,
        script: assets::address("worklist.js"),
        can_act: staff.can_act(),
        typed,
    };
    page::show(&page)
}

/// How many of each kind there are of whoever is chosen; a kind of which there is nothing is left out.
fn kinds(typed: &WorklistQuery, counts: &BTreeMap<WorkKind, u64>) -> Vec<Chip> {
    let is_counted = is_counted(typed, counts);
    let said = |count| if is_counted { words::counted(count) } else { String::new() };
    let chip = |key, label, kind: Option<WorkKind>, count| Chip {
        key,
        label,
        href: typed.of_kind(kind).href(),
        count,
        is_current: typed.kind() == kind,
    };
    let mut chips = vec![chip("", "Alles", None, said(sum(counts)))];
    for kind in WorkKind::iter() {
        let count = counts.get(&kind).copied().unwrap_or_default();
        if count > 0 || !is_counted || typed.kind() == Some(kind) {
            chips.push(chip(kind.as_str(), words::work_kind(kind), Some(kind), said(count)));
        }
    }
    chips
}

/// A search that finds too many schools is not counted: then each kind is there, without a number.
fn is_counted(typed: &WorklistQuery, counts: &BTreeMap<WorkKind, u64>) -> bool {
    typed.q.is_empty() || !counts.is_empty()
}

/// What can be done with chosen rows.
fn bulk_bar(typed: &WorklistQuery, rows: &[WorkRow], all: &str) -> BulkBar {
    let list = [(LIST, WORKLIST.to_owned())];
    let asked = list.into_iter().chain(typed.fields());
    BulkBar::new(rows.iter().map(|row| row.key.as_str()), asked, all.to_owned())
}

/// What the box for all rows says; nothing where this page has them all.
fn all_words(typed: &WorklistQuery, counts: &BTreeMap<WorkKind, u64>, is_part: bool) -> String {
    let count = typed.kind().map_or_else(|| sum(counts), |kind| counts.get(&kind).copied().unwrap_or_default());
    match (is_part, is_counted(typed, counts), typed.has_filter()) {
        (false, _, _) => String::new(),
        (true, false, _) => "Kies alles wat past bij dit filter".to_owned(),
        (true, true, false) => format!("Kies alle {}", words::counted(count)),
        (true, true, true) => format!("Kies alle {} die passen bij dit filter", words::counted(count)),
    }
}

/// How many of the chosen kind are one's own, and nobody's.
async fn takers(
    web: &WebState,
    staff: &Staff,
    typed: &WorklistQuery,
    worklist: &Worklist<'_>,
) -> Result<Vec<Chip>, PageError> {
    let mut chips = vec![];
    for (key, label) in [("", "Iedereen"), (MINE, "Van mij"), (NOBODYS, "Van niemand")] {
        let query = typed.of(key);
        let count = match !key.is_empty() && typed.q.is_empty() {
            true => worklist.count_all(&query.wanted(&web.context, staff.account.id)).await?,
            false => None,
        };
        let count = count.map_or_else(String::new, words::counted);
        chips.push(Chip { key, label, href: query.href(), count, is_current: typed.van == key });
    }
    Ok(chips)
}

fn sum(counts: &BTreeMap<WorkKind, u64>) -> u64 {
    counts.values().sum::<u64>().min(MOST_COUNTED + 1)
}
