//! Reading a file, by its content and never by its name. What comes out is rows, one at a time, so that a column that
//! nobody asked for is never kept.
//!
//! Ours, over quick-xml and miniz_oxide, because the readers that there are take memory for what a file merely declares,
//! loop or panic over a damaged one, and shift texts after an empty one. `calamine` reads the same files in the tests.

mod bytes;
mod cfb;
mod ods;
mod pieces;
mod strings;
mod text;
mod xls;
mod xlsx;
mod xml;
mod zip;

use crate::cell::Cell;
use crate::faults::{Fault, letters};
use crate::limits;

/// Who takes the rows.
pub trait Sink {
    /// Whether the rows of this sheet are wanted. Text has one sheet, without a name.
    fn sheet(&mut self, name: Option<&str>) -> bool;

    /// One row, with its number as Excel shows it. False if no more rows of this sheet are wanted.
    ///
    /// # Errors
    /// What ends the reading.
    fn row(&mut self, number: u32, cells: &mut Vec<Cell>) -> Result<bool, Fault>;

    /// How many names of columns that are looked for stand in a row. It tells the separator of a text.
    fn known(&self, cells: &[Cell]) -> usize;
}

/// Gives the rows of a file to a sink.
///
/// # Errors
/// Why the file cannot be read, or what the sink had against a row.
pub fn read(bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Fault> {
    if bytes.len() > limits::FILE_BYTES {
        return Err(Fault::FileTooLarge);
    }
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    if bytes.starts_with(b"PK") {
        let mut archive = zip::Archive::open(bytes)?;
        if archive.has("content.xml") { ods::read(&mut archive, sink) } else { xlsx::read(&mut archive, sink) }
    } else if bytes.starts_with(&cfb::SIGNATURE[..4]) {
        xls::read(bytes, sink)
    } else {
        text::read(bytes, sink)
    }
}

/// Puts a cell in its column of a row.
fn put(cells: &mut Vec<Cell>, row: u32, column: usize, cell: Cell) -> Result<(), Fault> {
    if cell == Cell::Empty {
        return Ok(());
    }
    if column >= limits::COLUMNS {
        return if cell.is_blank() { Ok(()) } else { Err(Fault::TooManyColumns { row, column: letters(column) }) };
    }
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    cells[column] = cell;
    Ok(())
}
