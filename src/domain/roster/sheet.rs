//! A spreadsheet as it was read: its header row and the cells below it, of the first sheet that looks like a list of
//! schools. Text and workbooks are read by the reader of Optie B, which knows encodings, separators and damaged files.

use optie_b::cell::Cell;
use optie_b::read::{self, Sink};
use optie_b::{Fault as Unread, limits};
use serde::{Deserialize, Serialize};

use super::mapping::Mapping;

/// The most schools in one file.
pub const MOST_ROWS: usize = 5_000;

/// The most bytes of all texts in one file.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// So many known names make a header row.
const NAMES_OF_A_HEADER: usize = 3;

/// What stands in a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Nothing.
    #[default]
    Blank,
    /// Text, trimmed.
    Text(String),
    /// A number; of a date only that is kept.
    Number(String),
    /// An error such as `#N/B`, or a text that cannot be read or is too long.
    Spoiled,
}

impl Entry {
    fn of(cell: &Cell) -> Self {
        match cell.value() {
            Err(_) => Self::Spoiled,
            Ok(value) if value.is_empty() => Self::Blank,
            Ok(value) => match cell {
                Cell::Number(_) => Self::Number(value),
                Cell::Empty | Cell::Text(_) | Cell::Error | Cell::Long => Self::Text(value),
            },
        }
    }

    /// The text of it; empty where there is none.
    pub fn text(&self) -> &str {
        match self {
            Self::Blank | Self::Spoiled => "",
            Self::Text(text) | Self::Number(text) => text,
        }
    }
}

/// A row below the header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRow {
    /// Its number, as Excel shows it.
    pub number: u32,
    /// Its cells; those that are missing at the end are blank.
    pub cells: Vec<Entry>,
}

impl SheetRow {
    /// What stands in a column.
    pub fn entry(&self, column: usize) -> &Entry {
        const BLANK: &Entry = &Entry::Blank;
        self.cells.get(column).unwrap_or(BLANK)
    }
}

/// A list of schools, before anything is made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The name of the sheet; text has none.
    pub name: Option<String>,
    /// The names of the columns.
    pub headers: Vec<String>,
    /// The rows with something in them.
    pub rows: Vec<SheetRow>,
}

/// Why a file is no list of schools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It has more bytes than a file may have.
    TooLarge,
    /// It has more rows than [`MOST_ROWS`].
    TooManyRows,
    /// It has more columns or text than a list of schools has.
    TooMuch,
    /// There is nothing in it.
    Empty,
    /// It has a header, and nothing below it.
    NoRows,
    /// It is protected with a password.
    Protected,
    /// It is no spreadsheet.
    OtherKind,
    /// It is damaged.
    Damaged,
    /// A quote that opens in this row does not close.
    OpenQuote {
        /// Which row.
        row: u32,
    },
}

impl From<Unread> for Unreadable {
    fn from(fault: Unread) -> Self {
        match fault {
            Unread::FileTooLarge => Self::TooLarge,
            Unread::TooManyRows => Self::TooManyRows,
            Unread::TooManyColumns { .. } | Unread::TooMuchUnpacked | Unread::TooMuchText => Self::TooMuch,
            Unread::Empty => Self::Empty,
            Unread::Password => Self::Protected,
            Unread::Html | Unread::OtherKind => Self::OtherKind,
            Unread::UnclosedQuote { row } => Self::OpenQuote { row },
            // What is wrong with a row of pupils is not asked for here.
            _ => Self::Damaged,
        }
    }
}

impl Sheet {
    /// Reads the list of schools in a file: csv, xlsx, ods or xls, by its content.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut gathered = Gathered::default();
        read::read(bytes, &mut gathered)?;
        gathered.sheet()
    }
}

/// The rows of a sheet of the file.
#[derive(Default)]
struct Found {
    name: Option<String>,
    rows: Vec<SheetRow>,
    has_more: bool,
}

impl Found {
    /// The place of the header among the rows, and how many names are known there.
    fn header(&self) -> Option<(usize, usize)> {
        let first = self.rows.iter().take_while(|row| row.number <= limits::HEADER_ROWS).enumerate();
        let known = first.map(|(place, row)| (place, Mapping::suggest(&labels(row)).known()));
        // Of rows that know as many, the first.
        known.max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)))
    }
}

#[derive(Default)]
struct Gathered {
    sheets: Vec<Found>,
    bytes: usize,
}

impl Gathered {
    fn sheet(self) -> Result<Sheet, Unreadable> {
        let filled: Vec<Found> = self.sheets.into_iter().filter(|found| !found.rows.is_empty()).collect();
        let is_list = |found: &Found| found.header().is_some_and(|(_, known)| known >= NAMES_OF_A_HEADER);
        let chosen = filled.iter().position(is_list).unwrap_or_default();
        let found = filled.into_iter().nth(chosen).ok_or(Unreadable::Empty)?;
        // Where no name is known, the first row with more than a title in it.
        let plain =
            || found.rows.iter().position(|row| row.cells.iter().filter(|cell| **cell != Entry::Blank).count() > 1);
        let header = match found.header() {
            Some((place, known)) if known > 0 => place,
            Some(_) | None => plain().unwrap_or_default(),
        };
        let headers = labels(&found.rows[header]);
        let rows: Vec<SheetRow> =
            found.rows.into_iter().skip(header + 1).filter(|row| labels(row) != headers).collect();
        if found.has_more || rows.len() > MOST_ROWS {
            return Err(Unreadable::TooManyRows);
        }
        if rows.is_empty() {
            return Err(Unreadable::NoRows);
        }
        Ok(Sheet { name: found.name, headers, rows })
    }
}

fn labels(row: &SheetRow) -> Vec<String> {
    row.cells.iter().map(|cell| cell.text().to_owned()).collect()
}

impl Sink for Gathered {
    fn sheet(&mut self, name: Option<&str>) -> bool {
        self.sheets.push(Found { name: name.map(str::to_owned), ..Found::default() });
        true
    }

    fn row(&mut self, number: u32, cells: &mut Vec<Cell>) -> Result<bool, Unread> {
        let Some(found) = self.sheets.last_mut() else { return Ok(false) };
        let cells: Vec<Entry> = cells.iter().map(Entry::of).collect();
        if cells.iter().all(|cell| *cell == Entry::Blank) {
            return Ok(true);
        }
        if found.rows.len() > MOST_ROWS + limits::HEADER_ROWS as usize {
            found.has_more = true;
            return Ok(false);
        }
        self.bytes += cells.iter().map(|cell| cell.text().len()).sum::<usize>();
        if self.bytes > MOST_BYTES {
            return Err(Unread::TooMuchText);
        }
        found.rows.push(SheetRow { number, cells });
        Ok(true)
    }

    fn known(&self, cells: &[Cell]) -> usize {
        Mapping::suggest(&cells.iter().map(Cell::label).collect::<Vec<_>>()).known()
    }
}
