//! Workbooks of Excel since 2007. Of a formula the stored result counts; formats are not kept.

use std::collections::BTreeMap;

use super::strings::{SharedStrings, add};
use super::xml::{Piece, Xml, attribute};
use super::zip::Archive;
use super::{Sink, put};
use crate::cell::Cell;
use crate::faults::Fault;
use crate::limits;

pub(super) fn read(archive: &mut Archive<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
    let workbook = relations(archive, "_rels/.rels", "")?
        .into_values()
        .find(|relation| relation.kind == "officeDocument")
        .map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
    if workbook.to_ascii_lowercase().ends_with(".bin") || !archive.has(&workbook) {
        return Err(Fault::OtherKind);
    }
    let (folder, file) = workbook.rsplit_once('/').map_or(("", &*workbook), |(folder, file)| (folder, file));
    let slash = if folder.is_empty() { "" } else { "/" };
    let relations = relations(archive, &format!("{folder}{slash}_rels/{file}.rels"), folder)?;
    let sheets = sheets(archive, &workbook)?;
    let mut strings = SharedStrings::default();
    let shared = relations.values().find(|relation| relation.kind == "sharedStrings");
    if let Some(shared) = shared
        && archive.has(&shared.target)
    {
        read_strings(archive, &shared.target, &mut strings)?;
    }
    for (name, id) in sheets {
        let Some(sheet) = relations.get(&id) else { return Err(Fault::Broken) };
        if sheet.kind == "worksheet" && sink.sheet(Some(&name)) {
            read_sheet(archive, &sheet.target, &strings, sink)?;
        }
    }
    Ok(())
}

struct Relation {
    /// The last word of its address, which is the same in both kinds of namespace.
    kind: String,
    target: String,
}

fn relations(archive: &mut Archive<'_>, part: &str, folder: &str) -> Result<BTreeMap<String, Relation>, Fault> {
    let mut relations = BTreeMap::new();
    if !archive.has(part) {
        return Ok(relations);
    }
    let mut xml = Xml::new(archive.part(part)?);
    loop {
        match xml.next()? {
            Piece::Open(tag) if tag.local_name().as_ref() == "Relationship" => {
                let get = |name| attribute(&tag, name).unwrap_or_default();
                let kind = get("Type").rsplit('/').next().unwrap_or_default().to_owned();
                relations.insert(get("Id"), Relation { kind, target: target(folder, &get("Target")) });
                if relations.len() > limits::PARTS {
                    return Err(Fault::TooMuchUnpacked);
                }
            }
            Piece::End => return Ok(relations),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => {}
        }
    }
}

/// The name of a part that is named from a folder.
fn target(folder: &str, named: &str) -> String {
    if let Some(whole) = named.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in named.split('/') {
        match name {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            name => path.push(name),
        }
    }
    path.join("/")
}

/// The names of the sheets, and the relation of each.
fn sheets(archive: &mut Archive<'_>, workbook: &str) -> Result<Vec<(String, String)>, Fault> {
    let mut xml = Xml::new(archive.part(workbook)?);
    let mut sheets = Vec::new();
    loop {
        match xml.next()? {
            Piece::Open(tag) if tag.local_name().as_ref() == "sheet" => {
                let id = tag
                    .attributes()
                    .flatten()
                    .find(|attribute| attribute.key.local_name().as_ref() == "id" && attribute.key.prefix().is_some());
                let id = id.map(|attribute| attribute.value.into_owned()).ok_or(Fault::Broken)?;
                sheets.push((attribute(&tag, "name").unwrap_or_default(), id));
                if sheets.len() > limits::SHEETS {
                    return Err(Fault::TooMuchUnpacked);
                }
            }
            Piece::End => return Ok(sheets),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => {}
        }
    }
}

fn read_strings(archive: &mut Archive<'_>, part: &str, strings: &mut SharedStrings) -> Result<(), Fault> {
    let mut xml = Xml::new(archive.part(part)?);
    loop {
        match xml.next()? {
            Piece::Open(tag) if tag.local_name().as_ref() == "si" => {
                let text = rich_text(&mut xml, "si")?;
                strings.push(&text)?;
            }
            Piece::End => return Ok(()),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => {}
        }
    }
}

/// The text of a string, whose letters may have several styles; how it is pronounced is no part of it.
fn rich_text(xml: &mut Xml<'_>, until: &str) -> Result<String, Fault> {
    let mut text = String::new();
    let (mut in_text, mut in_sound) = (false, false);
    loop {
        match xml.next()? {
            Piece::Open(tag) => match tag.local_name().as_ref() {
                "t" => in_text = true,
                "rPh" => in_sound = true,
                _ => {}
            },
            Piece::Close(name) if name == until => return Ok(unescaped(text)),
            Piece::Close(name) => match &*name {
                "t" => in_text = false,
                "rPh" => in_sound = false,
                _ => {}
            },
            Piece::Text(piece) if in_text && !in_sound => add(&mut text, &piece),
            Piece::Text(_) => {}
            Piece::End => return Err(Fault::Broken),
        }
    }
}

/// Excel writes a sign that XML cannot have as `_x000D_`.
fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut signs = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find("_x") {
        signs.push_str(&rest[..at]);
        let sign = rest
            .get(at + 2..at + 7)
            .and_then(|code| code.strip_suffix('_'))
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        let length = match sign {
            Some(sign) => {
                signs.push(sign);
                7
            }
            None => {
                signs.push_str("_x");
                2
            }
        };
        rest = &rest[at + length..];
    }
    signs.push_str(rest);
    signs
}

fn read_sheet(
    archive: &mut Archive<'_>,
    part: &str,
    strings: &SharedStrings,
    sink: &mut dyn Sink,
) -> Result<(), Fault> {
    let mut xml = Xml::new(archive.part(part)?);
    let mut cells = Vec::new();
    let mut number = 0_u32;
    // A cell without a place stands beside the one before it, also if that is empty.
    let mut beside = 0_usize;
    loop {
        let cell = match xml.next()? {
            Piece::Open(tag) => match tag.local_name().as_ref() {
                "row" => {
                    let next = match attribute(&tag, "r") {
                        Some(row) => row.trim().parse().map_err(|_| Fault::Broken)?,
                        None => number.saturating_add(1),
                    };
                    // Rows stand in order; with a row that comes back, nobody knows which of the two counts.
                    if next <= number || next > limits::SHEET_ROWS {
                        return Err(Fault::Broken);
                    }
                    number = next;
                    beside = 0;
                    cells.clear();
                    None
                }
                "c" => Some((attribute(&tag, "r"), attribute(&tag, "t").unwrap_or_default())),
                _ => None,
            },
            Piece::Close(name) if name == "row" => {
                if !sink.row(number, &mut cells)? {
                    return Ok(());
                }
                cells.clear();
                None
            }
            Piece::Close(name) if name == "sheetData" => return Ok(()),
            Piece::End => return Err(Fault::Broken),
            Piece::Close(_) | Piece::Text(_) => None,
        };
        if let Some((place, kind)) = cell {
            let column = match place {
                Some(place) => column(&place).ok_or(Fault::Broken)?,
                None => beside,
            };
            if column >= limits::SHEET_COLUMNS {
                return Err(Fault::Broken);
            }
            beside = column + 1;
            let value = read_cell(&mut xml, &kind, strings)?;
            put(&mut cells, number, column, value)?;
        }
    }
}

/// The column of a place such as `C12`, counted from 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.trim_end_matches(|sign: char| sign.is_ascii_digit());
    if letters.is_empty() || letters.len() > 3 || letters.len() == place.len() {
        return None;
    }
    letters
        .bytes()
        .try_fold(0, |column, letter| match letter.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => Some(column * 26 + usize::from(letter - b'A') + 1),
            _ => None,
        })
        .map(|column| column - 1)
}

fn read_cell(xml: &mut Xml<'_>, kind: &str, strings: &SharedStrings) -> Result<Cell, Fault> {
    let mut value = String::new();
    let mut inline = None;
    let mut in_value = false;
    loop {
        match xml.next()? {
            Piece::Open(tag) => match tag.local_name().as_ref() {
                "v" => in_value = true,
                "is" => inline = Some(rich_text(xml, "is")?),
                _ => {}
            },
            Piece::Text(piece) if in_value => add(&mut value, &piece),
            Piece::Close(name) => match &*name {
                "v" => in_value = false,
                "c" => break,
                _ => {}
            },
            Piece::Text(_) => {}
            Piece::End => return Err(Fault::Broken),
        }
    }
    if let Some(inline) = inline {
        return Ok(Cell::text(&inline));
    }
    let number = || value.trim().parse::<f64>().map(Cell::Number);
    match kind {
        _ if value.is_empty() => Ok(Cell::Empty),
        "s" => value.trim().parse().ok().and_then(|index| strings.cell(index)).ok_or(Fault::Broken),
        "b" => Ok(Cell::text(if value.trim() == "0" { "ONWAAR" } else { "WAAR" })),
        "e" => Ok(Cell::Error),
        "str" | "inlineStr" => Ok(Cell::text(&unescaped(value))),
        "n" => number().map_err(|_| Fault::Broken),
        _ => Ok(number().unwrap_or_else(|_| Cell::text(&value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_names_of_parts_are_read() {
        assert_eq!(["A1", "z9", "AA10", "XFD1048576"].map(column), [Some(0), Some(25), Some(26), Some(16_383)]);
        assert_eq!(["1", "A", "", "ABCD1", "A-1"].map(column), [None; 5]);
        assert_eq!(target("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(target("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(target("xl", "../docs/./a.xml"), "docs/a.xml");
    }

    #[test]
    fn signs_that_xml_cannot_have_are_read() {
        for (written, meant) in [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xyz_ _x00", "_xyz_ _x00"),
            ("_xD800_é", "_xD800_é"),
        ] {
            assert_eq!(unescaped(written.to_owned()), meant);
        }
    }
}
