//! The table in an export: its header row, the columns that are kept, and the rows below it. Every other column is dropped
//! here, row by row, and only its name stays.

use crate::cell::Cell;
use crate::faults::{Fault, letters};
use crate::limits;
use crate::mapping::{Choice, Field, Mapping, folded};
use crate::read::{self, Sink};

/// So many known names make a header row.
const NAMES_OF_A_HEADER: usize = 3;

/// A row of the export, with the cells of the fields in their order.
#[derive(Debug)]
pub struct Row {
    /// The row as Excel shows it.
    pub number: u32,
    cells: [Cell; 7],
}

impl Row {
    /// The cell of a field.
    #[must_use]
    pub fn cell(&self, field: Field) -> &Cell {
        &self.cells[field.place()]
    }
}

/// What was found in an export.
#[derive(Debug, Default)]
pub struct Table {
    /// The sheet with the pupils; text has none.
    pub sheet: Option<String>,
    /// Sheets that are not used.
    pub other_sheets: Vec<String>,
    /// The row with the names of the columns.
    pub header_row: u32,
    /// The names of the columns, as they stand there.
    pub headers: Vec<String>,
    /// The column of each field.
    pub mapping: Mapping,
    /// What the columns that were dropped are called.
    pub dropped: Vec<String>,
    /// The pupils.
    pub rows: Vec<Row>,
    /// Blank rows among the pupils.
    pub blank_rows: usize,
    /// Rows with a total or a remark below the pupils.
    pub total_rows: Vec<u32>,
    /// Rows in which the names of the columns stand again.
    pub header_again_rows: Vec<u32>,
}

/// Which table of a file is meant.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The sheet, if several have pupils.
    pub sheet: Option<String>,
    /// The columns that were chosen instead of those suggested.
    pub columns: Choice,
}

impl Table {
    /// Reads the table of an export.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read(bytes: &[u8], wanted: &Wanted) -> Result<Self, Fault> {
        let mut collector = Collector::new(wanted);
        read::read(bytes, &mut collector)?;
        collector.table()
    }

    /// What a column is called: its name, or its letters.
    #[must_use]
    pub fn column_name(&self, field: Field) -> String {
        match self.mapping.column(field) {
            Some(column) => named(&self.headers, column),
            None => field.name().to_owned(),
        }
    }
}

fn named(headers: &[String], column: usize) -> String {
    headers.get(column).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| letters(column))
}

/// The names of the columns of an export, also if one that must be there is missing.
///
/// # Errors
/// Why there are none.
pub fn headers(bytes: &[u8], wanted: &Wanted) -> Result<Vec<String>, Fault> {
    let mut collector = Collector::new(wanted);
    read::read(bytes, &mut collector)?;
    match collector.table {
        Some(table) => Ok(table.headers),
        None => Err(Fault::NoHeader),
    }
}

struct Collector<'a> {
    wanted: &'a Wanted,
    table: Option<Table>,
    sheet: Option<String>,
    is_keeping: bool,
    /// Sheets that have a header row too.
    further: Vec<String>,
    others: Vec<String>,
    is_only_naam: bool,
    kept_bytes: usize,
    without_name: Vec<bool>,
}

impl<'a> Collector<'a> {
    fn new(wanted: &'a Wanted) -> Self {
        Self {
            wanted,
            table: None,
            sheet: None,
            is_keeping: false,
            further: vec![],
            others: vec![],
            is_only_naam: false,
            kept_bytes: 0,
            without_name: vec![false; limits::COLUMNS],
        }
    }

    fn look_for_header(&mut self, number: u32, cells: &[Cell]) -> bool {
        if number > limits::HEADER_ROWS {
            return false;
        }
        let headers: Vec<String> = cells.iter().map(Cell::label).collect();
        let suggested = Mapping::suggest(&headers);
        let has_naam = headers.iter().any(|name| folded(name) == "naam");
        if suggested.known() + usize::from(has_naam) < NAMES_OF_A_HEADER || suggested.known() < 2 {
            return number < limits::HEADER_ROWS;
        }
        let lacks_names = [Field::Roepnaam, Field::Achternaam].iter().any(|field| suggested.column(*field).is_none());
        if has_naam && lacks_names {
            self.is_only_naam = true;
        }
        if suggested.known() < NAMES_OF_A_HEADER {
            return number < limits::HEADER_ROWS;
        }
        if self.table.is_some() {
            self.further.extend(self.sheet.clone());
            return false;
        }
        self.others.retain(|other| Some(other) != self.sheet.as_ref());
        self.is_keeping = true;
        self.table = Some(Table {
            sheet: self.sheet.clone(),
            header_row: number,
            mapping: suggested.with(&self.wanted.columns),
            headers,
            ..Table::default()
        });
        true
    }

    fn keep(&mut self, number: u32, cells: &mut [Cell]) -> Result<(), Fault> {
        let Some(table) = &mut self.table else { return Ok(()) };
        if let Some(column) = (table.headers.len()..cells.len()).find(|column| !cells[*column].is_blank()) {
            // In text a separator too many shifts a row; in a workbook somebody wrote beside the table.
            if self.sheet.is_none() {
                return Err(Fault::MoreCells { row: number });
            }
            self.without_name[column] = true;
        }
        let mut row = Row { number, cells: <[Cell; 7]>::default() };
        for (column, cell) in cells.iter_mut().enumerate() {
            match table.mapping.field(column) {
                Some(field) => row.cells[field.place()] = std::mem::take(cell),
                None if !cell.is_blank() && table.headers.get(column).is_none_or(String::is_empty) => {
                    self.without_name[column] = true;
                }
                None => {}
            }
        }
        if row.cells.iter().all(Cell::is_blank) {
            return Ok(());
        }
        match what_is(&row) {
            What::Total => table.total_rows.push(number),
            What::HeaderAgain => table.header_again_rows.push(number),
            What::Pupil => {
                self.kept_bytes += row.cells.iter().map(Cell::bytes).sum::<usize>();
                if self.kept_bytes > limits::KEPT_BYTES {
                    return Err(Fault::TooMuchText);
                }
                table.rows.push(row);
            }
        }
        let read = table.rows.len() + table.total_rows.len() + table.header_again_rows.len();
        if read > limits::ROWS { Err(Fault::TooManyRows) } else { Ok(()) }
    }

    fn table(self) -> Result<Table, Fault> {
        let Some(mut table) = self.table else {
            return Err(match (&self.wanted.sheet, self.is_only_naam) {
                (_, true) => Fault::OnlyNaam,
                (Some(_), false) => Fault::NoSuchSheet,
                (None, false) => Fault::NoHeader,
            });
        };
        if !self.further.is_empty() {
            let mut sheets: Vec<String> = table.sheet.into_iter().collect();
            sheets.extend(self.further);
            return Err(Fault::SeveralSheets(sheets));
        }
        for field in Field::ALL {
            match table.mapping.column(field) {
                Some(column) if column >= table.headers.len() => return Err(Fault::NoSuchColumn(field)),
                None if field.is_required() && self.is_only_naam => return Err(Fault::OnlyNaam),
                None if field.is_required() => return Err(Fault::MissingColumn(field)),
                _ => {}
            }
        }
        if table.rows.is_empty() {
            return Err(Fault::NoPupils);
        }
        table.other_sheets = self.others;
        table.dropped = (0..table.headers.len().max(self.without_name.len()))
            .filter(|column| table.mapping.field(*column).is_none())
            .filter(|column| {
                table.headers.get(*column).is_some_and(|name| !name.is_empty())
                    || self.without_name.get(*column) == Some(&true)
            })
            .map(|column| named(&table.headers, column))
            .collect();
        let last = table.rows.last().map_or(table.header_row, |row| row.number);
        let before = |rows: &[u32]| rows.iter().filter(|row| **row < last).count();
        table.blank_rows = ((last - table.header_row) as usize)
            .saturating_sub(table.rows.len() + before(&table.total_rows) + before(&table.header_again_rows));
        Ok(table)
    }
}

impl Sink for Collector<'_> {
    fn sheet(&mut self, name: Option<&str>) -> bool {
        self.is_keeping = false;
        self.sheet = name.map(str::to_owned);
        self.others.extend(self.sheet.clone());
        match (&self.wanted.sheet, name) {
            (Some(wanted), Some(name)) => wanted == name,
            (None, _) | (_, None) => true,
        }
    }

    fn row(&mut self, number: u32, cells: &mut Vec<Cell>) -> Result<bool, Fault> {
        if !self.is_keeping {
            return Ok(self.look_for_header(number, cells));
        }
        self.keep(number, cells)?;
        Ok(true)
    }

    fn known(&self, cells: &[Cell]) -> usize {
        Mapping::suggest(&cells.iter().map(Cell::label).collect::<Vec<_>>()).known()
    }
}

enum What {
    Pupil,
    Total,
    HeaderAgain,
}

/// A row that is surely no pupil: one that begins with a word for a total, one with a text and nothing else where the
/// stamnr should be, or the names of the columns once more. Anything else is taken for a pupil, so that none is lost.
fn what_is(row: &Row) -> What {
    if Field::of_name(&row.cell(Field::Stamnr).label()) == Some(Field::Stamnr) {
        return What::HeaderAgain;
    }
    let filled: Vec<&Cell> = row.cells.iter().filter(|cell| !cell.is_blank()).collect();
    let has_digits_only = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let stamnr = row.cell(Field::Stamnr).label();
    if filled.len() <= 2 && !has_digits_only(&stamnr) {
        let first = filled.first().map(|cell| folded(&cell.label())).unwrap_or_default();
        if ["aantal", "totaal", "total", "subtotaal", "eindtotaal"].iter().any(|word| first.starts_with(word)) {
            return What::Total;
        }
    }
    let is_remark = filled.len() == 1
        && matches!(row.cell(Field::Stamnr), Cell::Text(text) if text.trim().contains(|sign: char| sign.is_alphabetic() && !matches!(sign, 'E' | 'e')));
    if is_remark { What::Total } else { What::Pupil }
}
