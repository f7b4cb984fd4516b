//! What is kept of a school that chose Optie B: its table of studies, and that it made the file and cleaned up. No pupil.
//!
//! The file itself is made in the school's browser (`optie-b`); here is only what comes back by a press. People may paste
//! the wrong thing, so what does not look like a table of studies is refused before anything of it is kept.

use chrono::{DateTime, Utc};
use csv::{ReaderBuilder, StringRecord};
use optie_b::studies::Studies;
use serde::{Deserialize, Serialize};

use super::ids::ContactId;

/// How many studies a table has at most: a list of pupils has more.
pub const MOST_STUDIES: usize = 200;

/// How many signs the name of a study has at most.
pub const LONGEST_STUDY: usize = 80;

/// How many signs an opleidingscode has at most.
pub const LONGEST_CODE: usize = 60;

/// How many bytes are read.
const MOST_BYTES: usize = 48 * 1024;

/// So many digits in a row are no study: a stamnr, a telephone number, a BSN.
const DIGITS_IN_STUDY: usize = 6;

/// A code is a number as often as not, but so many digits in a row are a BSN or a telephone number.
const DIGITS_IN_CODE: usize = 9;

/// A study and its opleidingscode in Numo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyCode {
    /// What the school calls it.
    pub study: String,
    /// What Numo calls it.
    pub code: String,
}

/// A school's table, in the order of its studies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StudyTable(Vec<StudyCode>);

impl StudyTable {
    /// Reads a table `Studie;opleidingscode`, as it is in a file or as it is pasted from Excel.
    ///
    /// # Errors
    /// What is wrong with it, and in which row.
    pub fn parse(text: &str) -> Result<Self, TableFault> {
        if text.len() > MOST_BYTES {
            return Err(TableFault::TooLarge);
        }
        check_rows(text)?;
        let studies = Studies::read(text.as_bytes())
            .map_err(|faults| TableFault::NoTable(faults.first().map(ToString::to_string).unwrap_or_default()))?;
        let rows = studies.iter().map(|(study, code)| StudyCode { study: study.to_owned(), code: code.to_owned() });
        Ok(Self(rows.collect()))
    }

    /// The studies with their codes.
    pub fn rows(&self) -> &[StudyCode] {
        &self.0
    }

    /// The table as a text, as [`StudyTable::parse`] reads it.
    pub fn to_text(&self) -> String {
        let mut studies = Studies::default();
        for row in &self.0 {
            // What cannot be a code was refused when it came.
            let _ = studies.set(&row.study, &row.code);
        }
        let text = String::from_utf8(studies.to_file()).unwrap_or_default();
        text.trim_start_matches('\u{feff}').to_owned()
    }
}

/// Why a text is not kept as a table. What looks like a person is named by its row only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableFault {
    /// It is longer than a table of studies can be.
    TooLarge,
    /// It has more studies than a school has.
    TooManyStudies,
    /// It is no table, in a Dutch sentence that says why.
    NoTable(String),
    /// A row has more than a study and a code.
    MoreColumns {
        /// Which row, the first is 1.
        row: u64,
    },
    /// A value is longer than the name of a study or a code.
    TooLong {
        /// Which row, the first is 1.
        row: u64,
    },
    /// A row looks like something of a person.
    OfAPerson {
        /// Which row, the first is 1.
        row: u64,
    },
}

impl TableFault {
    /// What the school does about it.
    pub fn sentence(&self) -> String {
        match self {
            Self::TooLarge => "Deze tekst is te lang voor een tabel met studies. Er is niets bewaard.".to_owned(),
            Self::TooManyStudies => {
                format!("Een tabel heeft maximaal {MOST_STUDIES} studies. Staan er leerlingen in? Haal die weg.")
            }
            Self::NoTable(why) => why.clone(),
            Self::MoreColumns { row } => format!(
                "Rij {row} heeft meer dan twee kolommen. In deze tabel horen alleen Studie en opleidingscode: haal de rest weg."
            ),
            Self::TooLong { row } => format!(
                "Rij {row} is te lang. Een studie heeft maximaal {LONGEST_STUDY} tekens, een code maximaal {LONGEST_CODE}."
            ),
            Self::OfAPerson { row } => format!(
                "Rij {row} lijkt een nummer, datum of e-mailadres te hebben. In deze tabel mag niets over leerlingen staan: \
                 haal die rij weg."
            ),
        }
    }
}

fn check_rows(text: &str) -> Result<(), TableFault> {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = [b';', b'\t', b','].into_iter().find(|sign| head.contains(char::from(*sign))).unwrap_or(b';');
    let mut reader =
        ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let is_code_first = head.split(char::from(separator)).next().is_some_and(|name| !is_study(name));
    let (mut studies, mut row) = (0, StringRecord::new());
    while reader.read_record(&mut row).unwrap_or(false) {
        let number = row.position().map_or(0, csv::Position::line);
        if row.iter().skip(2).any(|value| !value.trim().is_empty()) {
            return Err(TableFault::MoreColumns { row: number });
        }
        let limits =
            if is_code_first { [Limits::OF_CODE, Limits::OF_STUDY] } else { [Limits::OF_STUDY, Limits::OF_CODE] };
        let values: Vec<(&str, Limits)> = row.iter().map(str::trim).zip(limits).collect();
        if values.iter().any(|(value, limits)| value.chars().count() > limits.signs) {
            return Err(TableFault::TooLong { row: number });
        }
        if values.iter().any(|(value, limits)| is_of_a_person(value, limits.digits)) {
            return Err(TableFault::OfAPerson { row: number });
        }
        studies += usize::from(values.iter().any(|(value, _)| !value.is_empty()));
    }
    // One of them is the header.
    if studies > MOST_STUDIES + 1 { Err(TableFault::TooManyStudies) } else { Ok(()) }
}

/// Whether a name in the header is that of the column with the studies.
fn is_study(name: &str) -> bool {
    name.trim_matches(|sign: char| !sign.is_alphabetic()).eq_ignore_ascii_case("studie")
}

/// What a value of a column may have.
#[derive(Clone, Copy)]
struct Limits {
    signs: usize,
    /// As many digits in a row are of a person.
    digits: usize,
}

impl Limits {
    const OF_STUDY: Self = Self { signs: LONGEST_STUDY, digits: DIGITS_IN_STUDY };
    const OF_CODE: Self = Self { signs: LONGEST_CODE, digits: DIGITS_IN_CODE };
}

/// Whether a value has an address, a date, or as many digits in a row.
fn is_of_a_person(value: &str, digits_of_a_person: usize) -> bool {
    let is_digit = |sign: char| sign.is_ascii_digit();
    let has_number = value.split(|sign| !is_digit(sign)).any(|digits| digits.len() >= digits_of_a_person);
    let dense: String = value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let dense = SEPARATORS.iter().fold(dense, |text, sign| {
        text.replace(&format!(" {sign}"), &sign.to_string()).replace(&format!("{sign} "), &sign.to_string())
    });
    let mut runs = dense.split(|sign| !is_digit(sign) && !SEPARATORS.contains(&sign));
    value.contains('@') || has_number || runs.any(has_date)
}

/// What stands between the day, the month and the year of a date.
const SEPARATORS: [char; 3] = ['-', '/', '.'];

fn has_date(run: &str) -> bool {
    let lengths: Vec<usize> = run.split(SEPARATORS).map(str::len).collect();
    lengths.windows(3).any(|parts| matches!(parts, [1 | 2, 1 | 2, 2 | 4] | [4, 1 | 2, 1 | 2]))
}

/// That something was said, when and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: DateTime<Utc>,
    /// By which contact.
    pub by: ContactId,
}

/// What is kept of a school that chose Optie B.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptionB {
    /// Its table.
    pub studies: StudyTable,
    /// When its table was kept.
    pub table_kept: Option<Said>,
    /// When it made the file for Numo last; by whom is not kept.
    pub file_made: Option<DateTime<Utc>>,
    /// When it cleaned up last.
    pub cleaned_up: Option<Said>,
}

impl OptionB {
    /// Tells one kept table from another; empty while none is.
    pub fn version(&self) -> String {
        self.table_kept.map(|said| said.at.timestamp_micros().to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<(String, String)>, TableFault> {
        let rows = |table: StudyTable| table.rows().iter().map(|row| (row.study.clone(), row.code.clone())).collect();
        StudyTable::parse(text).map(rows)
    }

    #[test]
    fn a_table_is_read_as_it_is_saved_pasted_or_typed() {
        let expected = [("Havo 4".to_owned(), "H4".to_owned()), ("Vwo 5 (2025-2026)".to_owned(), "V5".to_owned())];
        for text in [
            "Studie;opleidingscode\r\nHavo 4;H4\r\nVwo 5 (2025-2026);V5\r\n",
            "Studie\topleidingscode\nHavo 4\tH4\nVwo 5 (2025-2026)\tV5",
            "opleidingscode,Studie\n\nV5,Vwo 5 (2025-2026)\nH4, Havo 4 \n,Later\n",
        ] {
            assert_eq!(parse(text).as_deref(), Ok(&expected[..]), "{text}");
        }
        assert_eq!(parse("Studie;opleidingscode\n"), Ok(vec![]));
        let with_a_number = [("Havo 4".to_owned(), "12345678".to_owned())];
        for text in ["Studie;opleidingscode\nHavo 4;12345678\n", "opleidingscode;Studie\n12345678;Havo 4\n"] {
            assert_eq!(parse(text).as_deref(), Ok(&with_a_number[..]), "{text}");
        }
        let table = StudyTable::parse("Studie;opleidingscode\n\"Één; apart\";X\n").expect("a table");
        assert_eq!(StudyTable::parse(&table.to_text()), Ok(table));
    }

    #[test]
    fn what_is_no_table_of_studies_is_refused_by_row_and_nothing_of_it_is_repeated() {
        let many: String = (0..=MOST_STUDIES).map(|number| format!("Studie {number};C\n")).collect();
        let long = format!("{};C", "x".repeat(LONGEST_STUDY + 1));
        let long_code = format!("Havo 4;H4\nHavo 5;{}", "x".repeat(LONGEST_CODE + 1));
        let table = [
            ("Havo 4;H4;101001", TableFault::MoreColumns { row: 2 }),
            ("Havo 4;H4\n101001 Petra de Vries;H4", TableFault::OfAPerson { row: 3 }),
            ("Petra de Vries;123456782", TableFault::OfAPerson { row: 2 }),
            ("Havo 4;3-11-2011", TableFault::OfAPerson { row: 2 }),
            ("petra@school.example;H4", TableFault::OfAPerson { row: 2 }),
            ("Petra 3-11-2011;H4", TableFault::OfAPerson { row: 2 }),
            ("2011-11-03;H4", TableFault::OfAPerson { row: 2 }),
            ("Petra, geb. 3 - 11 - 11;H4", TableFault::OfAPerson { row: 2 }),
            (long.as_str(), TableFault::TooLong { row: 2 }),
            (long_code.as_str(), TableFault::TooLong { row: 3 }),
            (many.as_str(), TableFault::TooManyStudies),
        ];
        for (rows, fault) in table {
            let found = parse(&format!("Studie;opleidingscode\n{rows}\n"));
            assert_eq!(found, Err(fault.clone()), "{rows}");
            assert!(!fault.sentence().contains("Petra") && fault.sentence().ends_with('.'), "{fault:?}");
        }
        for text in ["", "Vak;Klas\na;b\n", "Studie;opleidingscode\nHavo 4;H4\nhavo 4;H5\n"] {
            assert!(matches!(parse(text), Err(TableFault::NoTable(why)) if !why.is_empty()), "{text}");
        }
        assert_eq!(parse(&"x".repeat(MOST_BYTES + 1)), Err(TableFault::TooLarge));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_pasted_is_refused_or_reads_back_as_it_was_kept(
            rows in proptest::collection::vec("[a-zA-Zé4 ;,\t\"@=-]{0,12}", 0..6),
            header in "Studie;opleidingscode|opleidingscode\tStudie|Studie,code|[a-z;]{0,9}",
        ) {
            let text = format!("{header}\n{}", rows.join("\n"));
            match StudyTable::parse(&text) {
                Ok(table) => proptest::prop_assert_eq!(StudyTable::parse(&table.to_text()), Ok(table)),
                Err(fault) => proptest::prop_assert!(!fault.sentence().is_empty()),
            }
        }
    }
}
