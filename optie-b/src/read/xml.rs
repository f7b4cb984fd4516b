//! Pieces of XML, none longer than [`limits::PIECE_BYTES`]: a tag, or a text between two with its signs resolved.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::zip::Unpacking;
use crate::faults::Fault;
use crate::limits;

/// What a reader of sheets needs of XML.
pub(super) enum Piece<'a> {
    /// A tag that opens, or one that opens and closes; then [`Piece::Close`] follows.
    Open(BytesStart<'a>),
    /// A tag that closes, by its name without prefix.
    Close(String),
    /// Text.
    Text(String),
    /// The end.
    End,
}

/// XML out of an archive.
pub(super) struct Xml<'a> {
    reader: Reader<Bounded<'a>>,
    buffer: Vec<u8>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: Unpacking<'a>) -> Self {
        let mut reader = Reader::from_reader(Bounded { part, left: 0 });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        Self { reader, buffer: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Result<Piece<'_>, Fault> {
        self.buffer.clear();
        self.reader.get_mut().left = limits::PIECE_BYTES;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|_| Fault::Broken)?;
        Ok(match event {
            Event::Start(tag) => Piece::Open(tag),
            Event::End(tag) => Piece::Close(tag.local_name().as_ref().to_owned()),
            Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(entity) => {
                let sign = match entity.resolve_char_ref().map_err(|_| Fault::Broken)? {
                    Some(sign) => sign.to_string(),
                    None => resolve_predefined_entity(&entity).ok_or(Fault::Broken)?.to_owned(),
                };
                Piece::Text(sign)
            }
            // Workbooks have no entities of their own, and those of others are not for us.
            Event::DocType(_) => return Err(Fault::OtherKind),
            Event::Eof => Piece::End,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Piece::Text(String::new()),
        })
    }
}

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name).map(|attribute| {
        let raw: &str = &attribute.value;
        quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), std::borrow::Cow::into_owned)
    })
}

/// A part of which one piece takes at most `left` bytes.
struct Bounded<'a> {
    part: Unpacking<'a>,
    left: usize,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let length = ready.len().min(into.len());
        into[..length].copy_from_slice(&ready[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.part.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.left = self.left.saturating_sub(length);
        self.part.consume(length);
    }
}
