//! Workbooks of Excel until 2003: records in a stream. Of a formula the stored result counts.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::bytes::{f64_at, slice, u16_at, u32_at};
use super::cfb::Container;
use super::pieces::Pieces;
use super::strings::SharedStrings;
use super::{Sink, put};
use crate::cell::Cell;
use crate::faults::{Fault, letters};
use crate::limits;

mod kind {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const MUL_RK: u16 = 0x00BD;
    pub(super) const R_STRING: u16 = 0x00D6;
    pub(super) const SST: u16 = 0x00FC;
    pub(super) const LABEL_SST: u16 = 0x00FD;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const BOOL_ERR: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const BOF: u16 = 0x0809;
}

/// How many records are walked through in all: a sheet can be named more than once.
const MOST_RECORDS: usize = 12_000_000;

pub(super) fn read(bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Fault> {
    let container = Container::open(bytes)?;
    if container.has("EncryptedPackage") || container.has("EncryptionInfo") {
        return Err(Fault::Password);
    }
    if !container.has("Workbook") && !container.has("Book") {
        return Err(Fault::OtherKind);
    }
    let stream = container.stream("Workbook").or_else(|| container.stream("Book")).ok_or(Fault::Broken)?;
    drop(container);
    let mut records = Records { stream: &stream, at: 0, walked: 0 };
    let book = Book::read(&mut records)?;
    for (start, name) in &book.sheets {
        if sink.sheet(Some(name)) {
            records.at = *start;
            book.read_sheet(&mut records, sink)?;
        }
    }
    Ok(())
}

struct Records<'a> {
    stream: &'a [u8],
    at: usize,
    walked: usize,
}

impl<'a> Records<'a> {
    fn next(&mut self) -> Result<(u16, &'a [u8]), Fault> {
        self.walked += 1;
        if self.walked > MOST_RECORDS {
            return Err(Fault::Broken);
        }
        let record = |at| {
            let length = usize::from(u16_at(self.stream, at + 2)?);
            Some((u16_at(self.stream, at)?, slice(self.stream, at + 4, length)?))
        };
        let (kind, data) = record(self.at).ok_or(Fault::Broken)?;
        self.at += 4 + data.len();
        Ok((kind, data))
    }

    /// A record with those that continue it.
    fn with_continued(&mut self, first: &'a [u8]) -> Result<Pieces<'a>, Fault> {
        let mut pieces = vec![first];
        while u16_at(self.stream, self.at) == Some(kind::CONTINUE) {
            pieces.push(self.next()?.1);
        }
        Ok(Pieces::new(pieces))
    }
}

struct Book {
    is_newest: bool,
    encoding: &'static Encoding,
    sheets: Vec<(usize, String)>,
    strings: SharedStrings,
}

impl Book {
    fn read(records: &mut Records<'_>) -> Result<Self, Fault> {
        let (first, version) = records.next()?;
        let is_newest = match (first, u16_at(version, 0)) {
            (kind::BOF, Some(0x0600)) => true,
            (kind::BOF, Some(0x0500)) => false,
            _ => return Err(Fault::OtherKind),
        };
        let mut book = Self { is_newest, encoding: WINDOWS_1252, sheets: vec![], strings: SharedStrings::default() };
        loop {
            let (kind, data) = records.next()?;
            match kind {
                kind::FILE_PASS => return Err(Fault::Password),
                kind::CODE_PAGE => {
                    let label = format!("windows-{}", u16_at(data, 0).unwrap_or_default());
                    book.encoding = Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252);
                }
                // 0 is a sheet with cells; others are charts and macros.
                kind::BOUND_SHEET if data.get(5) == Some(&0) => {
                    let start = u32_at(data, 0).ok_or(Fault::Broken)? as usize;
                    let name = data.get(6..).and_then(|name| book.short_text(name)).ok_or(Fault::Broken)?;
                    book.sheets.push((start, name));
                    if book.sheets.len() > limits::SHEETS {
                        return Err(Fault::TooMuchUnpacked);
                    }
                }
                kind::SST => book.strings = records.with_continued(data)?.shared_strings()?,
                kind::EOF => return Ok(book),
                _ => {}
            }
        }
    }

    fn short_text(&self, data: &[u8]) -> Option<String> {
        let length = usize::from(*data.first()?);
        if !self.is_newest {
            return Some(self.encoding.decode_without_bom_handling(slice(data, 1, length)?).0.into_owned());
        }
        let is_wide = data.get(1)? & 1 != 0;
        Some(decode(slice(data, 2, if is_wide { length * 2 } else { length })?, is_wide))
    }

    /// A text with its length in two bytes, in a record with those that continue it.
    fn text(&self, mut pieces: Pieces<'_>, skip: usize) -> Option<String> {
        pieces.skip(skip)?;
        let length = usize::from(pieces.u16()?);
        if self.is_newest {
            let flags = pieces.u8()?;
            return pieces.signs(length, flags & 1 != 0);
        }
        let mut text = String::new();
        let mut left = length;
        while left > 0 {
            let piece = pieces.take(left)?;
            left -= piece.len();
            text.push_str(&self.encoding.decode_without_bom_handling(piece).0);
        }
        Some(text)
    }

    fn read_sheet(&self, records: &mut Records<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
        let mut rows: Rows = BTreeMap::new();
        let mut depth = 0_usize;
        let mut formula = None;
        loop {
            let (kind, data) = records.next()?;
            match kind {
                // A chart in a sheet is a sheet of its own within it.
                kind::BOF => depth += 1,
                kind::EOF if depth <= 1 => break,
                kind::EOF => depth -= 1,
                _ if depth > 1 => {}
                kind::STRING => {
                    if let Some((row, column)) = formula.take() {
                        let text = self.text(records.with_continued(data)?, 0).ok_or(Fault::Broken)?;
                        keep(&mut rows, row, column, Raw::Cell(Cell::text(&text)))?;
                    }
                }
                kind::FORMULA => {
                    formula = None;
                    let (row, column) = place(data).ok_or(Fault::Broken)?;
                    match result(data).ok_or(Fault::Broken)? {
                        Some(cell) => keep(&mut rows, row, column, Raw::Cell(cell))?,
                        // The text follows in a record of its own.
                        None => formula = Some((row, column)),
                    }
                }
                kind::LABEL | kind::R_STRING => {
                    let (row, column) = place(data).ok_or(Fault::Broken)?;
                    let text = self.text(records.with_continued(data)?, 6).ok_or(Fault::Broken)?;
                    keep(&mut rows, row, column, Raw::Cell(Cell::text(&text)))?;
                }
                kind::NUMBER | kind::RK | kind::LABEL_SST | kind::BOOL_ERR => {
                    let (row, column) = place(data).ok_or(Fault::Broken)?;
                    keep(&mut rows, row, column, plain(kind, data).ok_or(Fault::Broken)?)?;
                }
                kind::MUL_RK => {
                    let (row, first) = place(data).ok_or(Fault::Broken)?;
                    let numbers = data.get(4..data.len().saturating_sub(2)).ok_or(Fault::Broken)?;
                    for (column, number) in (first..).zip(numbers.chunks_exact(6)) {
                        let number = u32_at(number, 2).map(rk).ok_or(Fault::Broken)?;
                        keep(&mut rows, row, column, Raw::Cell(Cell::Number(number)))?;
                    }
                }
                _ => {}
            }
        }
        self.hand_out(rows, sink)
    }

    fn hand_out(&self, rows: Rows, sink: &mut dyn Sink) -> Result<(), Fault> {
        let mut cells = Vec::new();
        for (row, raws) in rows {
            cells.clear();
            for (column, raw) in raws {
                let cell = match raw {
                    Raw::Cell(cell) => cell,
                    Raw::Shared(index) => self.strings.cell(index as usize).ok_or(Fault::Broken)?,
                };
                put(&mut cells, row, usize::from(column), cell)?;
            }
            if !sink.row(row, &mut cells)? {
                break;
            }
        }
        Ok(())
    }
}

/// Rows by their number as Excel shows it: a program may write its columns one after the other.
type Rows = BTreeMap<u32, Vec<(u16, Raw)>>;

enum Raw {
    Cell(Cell),
    Shared(u32),
}

fn keep(rows: &mut Rows, row: u16, column: u16, raw: Raw) -> Result<(), Fault> {
    let row = u32::from(row) + 1;
    if usize::from(column) >= limits::COLUMNS {
        return Err(Fault::TooManyColumns { row, column: letters(usize::from(column)) });
    }
    rows.entry(row).or_default().push((column, raw));
    if rows.len() > limits::ROWS + limits::HEADER_ROWS as usize { Err(Fault::TooManyRows) } else { Ok(()) }
}

fn place(data: &[u8]) -> Option<(u16, u16)> {
    Some((u16_at(data, 0)?, u16_at(data, 2)?))
}

fn plain(kind: u16, data: &[u8]) -> Option<Raw> {
    Some(match kind {
        kind::NUMBER => Raw::Cell(Cell::Number(f64_at(data, 6)?)),
        kind::RK => Raw::Cell(Cell::Number(rk(u32_at(data, 6)?))),
        kind::LABEL_SST => Raw::Shared(u32_at(data, 6)?),
        _ => Raw::Cell(truth_or_error(*data.get(6)?, *data.get(7)?)),
    })
}

fn truth_or_error(value: u8, is_error: u8) -> Cell {
    match (value, is_error) {
        (_, 1..) => Cell::Error,
        (0, 0) => Cell::text("ONWAAR"),
        (_, 0) => Cell::text("WAAR"),
    }
}

/// What a formula came to; none if that is a text, which follows.
fn result(data: &[u8]) -> Option<Option<Cell>> {
    if u16_at(data, 12)? != 0xFFFF {
        return Some(Some(Cell::Number(f64_at(data, 6)?)));
    }
    Some(match data.get(6)? {
        0 => None,
        1 => Some(truth_or_error(*data.get(8)?, 0)),
        2 => Some(Cell::Error),
        _ => Some(Cell::Empty),
    })
}

/// A number in 30 bits: the upper part of a long one, or a whole one, and of either perhaps hundredths.
fn rk(value: u32) -> f64 {
    let number = if value & 2 == 0 {
        f64::from_bits(u64::from(value & 0xFFFF_FFFC) << 32)
    } else {
        f64::from(value.cast_signed() >> 2)
    };
    if value & 1 == 0 { number } else { number / 100.0 }
}

fn decode(bytes: &[u8], is_wide: bool) -> String {
    if is_wide {
        let units: Vec<u16> = (0..bytes.len() / 2).filter_map(|at| u16_at(bytes, at * 2)).collect();
        String::from_utf16_lossy(&units)
    } else {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_read() {
        assert_eq!(rk(0x3FF0_0000), 1.0);
        assert_eq!(rk(101_001 << 2 | 2), 101_001.0);
        assert_eq!(rk(12_345 << 2 | 3), 123.45);
        assert_eq!(rk(u32::MAX << 2 | 2), -1.0);
    }
}
