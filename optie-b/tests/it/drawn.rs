//! Drawn tables, in every way that a school may have them: columns in any order, others between them, titles, blank rows,
//! a total, equal rows, numbers and texts, encodings and separators. The file is the one that the pupils ask for.

use std::io::Cursor;

use calamine::{Data, Reader as _};
use optie_b::cell::Cell;
use optie_b::read::{self, Sink};
use optie_b::write::Encoding;
use optie_b::{Fault, Session};
use proptest::prelude::*;

use crate::drawing::{Drawn, Value, drawn};
use crate::support::{FILES, archive, sample, session};

fn drawn_ods(drawn: &Drawn) -> Vec<u8> {
    let rows: Vec<Vec<String>> = drawn
        .rows()
        .into_iter()
        .map(|row| {
            row.into_iter()
                .map(|value| match value {
                    Value::Text(text) => text,
                    Value::Number(number) => number.to_string(),
                })
                .collect()
        })
        .collect();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    ods(&ods_content(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

pub(crate) fn ods(content: &str) -> Vec<u8> {
    archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest><manifest:file-entry/></manifest:manifest>"),
        ("content.xml", content.as_bytes()),
    ])
}

pub(crate) fn ods_content(rows: &[&[&str]]) -> String {
    let mut xml = String::new();
    for row in rows {
        xml.push_str("<table:table-row>");
        for value in *row {
            if value.is_empty() {
                xml.push_str("<table:table-cell/>");
            } else {
                let value = value.replace('&', "&amp;").replace('<', "&lt;");
                xml.push_str(&format!(
                    "<table:table-cell office:value-type=\"string\"><text:p>{value}</text:p></table:table-cell>"
                ));
            }
        }
        xml.push_str("<table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row>");
    }
    format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"Blad1\">{xml}\
         <table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    )
}

fn assert_made(session: Result<Session, Fault>, drawn: &Drawn) -> Result<(), TestCaseError> {
    let mut session = session.map_err(|fault| TestCaseError::fail(fault.to_string()))?;
    session.answers.fill_zeros = Some(true);
    session.answers.encoding = Some(Encoding::Utf8);
    session.answers.keep_rows = drawn.kept_rows();
    let made = session.convert(&mut || None).map_err(|review| TestCaseError::fail(format!("{review:?}")))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    prop_assert_eq!(text(&made.file), text(&drawn.expected()));
    let found = session.found(false).expect("found");
    prop_assert_eq!(found.total_rows.len(), usize::from(drawn.total));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_drawn_text_gives_the_file_that_its_pupils_ask_for(drawn in drawn(), separator in prop_oneof![Just(';'), Just(','), Just('\t')], has_mark: bool) {
        let text = drawn.text(separator);
        let latin = encoding_rs::WINDOWS_1252.encode(&text);
        let mark = if has_mark { "\u{feff}" } else { "" };
        assert_made(session(format!("{mark}{text}").as_bytes()), &drawn)?;
        // What does not fit in windows-1252 was never in such a file.
        if !latin.2 {
            assert_made(session(&latin.0), &drawn)?;
        }
    }

    #[test]
    fn a_drawn_workbook_gives_the_file_that_its_pupils_ask_for(drawn in drawn()) {
        assert_made(session(&drawn.workbook()), &drawn)?;
        assert_made(session(&drawn_ods(&drawn)), &drawn)?;
    }

    #[test]
    fn an_independent_reader_sees_the_same_cells(drawn in drawn()) {
        assert_same_cells(&drawn.workbook(), calamine::Xlsx::new);
        assert_same_cells(&drawn_ods(&drawn), calamine::Ods::new);
    }
}

#[test]
fn an_independent_reader_sees_the_same_cells_of_the_samples() {
    for name in FILES {
        if name.ends_with("xlsx") {
            assert_same_cells(&sample(name), calamine::Xlsx::new);
        } else if name.ends_with("xls") {
            assert_same_cells(&sample(name), calamine::Xls::new);
        }
    }
}

type Cells = Vec<((u32, usize), String)>;

#[derive(Default)]
struct All(Vec<Cells>);

impl Sink for All {
    fn sheet(&mut self, _: Option<&str>) -> bool {
        self.0.push(vec![]);
        true
    }

    fn row(&mut self, number: u32, cells: &mut Vec<Cell>) -> Result<bool, Fault> {
        let sheet = self.0.last_mut().expect("a sheet");
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => text.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Empty => String::new(),
            Cell::Error | Cell::Long => "fault".to_owned(),
        };
        let shown = cells.iter().enumerate().map(|(column, cell)| ((number, column), text(cell)));
        sheet.extend(shown.filter(|(_, text)| !text.is_empty()));
        Ok(true)
    }

    fn known(&self, _: &[Cell]) -> usize {
        0
    }
}

#[track_caller]
fn assert_same_cells<'a, R>(file: &'a [u8], open: impl Fn(Cursor<&'a [u8]>) -> Result<R, R::Error>)
where
    R: calamine::Reader<Cursor<&'a [u8]>>,
    R::Error: std::fmt::Debug,
{
    let mut ours = All::default();
    read::read(file, &mut ours).expect("it is read");
    let theirs = open(Cursor::new(file)).expect("it is read").worksheets();
    let theirs: Vec<Cells> = theirs
        .into_iter()
        .map(|(_, range)| {
            let (top, left) = range.start().unwrap_or_default();
            range
                .used_cells()
                .map(|(row, column, data)| {
                    let text = match data {
                        Data::DateTime(date) => date.as_f64().to_string(),
                        data => data.to_string(),
                    };
                    ((u32::try_from(row).expect("small") + top + 1, column + left as usize), text)
                })
                .filter(|(_, text)| !text.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(ours.0, theirs);
}
