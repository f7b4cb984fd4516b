//! The school's table: what its studies are called, and the opleidingscode of each. No pupil stands in it, so that it can be
//! kept for next year.

use std::collections::{BTreeMap, BTreeSet};

use crate::cell::loose;
use crate::faults::{Fault, File, Place};
use crate::limits;
use crate::pairs::{self, Names};
use crate::read::{self, Sink};
use crate::write::is_formula;

/// The first line of the table as a file.
pub const HEADER: [&str; 2] = ["Studie", "opleidingscode"];

const NAMES: Names = Names {
    first: &["studie"],
    second: &["opleidingscode", "code", "numocode", "opleidingscodenumo"],
    missing: Fault::StudiesColumns,
};

/// Studies with their codes. Case and outer spaces of a study do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Studies(BTreeMap<String, Study>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Study {
    name: String,
    code: String,
}

impl Studies {
    /// Reads a table `Studie;opleidingscode`, as text or as a workbook. A study without a code is left out.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut studies = Self::default();
        let mut faults = vec![];
        for pair in pairs::read(bytes, &NAMES).map_err(|fault| vec![fault])? {
            let mut value = |cell: &crate::cell::Cell, column: &str| {
                cell.value().unwrap_or_else(|why| {
                    let place = Place { file: File::Studies, row: pair.row, column: column.to_owned() };
                    faults.push(Fault::spoiled(why, place));
                    String::new()
                })
            };
            let (name, code) = (value(&pair.first, HEADER[0]), value(&pair.second, HEADER[1]));
            if name.is_empty() || code.is_empty() {
                continue;
            }
            if studies.code(&name).is_some_and(|known| known != code) {
                faults.push(Fault::StudyTwice { row: pair.row });
            } else if let Err(fault) = studies.set(&name, &code) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(studies) } else { Err(faults) }
    }

    /// Gives a study a code, or takes it away with an empty one.
    ///
    /// # Errors
    /// The code cannot be one.
    pub fn set(&mut self, name: &str, code: &str) -> Result<(), Fault> {
        let (name, code) = (name.trim(), code.trim());
        if code.is_empty() {
            self.0.remove(&loose(name));
            return Ok(());
        }
        let is_too_long = code.chars().nth(limits::VALUE_SIGNS).is_some();
        if is_formula(code) || is_too_long || code.chars().any(char::is_control) {
            return Err(Fault::BadCode { study: name.to_owned() });
        }
        self.0.insert(loose(name), Study { name: name.to_owned(), code: code.to_owned() });
        Ok(())
    }

    /// The code of a study.
    #[must_use]
    pub fn code(&self, name: &str) -> Option<&str> {
        self.0.get(&loose(name)).map(|study| study.code.as_str())
    }

    /// Studies and codes, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.values().map(|study| (study.name.as_str(), study.code.as_str()))
    }

    /// The table as a file, for next year. The byte order mark is there where Excel needs it.
    #[must_use]
    pub fn to_file(&self) -> Vec<u8> {
        let mut rows: Vec<Vec<&str>> = vec![HEADER.to_vec()];
        rows.extend(self.iter().map(|(name, code)| vec![name, code]));
        let text = crate::write::csv(rows);
        if text.is_ascii() { text } else { [crate::write::UTF_8_MARK, &text].concat() }
    }
}

/// The codes that Numo knows, if an installation has a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes(BTreeMap<String, String>);

impl Codes {
    /// Reads a list: a code a line, perhaps with what it stands for in a second column. A first line that begins with
    /// `code` or `opleidingscode` is its header.
    ///
    /// # Errors
    /// Why the file cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut list = CodeList { codes: BTreeMap::new(), kept_bytes: 0 };
        read::read(bytes, &mut list)?;
        Ok(Self(list.codes))
    }

    /// Whether a code is in the list.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.0.contains_key(code)
    }

    /// The codes and what they stand for.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(code, name)| (code.as_str(), name.as_str()))
    }
}

struct CodeList {
    codes: BTreeMap<String, String>,
    kept_bytes: usize,
}

impl Sink for CodeList {
    fn sheet(&mut self, _: Option<&str>) -> bool {
        self.codes.is_empty()
    }

    fn row(&mut self, number: u32, cells: &mut Vec<crate::cell::Cell>) -> Result<bool, Fault> {
        let label = |column: usize| cells.get(column).map(crate::cell::Cell::label).unwrap_or_default();
        let (code, name) = (label(0), label(1));
        let is_header = number == 1 && ["code", "opleidingscode"].contains(&crate::mapping::folded(&code).as_str());
        if !code.is_empty() && !is_header {
            self.kept_bytes += code.len() + name.len();
            self.codes.insert(code, name);
        }
        if self.codes.len() > limits::ROWS || self.kept_bytes > limits::KEPT_BYTES {
            return Err(Fault::TooManyRows);
        }
        Ok(true)
    }

    fn known(&self, cells: &[crate::cell::Cell]) -> usize {
        cells.iter().filter(|cell| !cell.is_blank()).count().min(2)
    }
}

/// The studies of an export, with how many pupils follow each, in the order of their names. Of several ways to write one
/// the first counts.
#[must_use]
pub fn count<'a>(studies: impl Iterator<Item = &'a str>) -> Vec<(String, usize)> {
    let mut counted: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for study in studies {
        counted.entry(loose(study)).or_insert_with(|| (study.to_owned(), 0)).1 += 1;
    }
    counted.into_values().collect()
}

/// Those of the codes in use that are not in the list.
pub(crate) fn unknown<'a>(used: &BTreeSet<&'a str>, studies: &'a Studies, codes: &Codes) -> Vec<Fault> {
    used.iter()
        .filter_map(|study| studies.code(study).map(|code| (study, code)))
        .filter(|(_, code)| !codes.has(code))
        .map(|(study, code)| Fault::UnknownCode { study: (*study).to_owned(), code: code.to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Lacking;

    #[test]
    fn a_table_is_read_and_saved() {
        let studies = Studies::read("opleidingscode;Studie\r\nB1;Brugklas\r\n;Later\r\nH4; Havo 4 \r\n".as_bytes())
            .expect("a table");

        assert_eq!(
            (studies.code("HAVO 4"), studies.code(" brugklas"), studies.code("Later")),
            (Some("H4"), Some("B1"), None)
        );
        assert_eq!(studies.to_file(), b"Studie;opleidingscode\r\nBrugklas;B1\r\nHavo 4;H4\r\n");
        assert_eq!(Studies::read(&studies.to_file()).as_ref(), Ok(&studies));
        let mut other = studies.clone();
        other.set("Één", "X;1").expect("a code");
        assert!(other.to_file().starts_with(crate::write::UTF_8_MARK));
        assert_eq!(Studies::read(&other.to_file()), Ok(other));
    }

    #[test]
    fn a_wrong_table_says_what_and_where() {
        let lacking = |text: &str| Studies::read(text.as_bytes()).expect_err("a column is missing");
        assert_eq!(lacking("Vak;Code\r\nx;y\r\n"), [Fault::StudiesColumns(Lacking::First)]);
        assert_eq!(lacking("Vak;Numo\r\nx;y\r\n"), [Fault::StudiesColumns(Lacking::Both)]);
        assert_eq!(
            lacking("Studie;Numo\r\nx;y\r\n")[0].to_string(),
            "In de tabel met opleidingscodes ontbreekt de kolom opleidingscode. Zet in de eerste rij van de tabel de namen \
             Studie en opleidingscode."
        );
        assert_eq!(
            Studies::read(b"Studie;opleidingscode\r\nA;1\r\na ;2\r\nB;=1\r\n"),
            Err(vec![Fault::StudyTwice { row: 3 }, Fault::BadCode { study: "B".to_owned() }])
        );
    }

    #[test]
    fn a_list_of_codes_has_one_a_line() {
        let codes = Codes::read("opleidingscode;omschrijving\nB1;Brugklas\nH4\n\n".as_bytes()).expect("a list");

        assert_eq!(codes.iter().collect::<Vec<_>>(), [("B1", "Brugklas"), ("H4", "")]);
    }
}
