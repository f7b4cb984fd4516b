//! Workbooks of LibreOffice. Rows and columns that are repeated are counted out only where something stands in them.

use super::strings::add;
use super::xml::{Piece, Xml, attribute};
use super::zip::Archive;
use super::{Sink, put};
use crate::cell::Cell;
use crate::faults::Fault;
use crate::limits;

pub(super) fn read(archive: &mut Archive<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
    if is_encrypted(archive)? {
        return Err(Fault::Password);
    }
    let mut xml = Xml::new(archive.part("content.xml")?);
    let mut sheets = 0;
    loop {
        let name = match xml.next()? {
            Piece::Open(tag) if tag.local_name().as_ref() == "table" => attribute(&tag, "name").unwrap_or_default(),
            Piece::End if sheets == 0 => return Err(Fault::OtherKind),
            Piece::End => return Ok(()),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => continue,
        };
        sheets += 1;
        if sheets > limits::SHEETS {
            return Err(Fault::TooMuchUnpacked);
        }
        let is_wanted = sink.sheet(Some(&name));
        read_table(&mut xml, is_wanted, sink)?;
    }
}

fn is_encrypted(archive: &mut Archive<'_>) -> Result<bool, Fault> {
    if !archive.has("META-INF/manifest.xml") {
        return Ok(false);
    }
    let mut xml = Xml::new(archive.part("META-INF/manifest.xml")?);
    loop {
        match xml.next()? {
            Piece::Open(tag) if tag.local_name().as_ref() == "encryption-data" => return Ok(true),
            Piece::End => return Ok(false),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => {}
        }
    }
}

fn read_table(xml: &mut Xml<'_>, mut is_wanted: bool, sink: &mut dyn Sink) -> Result<(), Fault> {
    let mut number = 0_u32;
    let mut filled = 0_usize;
    let mut cells = Vec::new();
    loop {
        let repeated = match xml.next()? {
            Piece::Open(tag) if tag.local_name().as_ref() == "table-row" => repeats(&tag, "number-rows-repeated")?,
            Piece::Close(name) if name == "table" => return Ok(()),
            Piece::End => return Err(Fault::Broken),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => continue,
        };
        cells.clear();
        read_row(xml, number.saturating_add(1), is_wanted, &mut cells)?;
        if cells.is_empty() {
            number = number.saturating_add(repeated);
            continue;
        }
        for _ in 0..repeated {
            number = number.saturating_add(1);
            // A row can say that it comes back four thousand million times.
            filled += 1;
            if filled > limits::ROWS + limits::HEADER_ROWS as usize {
                return Err(Fault::TooManyRows);
            }
            is_wanted = is_wanted && sink.row(number, &mut cells.clone())?;
            if !is_wanted {
                break;
            }
        }
    }
}

fn repeats(tag: &quick_xml::events::BytesStart<'_>, name: &str) -> Result<u32, Fault> {
    attribute(tag, name).map_or(Ok(1), |count| count.trim().parse().map_err(|_| Fault::Broken))
}

fn read_row(xml: &mut Xml<'_>, number: u32, is_wanted: bool, cells: &mut Vec<Cell>) -> Result<(), Fault> {
    let mut column = 0_usize;
    loop {
        let (name, repeated, stored) = match xml.next()? {
            Piece::Open(tag) if matches!(tag.local_name().as_ref(), "table-cell" | "covered-table-cell") => {
                let repeated = repeats(&tag, "number-columns-repeated")? as usize;
                (tag.local_name().as_ref().to_owned(), repeated, Stored::of(&tag)?)
            }
            Piece::Close(name) if name == "table-row" => return Ok(()),
            Piece::End => return Err(Fault::Broken),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => continue,
        };
        let text = read_text(xml, &name)?;
        let cell = if is_wanted { stored.cell(text) } else { Cell::Empty };
        if cell != Cell::Empty {
            for at in column..column.saturating_add(repeated) {
                put(cells, number, at, cell.clone())?;
                if at >= limits::COLUMNS {
                    break;
                }
            }
        }
        column = column.saturating_add(repeated);
    }
}

/// What the tag of a cell says of its value.
enum Stored {
    Number(f64),
    Text(String),
    Error,
    AsShown,
}

impl Stored {
    fn of(tag: &quick_xml::events::BytesStart<'_>) -> Result<Self, Fault> {
        let attribute = |name| attribute(tag, name);
        // `calcext:value-type` names errors, which `office:value-type` calls strings.
        if tag
            .attributes()
            .flatten()
            .any(|attribute| attribute.key.as_ref() == "calcext:value-type" && &*attribute.value == "error")
        {
            return Ok(Self::Error);
        }
        let kind = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == "office:value-type");
        Ok(match kind.as_ref().map_or("", |kind| &kind.value) {
            "float" | "percentage" | "currency" => {
                let value = attribute("value").ok_or(Fault::Broken)?;
                Self::Number(value.trim().parse().map_err(|_| Fault::Broken)?)
            }
            "boolean" => Self::Text(
                if attribute("boolean-value").as_deref() == Some("true") { "WAAR" } else { "ONWAAR" }.to_owned(),
            ),
            _ => attribute("string-value").map_or(Self::AsShown, Self::Text),
        })
    }

    fn cell(self, shown: String) -> Cell {
        match self {
            Self::Number(number) => Cell::Number(number),
            Self::Text(text) => Cell::text(&text),
            Self::Error => Cell::Error,
            Self::AsShown => Cell::text(&shown),
        }
    }
}

/// The text in a cell; notes and drawings in it are no part of it.
fn read_text(xml: &mut Xml<'_>, until: &str) -> Result<String, Fault> {
    let mut text = String::new();
    let (mut in_paragraph, mut paragraphs, mut aside) = (0_u32, 0_u32, 0_u32);
    loop {
        match xml.next()? {
            Piece::Open(tag) => match tag.local_name().as_ref() {
                "annotation" | "frame" | "custom-shape" => aside += 1,
                _ if aside > 0 => {}
                "p" => {
                    if paragraphs > 0 {
                        add(&mut text, "\n");
                    }
                    paragraphs += 1;
                    in_paragraph += 1;
                }
                "s" => {
                    let spaces = repeats(&tag, "c")?.min(1_000) as usize;
                    add(&mut text, &" ".repeat(spaces));
                }
                "tab" => add(&mut text, "\t"),
                "line-break" => add(&mut text, "\n"),
                _ => {}
            },
            Piece::Close(name) if name == until => return Ok(text),
            Piece::Close(name) => match &*name {
                "annotation" | "frame" | "custom-shape" => aside = aside.saturating_sub(1),
                "p" if aside == 0 => in_paragraph = in_paragraph.saturating_sub(1),
                _ => {}
            },
            Piece::Text(piece) if in_paragraph > 0 && aside == 0 => add(&mut text, &piece),
            Piece::Text(_) => {}
            Piece::End => return Err(Fault::Broken),
        }
    }
}
