//! Drawn tables, in every way that a school may have them: columns in any order, others between them, titles, blank rows,
//! a total, equal rows, numbers and texts, encodings and separators. The file is the one that the pupils ask for.

use std::io::Cursor;

use calamine::{Data, Reader as _};
use optie_b::cell::Cell;
use optie_b::read::{self, Sink};
use optie_b::write::Encoding;
use optie_b::{Fault, Session};
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use crate::support::{FILES, HEADER, archive, sample, session};

#[derive(Clone, Debug)]
struct Pupil {
    stamnr: u32,
    values: [String; 5],
    study: usize,
    is_number: bool,
    blank_before: bool,
    is_twice: bool,
}

const STUDIES: [(&str, &str); 3] =
    [("Brugklas", "VERZONNEN-B1"), ("havo 4", "VERZONNEN-H4"), (" Vwo 4", "VERZONNEN-V4")];

fn name() -> impl Strategy<Value = String> {
    "[A-Z\u{c9}\u{141}][a-z\u{eb}\u{15f}0 ,;\"'-]{0,8}[a-z]"
}

fn pupil() -> impl Strategy<Value = Pupil> {
    let values = (
        name(),
        prop_oneof![Just(String::new()), Just("van 't".to_owned())],
        name(),
        "[1-6][a-z]{1,3}",
        prop_oneof![Just(String::new()), Just("a@b.example".to_owned())],
    );
    (1_u32..1_000_000, values, 0..3_usize, any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2)).prop_map(
        |(stamnr, (roepnaam, tussenvoegsel, achternaam, klas, email), study, is_number, blank_before, is_twice)| {
            Pupil {
                stamnr,
                values: [roepnaam, tussenvoegsel, achternaam, klas, email],
                study,
                is_number,
                blank_before,
                is_twice,
            }
        },
    )
}

#[derive(Clone, Debug)]
struct Drawn {
    pupils: Vec<Pupil>,
    order: Vec<usize>,
    title: bool,
    total: bool,
    padding: usize,
}

/// Seven columns of ours and two of others.
fn drawn() -> impl Strategy<Value = Drawn> {
    let pupils = proptest::collection::vec(pupil(), 1..12).prop_map(|mut pupils| {
        pupils.sort_by_key(|pupil| pupil.stamnr);
        pupils.dedup_by_key(|pupil| pupil.stamnr);
        pupils
    });
    (pupils, Just((0..9).collect::<Vec<usize>>()).prop_shuffle(), any::<bool>(), any::<bool>(), 0..3_usize)
        .prop_map(|(pupils, order, title, total, padding)| Drawn { pupils, order, title, total, padding })
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(u32),
}

impl Drawn {
    fn rows(&self) -> Vec<Vec<Value>> {
        let text = |text: &str| Value::Text(text.to_owned());
        let mut rows = vec![];
        if self.title {
            rows.extend([vec![text("Deelnemers overzicht")], vec![]]);
        }
        let in_order = |values: [Value; 9]| self.order.iter().map(|column| values[*column].clone()).collect::<Vec<_>>();
        let mut names: Vec<Value> = HEADER.iter().map(|name| text(name)).collect();
        names.extend([text("BSN"), text("M/V")]);
        rows.push(in_order(names.try_into().expect("nine")));
        for pupil in &self.pupils {
            if pupil.blank_before {
                rows.push(vec![]);
            }
            let stamnr =
                if pupil.is_number { Value::Number(pupil.stamnr) } else { text(&format!("{:06}", pupil.stamnr)) };
            let [roepnaam, tussenvoegsel, achternaam, klas, email] = &pupil.values;
            let padding = "\u{a0}".repeat(self.padding);
            let row = in_order([
                stamnr,
                text(&format!("{padding}{roepnaam} ")),
                text(tussenvoegsel),
                text(achternaam),
                text(klas),
                text(STUDIES[pupil.study].0),
                text(email),
                text("000000000"),
                text("x"),
            ]);
            rows.extend(std::iter::repeat_n(row, if pupil.is_twice { 2 } else { 1 }));
        }
        if self.total {
            // Where the stamnr stands, or where the totals of another column would go unseen.
            let column = self.order.iter().position(|column| *column == 0).unwrap_or_default();
            let mut row = vec![text(""); column];
            row.push(text("Aantal: 3"));
            rows.extend([vec![], row]);
        }
        rows
    }

    fn expected(&self) -> Vec<u8> {
        let quoted = |value: &str| {
            if value.contains([';', '"']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
        };
        // All are filled up to as many digits as the longest has.
        let digits = self
            .pupils
            .iter()
            .map(|pupil| if pupil.is_number { pupil.stamnr.to_string().len() } else { 6 })
            .max()
            .unwrap_or(6);
        let mut text =
            "\u{feff}gebruikersnaam;voornaam;tussenvoegsel;achternaam;klas;opleiding;e-mail;wachtwoord;rol\r\n"
                .to_owned();
        for Pupil { stamnr, values: [roepnaam, tussenvoegsel, achternaam, klas, email], study, .. } in &self.pupils {
            let (roepnaam, achternaam, code) = (quoted(roepnaam), quoted(achternaam), STUDIES[*study].1);
            text.push_str(&format!(
                "{stamnr:0>digits$};{roepnaam};{tussenvoegsel};{achternaam};{klas};{code};{email};proef-{stamnr:0>digits$};leerling\r\n"
            ));
        }
        text.into_bytes()
    }

    fn text(&self, separator: char) -> String {
        let mut text = String::new();
        for row in self.rows() {
            let values: Vec<String> = row
                .iter()
                .map(|value| match value {
                    Value::Text(text) if text.contains([separator, '"', '\n']) => {
                        format!("\"{}\"", text.replace('"', "\"\""))
                    }
                    Value::Text(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                })
                .collect();
            text.push_str(&values.join(&separator.to_string()));
            text.push_str("\r\n");
        }
        text
    }

    fn workbook(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, values) in (0..).zip(self.rows()) {
            for (column, value) in (0..).zip(values) {
                match value {
                    Value::Text(text) => sheet.write_string(row, column, text),
                    Value::Number(number) => sheet.write_number(row, column, f64::from(number)),
                }
                .expect("it fits");
            }
        }
        workbook.save_to_buffer().expect("memory takes it")
    }

    fn ods(&self) -> Vec<u8> {
        let rows: Vec<Vec<String>> = self
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
        assert_made(session(&drawn.ods()), &drawn)?;
    }

    #[test]
    fn an_independent_reader_sees_the_same_cells(drawn in drawn()) {
        assert_same_cells(&drawn.workbook(), calamine::Xlsx::new);
        assert_same_cells(&drawn.ods(), calamine::Ods::new);
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
