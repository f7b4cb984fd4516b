//! The list of schools as a file, with the filter of the page: CSV as Dutch spreadsheets read it, and a workbook.
//!
//! What a school typed is text and stays text: in CSV a cell that a spreadsheet would take for a formula begins with an
//! apostrophe; in a workbook every cell has a type of its own, and none is a formula.

use std::collections::{BTreeMap, HashMap};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::schools::SchoolsQuery;
use super::view::holders;
use crate::domain::check::{Newest, Stand, Truths};
use crate::domain::ids::ConnectionId;
use crate::domain::import_gate::verdict_of_all;
use crate::domain::onboarding::Gate;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::text::Reason;
use crate::links;
use crate::services::checks;
use crate::services::onboarding::schools;
use crate::store::onboarding::overview::{Filter, SchoolOverview};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::words;

const HEADINGS: [&str; 17] = [
    "School",
    "BRIN",
    "Koppeling",
    "Schooldomein",
    "Regio",
    "Stand",
    "Consent",
    "Webservice",
    "Wachtwoord",
    "Allowlisting",
    "Activering",
    "Import",
    "Activering toegestaan zonder controle",
    "Aan zet",
    "Wacht op Kurve sinds",
    "Aangemeld op",
    "Adres van de pagina",
];

/// Signs with which a spreadsheet takes a cell for a formula, also after the white space that it skips.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', '|'];

/// The list as CSV: semicolons, and a mark that says UTF-8, as spreadsheets in Dutch expect.
pub(super) async fn csv(
    State(web): State<WebState>,
    _staff: Staff,
    query: Result<Query<SchoolsQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let rows = rows(&web, query).await?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(vec![]);
    let broken = |_| PageError::Broken("a CSV file that cannot be written");
    writer.write_record(HEADINGS).map_err(broken)?;
    for row in &rows {
        writer.write_record(row.iter().map(|cell| as_text(cell))).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|_| PageError::Broken("a CSV file that cannot be written"))?;
    Ok(download("text/csv; charset=utf-8", "csv", [b"\xef\xbb\xbf".as_slice(), &bytes].concat()))
}

/// The list as a workbook.
pub(super) async fn workbook(
    State(web): State<WebState>,
    _staff: Staff,
    query: Result<Query<SchoolsQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let rows = rows(&web, query).await?;
    let bytes = to_workbook(&rows).map_err(|_| PageError::Broken("a workbook that cannot be written"))?;
    Ok(download("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", bytes))
}

async fn rows(
    web: &WebState,
    query: Result<Query<SchoolsQuery>, QueryRejection>,
) -> Result<Vec<[String; HEADINGS.len()]>, PageError> {
    let filter = query.map(|Query(typed)| typed).unwrap_or_default().tidied().filter();
    let found = all(web, &filter).await?;
    let leaves = checks::reasons_of_leave(&web.context).await?;
    let ids: Vec<ConnectionId> = found.iter().map(|found| found.carrier.connection.id).collect();
    let mut newest = BTreeMap::new();
    for some in ids.chunks(CONNECTIONS_AT_ONCE) {
        newest.extend(checks::list_newest(&web.context, some).await?);
    }
    Ok(found
        .iter()
        .map(|school| row(web, school, &leaves, newest.get(&school.carrier.connection.id).copied()))
        .collect())
}

/// Of how many connections the newest check is read at once.
const CONNECTIONS_AT_ONCE: usize = 500;

/// Every school that passes, page by page.
async fn all(web: &WebState, filter: &Filter) -> Result<Vec<SchoolOverview>, PageError> {
    let mut found = vec![];
    let mut after = None;
    loop {
        let page = schools::list(&web.context, filter, after.as_ref()).await?;
        found.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

fn row(
    web: &WebState,
    overview: &SchoolOverview,
    leaves: &HashMap<(ConnectionId, u32), Reason>,
    newest: Option<Newest>,
) -> [String; HEADINGS.len()] {
    let SchoolOverview { school, carrier } = overview;
    let (connection, state) = (&carrier.connection, &carrier.state);
    let leave = leaves.get(&(connection.id, state.credential_version()));
    let truths = Truths { state, newest };
    let yes_no = |gate| match truths.answer(gate) {
        None => "nee".to_owned(),
        Some(Stand::Doubted) => words::gate_answer(Some(Stand::Doubted)).to_lowercase(),
        Some(_) => "ja".to_owned(),
    };
    let [consent, webservice, password, allowlisting, activation] =
        [Gate::Consent, Gate::Webservice, Gate::Password, Gate::Allowlisting, Gate::Activation].map(yes_no);
    let holding: Vec<&str> = holders(state).into_iter().map(words::party_name).collect();
    [
        school.details.name.to_string(),
        school.details.brin.to_string(),
        connection.details.name.to_string(),
        connection.details.domain.label().to_owned(),
        connection.details.region.label_nl().to_owned(),
        words::lifecycle_name(&state.lifecycle()).to_owned(),
        consent,
        webservice,
        password,
        allowlisting,
        activation,
        if verdict_of_all(state).is_open() { "open" } else { "dicht" }.to_owned(),
        leave.map(ToString::to_string).unwrap_or_default(),
        holding.join(", "),
        carrier.kurve_since.map(|since| amsterdam_date(since).to_string()).unwrap_or_default(),
        amsterdam_date(school.created_at).to_string(),
        web.context.base.to(&links::staff_school(links::STAFF_SCHOOL, connection.id)),
    ]
}

/// A cell that no spreadsheet takes for a formula.
fn as_text(cell: &str) -> String {
    let is_formula = cell.trim_start_matches([' ', '\u{a0}']).starts_with(FORMULA_SIGNS);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

fn to_workbook(rows: &[[String; HEADINGS.len()]]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Scholen")?;
    let bold = Format::new().set_bold();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, heading, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(line, column, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofit();
    book.save_to_buffer()
}

fn download(content_type: &'static str, ending: &str, bytes: Vec<u8>) -> Response {
    let named = format!("attachment; filename=\"scholen.{ending}\"");
    ([(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, named)], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        let cases = [
            ("Bonhoeffer College", "Bonhoeffer College"),
            ("'t Hof", "'t Hof"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+31 20", "'+31 20"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\t=1", "'\t=1"),
            ("Het =-teken", "Het =-teken"),
        ];
        for (cell, expected) in cases {
            assert_eq!(as_text(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn a_workbook_holds_texts_and_no_formulas() {
        use calamine::{Data, Reader, Xlsx};
        let mut row: [String; HEADINGS.len()] = Default::default();
        row[0] = "=1+1".to_owned();
        row[1] = "00AB".to_owned();

        let bytes = to_workbook(&[row]).expect("it can be written");

        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("a workbook");
        let sheet = book.worksheet_range("Scholen").expect("the sheet");
        assert_eq!(sheet.get((0, 0)), Some(&Data::String("School".to_owned())));
        assert_eq!(sheet.get((1, 0)), Some(&Data::String("=1+1".to_owned())));
        assert_eq!(sheet.get((1, 1)), Some(&Data::String("00AB".to_owned())));
        assert!(book.worksheet_formula("Scholen").expect("the sheet").is_empty());
    }
}
