//! Pages of schools as CSV, each sent as soon as it is read.

use axum::BoxError;
use axum::body::{Body, Bytes};
use futures_util::stream;

use super::cells::{Cells, HEADINGS};
use super::pages::{self, Pages};

/// Says that a text is UTF-8, to spreadsheets.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Signs with which a spreadsheet takes a cell for a formula, also after the white space that it skips. Those of full width
/// are the same to one that is set to Japanese or Chinese.
const FORMULA_SIGNS: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', '|'];

/// The file, as it is read.
pub(super) fn body(pages: Pages) -> Body {
    let request = pages.request().to_owned();
    let parts = stream::try_unfold((pages, true), |(mut pages, is_first)| async move {
        let Some(rows) = pages.next().await? else { return Ok::<_, BoxError>(None) };
        Ok(Some((Bytes::from(to_csv(&rows, is_first)?), (pages, false))))
    });
    pages::logged(request, parts)
}

fn to_csv(rows: &[Cells], is_first: bool) -> Result<Vec<u8>, BoxError> {
    let head = if is_first { MARK } else { &[] };
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(head.to_vec());
    if is_first {
        writer.write_record(HEADINGS)?;
    }
    for row in rows {
        writer.write_record(row.iter().map(|cell| as_text(cell)))?;
    }
    Ok(writer.into_inner()?)
}

/// A cell that no spreadsheet takes for a formula.
pub(in crate::web::staff) fn as_text(cell: &str) -> String {
    let is_formula = cell.trim_start_matches([' ', '\u{a0}', '\u{3000}']).starts_with(FORMULA_SIGNS);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
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
            ("＝1+1", "'＝1+1"),
            ("＋31 20", "'＋31 20"),
            ("－1", "'－1"),
            ("＠SUM(A1)", "'＠SUM(A1)"),
            ("\u{3000}＝1", "'\u{3000}＝1"),
            ("Het =-teken", "Het =-teken"),
        ];
        for (cell, expected) in cases {
            assert_eq!(as_text(cell), expected, "{cell:?}");
        }
    }
}
