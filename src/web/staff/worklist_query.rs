//! The worklist in an address: what of it is shown, from which place, and which row is open; and what a form posts along to
//! come back to it. Where that leads is in [`super::way_back`].

use chrono::DateTime;
use serde::Deserialize;

use crate::domain::ids::StaffId;
use crate::domain::work::WorkKind;
use crate::links;
use crate::services::Context;
use crate::services::onboarding::schools;
use crate::services::onboarding::worklist::Wanted;
use crate::store::onboarding::work_list::{TakenBy, WorkItem, WorkPlace};

/// How what a form posts along begins, to come back to the worklist.
const BACK_TO_WORKLIST: &str = "werklijst";

/// How many signs of a search count.
const SEARCH_SIGNS: usize = 120;

/// What one's own rows are called in an address.
pub(super) const MINE: &str = "mij";

/// What the rows that nobody took are called in an address.
pub(super) const NOBODYS: &str = "niemand";

/// What of the worklist is shown, as in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct WorklistQuery {
    /// Why the rows wait.
    #[serde(default)]
    pub(super) soort: String,
    /// Who took them.
    #[serde(default)]
    pub(super) van: String,
    /// What their school is found by.
    #[serde(default)]
    pub(super) q: String,
    /// The place after which the page begins.
    #[serde(default)]
    na: String,
    /// The row whose form is open.
    #[serde(default)]
    pub(super) open: String,
}

impl WorklistQuery {
    /// What is shown, from the fields of a form; the place is none of them.
    pub(super) fn of_fields(field: impl Fn(&str) -> String) -> Self {
        let [soort, van, q] = Self::FIELDS.map(field);
        Self { soort, van, q, ..Self::default() }
    }

    /// The fields of a form about all that is shown.
    pub(super) fn fields(&self) -> [(&'static str, String); 3] {
        let [soort, van, q] = Self::FIELDS;
        [(soort, self.soort.clone()), (van, self.van.clone()), (q, self.q.clone())]
    }

    const FIELDS: [&str; 3] = ["soort", "van", "q"];

    /// Whether less than all is shown.
    pub(super) fn has_filter(&self) -> bool {
        [&self.soort, &self.van, &self.q].into_iter().any(|part| !part.is_empty())
    }

    /// Without what no database takes, and without choices that do not exist.
    pub(super) fn tidied(mut self) -> Self {
        self.q = self.q.trim().chars().filter(|sign| !sign.is_control()).take(SEARCH_SIGNS).collect();
        self.soort = self.kind().map_or("", WorkKind::as_str).to_owned();
        if ![MINE, NOBODYS].contains(&self.van.as_str()) {
            self.van.clear();
        }
        self.na = self.after().as_ref().map(in_address).unwrap_or_default();
        self
    }

    /// The kind that is chosen.
    pub(super) fn kind(&self) -> Option<WorkKind> {
        self.soort.parse().ok()
    }

    /// The place after which the page begins.
    pub(super) fn after(&self) -> Option<WorkPlace> {
        read_place(&self.na)
    }

    /// What a colleague wants to see.
    pub(super) fn wanted(&self, context: &Context, me: StaffId) -> Wanted {
        let taken = match self.van.as_str() {
            MINE => TakenBy::Colleague(me),
            NOBODYS => TakenBy::Nobody,
            _ => TakenBy::Anybody,
        };
        Wanted { kind: self.kind(), taken, search: schools::read_search(context, &self.q) }
    }

    /// The same rows of another kind, from the first.
    pub(super) fn of_kind(&self, kind: Option<WorkKind>) -> Self {
        Self {
            soort: kind.map_or("", WorkKind::as_str).to_owned(),
            na: String::new(),
            open: String::new(),
            ..self.clone()
        }
    }

    /// The same kind of somebody else, from the first.
    pub(super) fn of(&self, van: &str) -> Self {
        Self { van: van.to_owned(), na: String::new(), open: String::new(), ..self.clone() }
    }

    /// The same rows after a place; from the first without one.
    pub(super) fn from(&self, after: Option<&WorkPlace>) -> Self {
        Self { na: after.map(in_address).unwrap_or_default(), open: String::new(), ..self.clone() }
    }

    /// The same page with a row open.
    pub(super) fn with_open(&self, key: &str) -> Self {
        Self { open: key.to_owned(), ..self.clone() }
    }

    fn pairs(&self) -> [(&str, &str); 5] {
        [("soort", &self.soort), ("van", &self.van), ("q", &self.q), ("na", &self.na), ("open", &self.open)]
    }

    /// The address of the page.
    pub(super) fn href(&self) -> String {
        links::with_query(links::STAFF, &links::query(self.pairs()))
    }

    /// The address of the page, at a row.
    pub(super) fn href_at(&self, key: &str) -> String {
        format!("{}#{}", self.href(), anchor(key))
    }
}

/// The place of a row on the page.
pub(super) fn anchor(key: &str) -> String {
    format!("rij-{key}")
}

fn in_address(place: &WorkPlace) -> String {
    let WorkPlace { rank, since, key } = place;
    format!("{rank}.{}.{key}", since.timestamp_micros())
}

fn read_place(text: &str) -> Option<WorkPlace> {
    let mut parts = text.splitn(3, '.');
    let (rank, since, key) = (parts.next()?, parts.next()?, parts.next()?);
    let is_key = !key.is_empty() && key.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._".contains(sign));
    let since = DateTime::from_timestamp_micros(since.parse().ok()?)?;
    is_key.then_some(WorkPlace { rank: rank.parse().ok()?, since, key: key.to_owned() })
}

/// Where a form leads after it was sent: to the worklist at the next row, if it was sent from there.
#[derive(Debug, Clone, Default)]
pub(super) struct Back {
    text: String,
    /// What the worklist showed; none where it was sent from elsewhere.
    pub(super) query: Option<WorklistQuery>,
    /// The row from which it was sent.
    pub(super) place: Option<WorkPlace>,
    /// Whether the next row opens.
    pub(super) opens: bool,
}

impl Back {
    /// What a row posts along, to come back to the row after it.
    pub(super) fn text(query: &WorklistQuery, item: &WorkItem) -> String {
        let place = in_address(&item.place());
        let pairs = query.from(query.after().as_ref());
        let pairs = pairs.pairs().into_iter().chain([("plek", place.as_str())]);
        format!("{BACK_TO_WORKLIST}?{}", links::query(pairs))
    }

    /// Reads what was posted along; `next` says that the next row is to open.
    pub(super) fn read(text: &str, next: &str) -> Self {
        let Some(rest) = text.strip_prefix(BACK_TO_WORKLIST) else { return Self::default() };
        let (mut query, mut place) = (WorklistQuery::default(), None);
        for (name, value) in form_urlencoded::parse(rest.trim_start_matches('?').as_bytes()) {
            match &*name {
                "soort" => query.soort = value.into_owned(),
                "van" => query.van = value.into_owned(),
                "q" => query.q = value.into_owned(),
                "na" => query.na = value.into_owned(),
                "plek" => place = read_place(&value),
                _ => {}
            }
        }
        Self { text: text.to_owned(), query: Some(query.tidied()), place, opens: !next.is_empty() }
    }

    /// What was posted along, for the form that comes back.
    pub(super) fn as_text(&self) -> Option<&str> {
        self.query.as_ref().map(|_| self.text.as_str())
    }

    /// The worklist, if it was sent from there.
    pub(super) fn list(&self) -> String {
        self.query.as_ref().map_or_else(|| links::STAFF.to_owned(), WorklistQuery::href)
    }
}

/// Whether an address is the worklist.
pub(super) fn is_worklist(path: &str) -> bool {
    path.strip_prefix(links::STAFF).is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> WorkItem {
        WorkItem {
            key: "0190-a.issue.credentials_issued".to_owned(),
            kind: WorkKind::Issue,
            connection: None,
            subject: String::new(),
            since: DateTime::UNIX_EPOCH,
            taken_by: None,
        }
    }

    #[test]
    fn the_way_back_is_read_as_it_was_written() {
        let query =
            WorklistQuery { soort: "issue".into(), van: MINE.into(), q: "Zoë & co".into(), ..Default::default() };
        let text = Back::text(&query, &item());

        let back = Back::read(&text, "ja");

        assert_eq!((back.query, back.place, back.opens), (Some(query), Some(item().place()), true));
        assert_eq!(Back::read("werklijst", "").query, Some(WorklistQuery::default()));
        for strange in ["", "mail", "https://elders.example/"] {
            assert_eq!(Back::read(strange, "ja").query, None, "{strange}");
        }
    }

    #[test]
    fn nothing_leads_elsewhere_than_to_the_worklist() {
        let back = Back::read("werklijst?soort=//elders&van=x&na=1.2.a%0D%0Ab&plek=%0A", "");

        assert_eq!((back.query, back.place), (Some(WorklistQuery::default()), None));
        assert!(is_worklist("/beheer") && is_worklist("/beheer?van=mij#rij-x"));
        assert!(!is_worklist("/beheer/scholen") && !is_worklist("/beheerder"));
    }
}
