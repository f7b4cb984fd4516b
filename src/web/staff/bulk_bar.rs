//! The bar under a list whose rows can be chosen: what can be done with them, and how its fields are called. Where it leads
//! is in [`super::bulk_choose`]; how it is drawn in `templates/staff/bulk_bar.html`.

use strum::IntoEnumIterator;

use crate::domain::bulk::BulkKind;
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::services::bulk::Chosen;
use crate::words;

/// How the name of a row's box begins.
pub(super) const BOX: &str = "kies-";

/// How the name of the field begins that says which rows the page had.
pub(super) const ROW: &str = "rij-";

/// The name of the box for all rows of the page.
pub(super) const PAGE: &str = "bladzijde";

/// The name of the box for all that the filter finds.
pub(super) const ALL: &str = "alles";

/// The name of the field that says which list it is; without it, it is the list of schools.
pub(super) const LIST: &str = "lijst";

/// What the worklist is called there.
pub(super) const WORKLIST: &str = "werklijst";

/// A row of the list of schools in the names of its fields; one of the worklist is its key.
pub(super) fn row_name(connection: ConnectionId, school: Option<SchoolId>) -> String {
    school.map_or_else(|| connection.to_string(), |school| format!("{connection}.{school}"))
}

/// The row that was named so.
pub(super) fn read_row(name: &str) -> Option<Chosen> {
    let (connection, school) = match name.split_once('.') {
        Some((connection, school)) => (connection, Some(school.parse().ok()?)),
        None => (name, None),
    };
    Some(Chosen { connection: connection.parse().ok()?, school })
}

/// A field that goes along unseen.
pub(super) struct BarField {
    pub(super) name: String,
    pub(super) value: String,
}

/// Something that can be done.
pub(super) struct BarAction {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
}

/// The bar of one list.
pub(super) struct BulkBar {
    pub(super) hidden: Vec<BarField>,
    /// What is done most.
    pub(super) actions: Vec<BarAction>,
    /// What is done less often.
    pub(super) more: Vec<BarAction>,
    /// How many rows the page has.
    pub(super) on_page: usize,
    /// What the box for all rows of the list says; empty where this page has them all.
    pub(super) all: String,
}

impl BulkBar {
    /// The bar of a list: its rows on this page, by their names, and what the page was asked for.
    pub(super) fn new<'a>(
        rows: impl IntoIterator<Item = &'a str>,
        asked: impl IntoIterator<Item = (&'static str, String)>,
        all: String,
    ) -> Self {
        let row = |name: &str| BarField { name: format!("{ROW}{name}"), value: "ja".to_owned() };
        let mut hidden: Vec<BarField> = rows.into_iter().map(row).collect();
        let on_page = hidden.len();
        hidden.extend(asked.into_iter().map(|(name, value)| BarField { name: name.to_owned(), value }));
        let action = |kind: BulkKind| BarAction { value: kind.as_str(), label: words::bulk_button(kind) };
        let (often, seldom): (Vec<BulkKind>, Vec<BulkKind>) =
            BulkKind::iter().filter(|kind| kind.is_for_chosen()).partition(|kind| is_often(*kind));
        Self {
            hidden,
            actions: often.into_iter().map(action).collect(),
            more: seldom.into_iter().map(action).collect(),
            on_page,
            all,
        }
    }

    /// The names of the boxes for all rows of the page, and for all that the filter finds.
    pub(super) fn page_box(&self) -> &'static str {
        PAGE
    }

    pub(super) fn all_box(&self) -> &'static str {
        ALL
    }
}

/// Whether it stands in the bar itself, and not behind "Meer".
fn is_often(kind: BulkKind) -> bool {
    match kind {
        BulkKind::Issue | BulkKind::VouchAndIssue | BulkKind::Activate | BulkKind::Check | BulkKind::Take => true,
        BulkKind::Remind | BulkKind::PutOff | BulkKind::Close | BulkKind::Roster => false,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_row_is_read_from_the_name_that_it_was_given() {
        let connection = ConnectionId::from_uuid(Uuid::from_u128(7));
        for school in [None, Some(SchoolId::from_uuid(Uuid::from_u128(8)))] {
            assert_eq!(read_row(&row_name(connection, school)), Some(Chosen { connection, school }));
        }
        for name in ["", "x", &format!("{connection}."), &format!("{connection}.x")] {
            assert_eq!(read_row(name), None, "{name}");
        }
    }
}
