//! Text with separators: its encoding, its separator, and rows as Excel counts them. Blank lines count and a `sep=` line
//! does not; a value in quotes may have line breaks (RFC 4180).

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::{Sink, put};
use crate::cell::Cell;
use crate::faults::Fault;
use crate::limits;

const SEPARATORS: [char; 3] = [';', ',', '\t'];

pub(super) fn read(bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Fault> {
    let text = decode(bytes)?;
    if text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    if is_markup(&text) {
        return Err(Fault::Html);
    }
    if text.contains('\0') {
        return Err(Fault::OtherKind);
    }
    let (separator, text) = match separator_line(&text) {
        Some((separator, rest)) => (separator, rest),
        None => (guess(&text, sink)?, &*text),
    };
    if !sink.sheet(None) {
        return Ok(());
    }
    let mut rows = Rows::new(text, separator);
    let mut cells = Vec::new();
    while rows.next(&mut cells)? {
        if !sink.row(rows.number, &mut cells)? {
            break;
        }
    }
    Ok(())
}

/// By its byte order mark, else UTF-8 if it is that, else windows-1252. What breaks the promise of its mark is damaged.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, had_errors) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return if had_errors { Err(Fault::Broken) } else { Ok(text) };
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    })
}

/// A table that a program wrote as a web page, or XML, or a page with all that belongs to it.
fn is_markup(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with('<') || start.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("MIME-Version:"))
}

/// `sep=;` in the first line, which Excel obeys and does not show.
fn separator_line(text: &str) -> Option<(char, &str)> {
    let line = text.split(['\r', '\n']).next()?;
    let plain = line.trim().trim_matches('"');
    let (word, separator) = (plain.get(..4)?, plain.get(4..)?);
    // A tab is trimmed away with the spaces.
    let separator = if separator.is_empty() && line.contains('\t') { "\t" } else { separator };
    let mut signs = separator.chars();
    let sign = signs.next()?;
    if !word.eq_ignore_ascii_case("sep=") || signs.any(|other| !matches!(other, ';' | ',')) || matches!(sign, '"') {
        return None;
    }
    let rest = &text[line.len()..];
    Some((sign, rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])).unwrap_or(rest)))
}

/// The separator with which the most names are known in one of the first rows.
fn guess(text: &str, sink: &dyn Sink) -> Result<char, Fault> {
    let mut best = (0, SEPARATORS[0]);
    for separator in SEPARATORS {
        let mut rows = Rows::new(text, separator);
        let mut cells = Vec::new();
        while rows.number < limits::HEADER_ROWS {
            match rows.next(&mut cells) {
                Ok(true) => {}
                Ok(false) => break,
                // With another separator the quotes may well be right; and what is wrong is said of the one that is taken.
                Err(_) => break,
            }
            let known = sink.known(&cells);
            if known > best.0 {
                best = (known, separator);
            }
        }
    }
    Ok(best.1)
}

struct Rows<'a> {
    rest: &'a str,
    separator: char,
    /// The number of the last row that was read.
    number: u32,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str, separator: char) -> Self {
        Self { rest: text, separator, number: 0 }
    }

    /// Reads the next row into the cells; false at the end.
    fn next(&mut self, cells: &mut Vec<Cell>) -> Result<bool, Fault> {
        cells.clear();
        if self.rest.is_empty() {
            return Ok(false);
        }
        self.number += 1;
        let mut column = 0;
        loop {
            let (value, end) = self.value()?;
            put(cells, self.number, column, Cell::text(&value))?;
            column += 1;
            match end {
                End::Value => {}
                End::Row => return Ok(true),
            }
        }
    }

    fn value(&mut self) -> Result<(Cow<'a, str>, End), Fault> {
        let is_end = |sign: char| sign == self.separator || matches!(sign, '\r' | '\n');
        if !self.rest.starts_with('"') {
            let length = self.rest.find(is_end).unwrap_or(self.rest.len());
            let (value, rest) = self.rest.split_at(length);
            self.rest = rest;
            return Ok((Cow::Borrowed(value), self.end()));
        }
        let mut value = String::new();
        self.rest = &self.rest[1..];
        loop {
            let length = self.rest.find('"').ok_or(Fault::UnclosedQuote { row: self.number })?;
            value.push_str(&self.rest[..length]);
            self.rest = &self.rest[length + 1..];
            if let Some(rest) = self.rest.strip_prefix('"') {
                value.push('"');
                self.rest = rest;
            } else {
                break;
            }
        }
        // What follows a closed quote belongs to the value, as Excel reads it.
        let length = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (tail, rest) = self.rest.split_at(length);
        value.push_str(tail);
        self.rest = rest;
        Ok((Cow::Owned(value), self.end()))
    }

    fn end(&mut self) -> End {
        if let Some(rest) = self.rest.strip_prefix(self.separator) {
            self.rest = rest;
            return End::Value;
        }
        self.rest =
            self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix(['\r', '\n'])).unwrap_or(self.rest);
        End::Row
    }
}

enum End {
    Value,
    Row,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, separator: char) -> Result<Vec<(u32, Vec<String>)>, Fault> {
        let mut rows = Rows::new(text, separator);
        let (mut all, mut cells) = (vec![], vec![]);
        while rows.next(&mut cells)? {
            all.push((rows.number, cells.iter().map(Cell::label).collect()));
        }
        Ok(all)
    }

    fn row(number: u32, values: &[&str]) -> (u32, Vec<String>) {
        (number, values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn rows_are_counted_as_excel_counts_them() {
        assert_eq!(
            rows("a;b\r\n\r\n\"c\r\nd\";\"\"\"e\"\" f\"\n;g\rlast", ';'),
            Ok(vec![
                row(1, &["a", "b"]),
                row(2, &[]),
                row(3, &["c d", "\"e\" f"]),
                row(4, &["", "g"]),
                row(5, &["last"]),
            ])
        );
    }

    #[test]
    fn an_open_quote_is_named_where_it_opens() {
        assert_eq!(rows("a;b\nc;\"d\ne;f", ';'), Err(Fault::UnclosedQuote { row: 2 }));
        assert_eq!(rows("a\"b;\"c\"d", ';'), Ok(vec![row(1, &["a\"b", "cd"])]));
    }

    #[test]
    fn a_separator_line_is_obeyed_and_not_counted() {
        assert_eq!(separator_line("sep=;\r\nStamnr;Klas"), Some((';', "Stamnr;Klas")));
        assert_eq!(separator_line("SEP=\t\nx"), Some(('\t', "x")));
        assert_eq!(separator_line("\"sep=,\"\nx"), Some((',', "x")));
        assert_eq!(separator_line("sep=|\rx"), Some(('|', "x")));
        assert_eq!(separator_line("separator;x\n"), None);
        assert_eq!(separator_line("Stamnr;Klas"), None);
        assert_eq!(separator_line("sep="), None);
    }

    #[test]
    fn the_encoding_is_seen_at_the_bytes() {
        for (bytes, text) in [
            (&b"\xef\xbb\xbfZo\xc3\xab"[..], Ok("Zo\u{eb}")),
            (b"Zo\xc3\xab", Ok("Zo\u{eb}")),
            (b"Zo\xeb \x80", Ok("Zo\u{eb} \u{20ac}")),
            (b"\xff\xfeZ\0\xeb\0", Ok("Z\u{eb}")),
            (b"\xef\xbb\xbfZo\xeb", Err(Fault::Broken)),
        ] {
            assert_eq!(decode(bytes).as_deref(), text.as_ref().map(|text| &**text), "{bytes:?}");
        }
    }
}
