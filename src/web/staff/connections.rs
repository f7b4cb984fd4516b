//! All connections for Kurve: how many work, the others by code, a list with a filter in the address, and a run over some.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::ask::Choice;
use super::connection::holder_kind;
use super::desk::{self, Nav};
use super::tally::{NEVER, TallyRow, tally_rows};
use crate::domain::check::CheckCode;
use crate::domain::ids::ConnectionId;
use crate::links;
use crate::services::checks::{self, Selection};
use crate::store::Page;
use crate::store::checks::check_status_list::{ConnectionFilter, Listed};
use crate::store::onboarding::overview::After;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::see_other;
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

/// What can be chosen beside a code.
const FAILING: &str = "mis";
const LOST: &str = "kwijt";
const OLDER_THAN_DAY: &str = "ouder-dan-dag";
const OLDER_THAN_WEEK: &str = "ouder-dan-week";

/// What the button for a whole list posts.
const WHOLE_LIST: &str = "lijst";

/// How the name of a connection's box begins.
const BOX: &str = "school-";

/// The filter and the place in the list, as in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ConnectionsQuery {
    #[serde(default)]
    uitkomst: String,
    /// The name after which the page starts.
    #[serde(default)]
    na: String,
    /// The id of the connection with that name.
    #[serde(default)]
    id: String,
}

impl ConnectionsQuery {
    /// Without what no database takes, and without choices that do not exist.
    fn tidied(mut self) -> Self {
        self.na = self.na.chars().filter(|sign| !sign.is_control()).collect();
        if filter(&self.uitkomst, DateTime::UNIX_EPOCH) == ConnectionFilter::All {
            self.uitkomst.clear();
        }
        self
    }

    fn after(&self) -> Option<After> {
        let id = self.id.parse().ok()?;
        Some(After { name: self.na.clone(), id })
    }

    fn href(&self, after: Option<&After>) -> String {
        let (na, id) = after.map(|after| (after.name.as_str(), after.id.to_string())).unwrap_or_default();
        links::with_query(
            links::STAFF_CONNECTIONS,
            &links::query([("uitkomst", &*self.uitkomst), ("na", na), ("id", &id)]),
        )
    }
}

/// The list of the connections whose last check ended so.
pub(super) fn href_of(code: CheckCode) -> String {
    href_to(code.as_str())
}

fn href_to(chosen: &str) -> String {
    ConnectionsQuery { uitkomst: chosen.to_owned(), ..ConnectionsQuery::default() }.href(None)
}

/// The filter behind a choice.
fn filter(chosen: &str, now: DateTime<Utc>) -> ConnectionFilter {
    match chosen {
        FAILING => ConnectionFilter::Failing,
        LOST => ConnectionFilter::Lost,
        NEVER => ConnectionFilter::NotChecked,
        OLDER_THAN_DAY => ConnectionFilter::CheckedBefore(now - Duration::days(1)),
        OLDER_THAN_WEEK => ConnectionFilter::CheckedBefore(now - Duration::weeks(1)),
        code => code.parse().map_or(ConnectionFilter::All, ConnectionFilter::Code),
    }
}

fn choices() -> Vec<Choice> {
    let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
    let codes = CheckCode::iter().map(|code| choice(code.as_str(), words::check_short(code)));
    let mut all = vec![choice("", "Alle"), choice(FAILING, "Werkt niet"), choice(LOST, "Werkte eerst, nu niet meer")];
    all.push(choice(NEVER, "Nog niet gecontroleerd"));
    all.push(choice(OLDER_THAN_DAY, "Controle ouder dan een dag"));
    all.push(choice(OLDER_THAN_WEEK, "Controle ouder dan een week"));
    all.extend(codes);
    all
}

/// A connection in the list.
struct ConnectionRow {
    /// The name of its box.
    name: String,
    school: String,
    brin: String,
    href: String,
    key: &'static str,
    kind: &'static str,
    words: &'static str,
    is_lost: bool,
    /// Who has to act; empty where all is well or no check was made.
    turn: &'static str,
    when: String,
    receipt: String,
}

fn connection_row(listed: &Listed) -> ConnectionRow {
    let Listed { connection: school, status: known, holder } = listed;
    let holder = *holder;
    let page = links::staff_school(links::STAFF_SCHOOL, school.id);
    let (key, kind, tag) = match known.last {
        Some((code, _)) => (code.as_str(), holder_kind(code, holder), words::check_short(code)),
        None => ("never", "blocked", "Nog niet gecontroleerd"),
    };
    let is_failing = known.last.is_some_and(|(code, _)| code != CheckCode::Ok);
    ConnectionRow {
        name: format!("{BOX}{}", school.id),
        school: school.details.name.to_string(),
        brin: school.carried.to_string(),
        href: format!("{page}#verbinding"),
        key,
        kind,
        words: tag,
        is_lost: known.is_lost,
        turn: if is_failing { holder.map_or("niemand", words::party_name) } else { "" },
        when: known.last.map_or_else(String::new, |(_, at)| words::moment_nl(at)),
        receipt: known.receipt.map(|receipt| receipt.counts.receipt()).unwrap_or_default(),
    }
}

#[derive(Template)]
#[template(path = "staff/connections.html")]
struct ConnectionsPage {
    frame: Frame,
    nav: Nav,
    is_off: bool,
    total: u64,
    working: u64,
    lost: u64,
    tally: Vec<TallyRow>,
    typed: ConnectionsQuery,
    choices: Vec<Choice>,
    rows: Vec<ConnectionRow>,
    /// Those of which the last check is longest ago stand first, and not those with the first name.
    is_by_age: bool,
    can_act: bool,
    /// What the button for a whole list posts.
    whole_list: &'static str,
    errors: FieldErrors,
    /// The list without a filter.
    all: &'static str,
    /// The first page; empty when this is it.
    first: String,
    /// The next page; empty when this is the last.
    next: String,
}

/// Lists connections.
pub(super) async fn list(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<ConnectionsQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let typed = query.map(|Query(typed)| typed).unwrap_or_default().tidied();
    page::show(&build(&web, &staff, typed, FieldErrors::default()).await?)
}

async fn build(
    web: &WebState,
    staff: &Staff,
    typed: ConnectionsQuery,
    errors: FieldErrors,
) -> Result<ConnectionsPage, PageError> {
    let after = typed.after();
    let chosen = filter(&typed.uitkomst, staff.visit.now);
    let Page { rows: found, next } = checks::list_connections(&web.context, chosen, after.as_ref()).await?;
    let tally = checks::tally(&web.context).await?;
    let rows = tally_rows(&tally, href_to);
    Ok(ConnectionsPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_CONNECTIONS),
        is_off: !web.context.check_policy.makes_checks(),
        total: rows.iter().map(|row| row.count).sum(),
        working: rows.iter().filter(|row| row.key == CheckCode::Ok.as_str()).map(|row| row.count).sum(),
        lost: tally.lost,
        choices: choices(),
        rows: found.iter().map(connection_row).collect(),
        tally: rows,
        is_by_age: matches!(chosen, ConnectionFilter::CheckedBefore(_)),
        can_act: staff.can_act() && web.context.check_policy.makes_checks(),
        whole_list: WHOLE_LIST,
        errors,
        all: links::STAFF_CONNECTIONS,
        first: after.map_or_else(String::new, |_| typed.href(None)),
        next: next.map_or_else(String::new, |next| typed.href(Some(&next))),
        typed,
    })
}

/// The ticked boxes, or the whole list: every field by its name.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RunForm {
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl RunForm {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn ticked(&self) -> Vec<ConnectionId> {
        self.fields.keys().filter_map(|name| name.strip_prefix(BOX)?.parse().ok()).collect()
    }
}

/// Asks for a run.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Posted(form): Posted<RunForm>,
) -> Result<Response, PageError> {
    let uitkomst = form.field("uitkomst").to_owned();
    let selection = match form.field("wat") {
        WHOLE_LIST => Selection::List(filter(&uitkomst, staff.visit.now)),
        _ => Selection::Schools(form.ticked()),
    };
    if selection == Selection::Schools(vec![]) {
        let mut errors = FieldErrors::default();
        errors.add("scholen", "Vink eerst een of meer scholen aan.");
        let typed = ConnectionsQuery { uitkomst, ..Default::default() }.tidied();
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&web, &staff, typed, errors).await?);
    }
    let run = checks::ask_many(&web.context, &staff.call(), &selection).await?;
    Ok(see_other(&links::fill(links::STAFF_CHECK_RUN, &[&run.to_string()])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_a_filter_and_anything_else_is_none() {
        for choice in choices().iter().skip(1) {
            assert_ne!(filter(&choice.value, DateTime::UNIX_EPOCH), ConnectionFilter::All, "{}", choice.value);
        }
        let typed = ConnectionsQuery { uitkomst: "x' or 1=1".into(), ..Default::default() }.tidied();
        assert_eq!(typed.href(None), links::STAFF_CONNECTIONS);
    }

    #[test]
    fn only_boxes_with_an_id_are_ticked() {
        let id = ConnectionId::from_uuid(uuid::Uuid::from_u128(7));
        let names = [format!("{BOX}{id}"), format!("{BOX}nonsense"), "csrf".to_owned()];
        let fields = names.into_iter().map(|name| (name, "ja".to_owned())).collect();

        assert_eq!(RunForm { fields }.ticked(), [id]);
    }
}
