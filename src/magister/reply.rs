//! Reads an answer as it streams in: the verdict is kept, a list is only counted.
//!
//! Magister's own description is not public, so the reader is tolerant: any wrapper names, tags in any case, with or
//! without a namespace. It is strict where safety asks for it: no DTD, no entity but the five of XML, bounded in
//! depth, in length, and in the length of each piece. It reads as far as the end of the root, and no further.

use std::fmt;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncReadExt;

use super::excerpt;
use super::limits::Limits;
use super::source::{HEAD_BYTES, Source};
use super::table::{Column, Counter, HashKey};
use crate::domain::check::Oddity;
use zeroize::Zeroizing;

/// A session token is shorter; anything longer is none.
const TOKEN_MAX: usize = 512;

/// What Magister gives at log-in. Wiped on drop, and not shown by `Debug`.
pub(super) struct SessionToken(SecretString);

impl SessionToken {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_token = !text.is_empty() && text.len() <= TOKEN_MAX && !text.contains(char::is_control);
        is_token.then(|| Self(SecretString::from(text)))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// What is no answer, with what it said of itself, as it came: [`super::redaction`] makes it fit to keep. No `Debug`, for that.
pub(super) struct Strange {
    pub(super) oddity: Oddity,
    pub(super) raw_text: Option<String>,
}

impl From<Oddity> for Strange {
    fn from(oddity: Oddity) -> Self {
        Self { oddity, raw_text: None }
    }
}

/// The verdict of an answer. No `Debug`: the texts are Magister's and may quote anything.
#[derive(Default)]
pub(super) struct Reply {
    pub(super) result: Option<bool>,
    pub(super) token: Option<SessionToken>,
    pub(super) message: Option<String>,
    pub(super) exception: Option<String>,
    pub(super) fault_code: Option<String>,
    pub(super) fault_text: Option<String>,
    /// Whether it is a fault of SOAP: somebody read what was asked, and did not do it.
    pub(super) is_soap_fault: bool,
    pub(super) has_table: bool,
    pub(super) table: Counter,
    /// What it says of itself, where it is none that we know.
    pub(super) excerpt: Option<String>,
}

impl Reply {
    /// What a "no" says, whichever way it comes.
    pub(super) fn verdict_text(&self) -> Option<&str> {
        [&self.exception, &self.fault_text, &self.message].into_iter().flatten().map(String::as_str).next()
    }

    /// Whether it says that the list may not be read.
    pub(super) fn has_right_fault(&self) -> bool {
        let says_so = |text: &String| text.contains("geen recht");
        self.fault_code.as_deref() == Some("10") || self.fault_text.as_ref().is_some_and(says_so)
    }

    /// The words of a verdict that we do not know: its number, and what is said with it.
    pub(super) fn words(self) -> Option<String> {
        let fault = [self.fault_code, self.fault_text].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let fault = Some(fault).filter(|fault| !fault.is_empty());
        self.exception.or(fault).or(self.message).or(self.excerpt)
    }
}

/// Reads one answer of at most `bytes_max`.
pub(super) async fn read<B>(body: B, bytes_max: u64, limits: &Limits, key: HashKey) -> Result<Reply, Strange>
where
    B: Body<Data = Bytes> + Unpin,
{
    let source = Source::new(body.map_err(|_| ()), bytes_max, limits.piece_bytes);
    let mut reader = Reader::from_reader(source);
    reader.config_mut().expand_empty_elements = true;
    // A bare "&" is somebody's text that was not escaped; it spoils a cell and no answer.
    reader.config_mut().allow_dangling_amp = true;
    let mut scan = Scan::new(limits, key);
    let mut piece = Vec::new();
    loop {
        piece.clear();
        reader.get_mut().start_piece();
        let flow = match reader.read_event_into_async(&mut piece).await {
            Ok(event) => scan.take(event),
            Err(error) => Err(reader.get_ref().trouble().unwrap_or_else(|| what_is_wrong(&error))),
        };
        if scan.is_in_list() {
            reader.get_mut().forget_head();
        }
        let raw_text = || excerpt::of(reader.get_ref().head());
        match flow {
            Ok(Flow::More) => {}
            Ok(Flow::Done) => return Ok(Reply { excerpt: raw_text(), ..scan.reply }),
            Err(oddity) => return Err(Strange { oddity, raw_text: raw_text() }),
        }
    }
}

/// What an answer says of itself that is not read, for its status alone tells that it is none.
pub(super) async fn glance<B>(body: B) -> Option<String>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut source = Source::new(body.map_err(|_| ()), u64::MAX, HEAD_BYTES);
    let mut rest = Zeroizing::new([0; HEAD_BYTES]);
    // Until its end, a break, or the bound: by then the source remembers enough.
    while source.read(&mut rest[..]).await.is_ok_and(|bytes| bytes > 0) {}
    excerpt::of(source.head())
}

fn what_is_wrong(error: &quick_xml::Error) -> Oddity {
    // A syntax error is a tag, comment or the like that never ends.
    if matches!(error, quick_xml::Error::Syntax(_)) { Oddity::CutShort } else { Oddity::NotXml }
}

enum Flow {
    More,
    Done,
}

/// The tags that carry a verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Result,
    Token,
    Message,
    Exception,
    ExceptionText,
    FaultCode,
    FaultText,
    Other,
}

impl Tag {
    fn of(name: &str) -> Self {
        let names = [
            ("Result", Self::Result),
            ("SessionToken", Self::Token),
            ("ResultMessage", Self::Message),
            ("Exception", Self::Exception),
            ("ExceptionMsg", Self::ExceptionText),
            ("Foutcode", Self::FaultCode),
            ("Fout_nummer", Self::FaultCode),
            ("Fout_omschrijving", Self::FaultText),
        ];
        names.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Self::Other, |(_, tag)| tag)
    }
}

struct Scan {
    depth: usize,
    depth_max: usize,
    table_at: Option<usize>,
    /// Whether the innermost open element has had no child.
    is_leaf: bool,
    keeps_text: bool,
    has_text: bool,
    /// Whether something in it cannot be read.
    is_spoiled: bool,
    is_column: bool,
    /// Whether it holds the words of a verdict: in those a reference that nobody knows is left out.
    is_words: bool,
    text: String,
    reply: Reply,
}

impl Scan {
    fn new(limits: &Limits, key: HashKey) -> Self {
        Self {
            depth: 0,
            depth_max: limits.depth,
            table_at: None,
            is_leaf: false,
            keeps_text: false,
            has_text: false,
            is_spoiled: false,
            is_column: false,
            is_words: false,
            text: String::new(),
            reply: Reply { table: Counter::new(key, limits), ..Reply::default() },
        }
    }

    /// Whether pupils may follow or went before.
    fn is_in_list(&self) -> bool {
        self.reply.has_table || self.reply.table.has_cells()
    }

    /// Whether the text that comes now is of one row.
    fn is_in_row(&self) -> bool {
        self.is_column || self.table_at.is_some_and(|table| self.depth >= table + 2)
    }

    fn take(&mut self, event: Event<'_>) -> Result<Flow, Oddity> {
        match event {
            Event::Start(tag) | Event::Empty(tag) => self.open(tag.local_name().into_inner())?,
            Event::End(tag) => {
                self.close(tag.local_name().into_inner())?;
                if self.depth == 0 {
                    return Ok(Flow::Done);
                }
            }
            Event::Text(text) => {
                // What is written as it should be has none.
                self.is_spoiled |= text.contains('&');
                self.push(&text)?;
            }
            Event::CData(text) => self.push(&text)?,
            Event::GeneralRef(reference) => {
                let mut bytes = [0; 4];
                match resolve(&reference, &mut bytes) {
                    Some(sign) => self.push(sign)?,
                    None if self.is_in_row() => self.is_spoiled = true,
                    // Without a DTD it stands for nothing. A refusal stays one.
                    None if self.is_words => {}
                    None => return Err(Oddity::Dtd),
                }
            }
            Event::DocType(text) => {
                let is_html = text.trim_start().get(..4).is_some_and(|name| name.eq_ignore_ascii_case("html"));
                return Err(if is_html { Oddity::Html } else { Oddity::Dtd });
            }
            Event::Eof if self.depth > 0 || !self.has_text => return Err(Oddity::CutShort),
            Event::Eof => return Err(Oddity::NotXml),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(Flow::More)
    }

    fn open(&mut self, name: &str) -> Result<(), Oddity> {
        self.depth += 1;
        if self.depth > self.depth_max {
            return Err(Oddity::TooDeep);
        }
        if self.depth == 1 && name.eq_ignore_ascii_case("html") {
            return Err(Oddity::Html);
        }
        if self.table_at.is_none() && name.eq_ignore_ascii_case("Table") {
            self.table_at = Some(self.depth);
            self.reply.has_table = true;
        }
        self.reply.is_soap_fault |= self.table_at.is_none() && name.eq_ignore_ascii_case("Fault");
        self.is_leaf = true;
        (self.has_text, self.is_spoiled) = (false, false);
        self.text.clear();
        // Of a row only the stamnr is looked at, to find doubles; of the rest only whether it is empty.
        let column = Column::of(name);
        self.is_column = column.is_some();
        let tag = Tag::of(name);
        self.is_words = matches!(tag, Tag::Message | Tag::ExceptionText | Tag::FaultText) || self.reply.is_soap_fault;
        self.keeps_text = tag != Tag::Other || column == Some(Column::Stamnr);
        Ok(())
    }

    fn push(&mut self, text: &str) -> Result<(), Oddity> {
        if !text.bytes().all(|byte| byte.is_ascii_whitespace()) {
            if self.depth == 0 && text != "\u{FEFF}" {
                return Err(Oddity::NotXml);
            }
            self.has_text = true;
        }
        if self.keeps_text && self.is_leaf && self.text.len() <= TOKEN_MAX {
            self.text.push_str(&text[..text.floor_char_boundary(TOKEN_MAX + 1)]);
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Oddity> {
        if std::mem::take(&mut self.is_leaf) {
            self.close_leaf(name);
        }
        self.reply.table.close_row(self.depth)?;
        if self.table_at == Some(self.depth) {
            self.table_at = None;
        }
        self.depth -= 1;
        Ok(())
    }

    fn close_leaf(&mut self, name: &str) {
        let text = self.text.trim();
        let tag = Tag::of(name);
        match (tag, self.table_at) {
            (Tag::FaultCode, _) => keep(&mut self.reply.fault_code, text),
            (Tag::FaultText, _) => keep(&mut self.reply.fault_text, text),
            (Tag::Result, None) => self.reply.result = self.reply.result.or(yes_or_no(text)),
            (Tag::Token, None) => self.reply.token = self.reply.token.take().or_else(|| SessionToken::parse(text)),
            (Tag::Message, None) => keep(&mut self.reply.message, text),
            // An empty one says that there was none.
            (Tag::Exception | Tag::ExceptionText, None) if text.is_empty() => {}
            (Tag::Exception | Tag::ExceptionText, None) => {
                let raw_text = self.reply.exception.get_or_insert_default();
                // Its name and its words, and no more however often they come.
                if raw_text.len() <= TOKEN_MAX {
                    let space = if raw_text.is_empty() { "" } else { " " };
                    raw_text.extend([space, text]);
                }
            }
            // Inside a list these are columns like any other.
            (Tag::Result | Tag::Token | Tag::Message | Tag::Exception | Tag::ExceptionText, Some(_))
            | (Tag::Other, _) => self.close_cell(name),
        }
        self.text.clear();
    }

    /// A row stands two below `Table`, whatever the wrappers are called, or one below where there is one wrapper.
    /// Outside a `Table` it is known by one of our columns.
    fn close_cell(&mut self, name: &str) {
        let column = Column::of(name);
        let is_cell = match self.table_at.map(|table| self.depth - table) {
            Some(3) => true,
            Some(2) => self.has_text || column.is_some(),
            Some(_) => false,
            None => self.depth > 1 && column.is_some(),
        };
        if is_cell {
            // What cannot be read is worth as much as nothing.
            let text = (self.has_text && !self.is_spoiled).then_some(self.text.trim());
            self.reply.table.cell(self.depth - 1, name, column, text);
        }
    }
}

fn keep(permit: &mut Option<String>, text: &str) {
    if permit.is_none() && !text.is_empty() {
        *permit = Some(text.to_owned());
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "-1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A character reference or one of the five entities of XML.
fn resolve<'a>(reference: &'a BytesRef<'_>, bytes: &'a mut [u8; 4]) -> Option<&'a str> {
    match reference.resolve_char_ref() {
        Ok(Some(sign)) => Some(sign.encode_utf8(bytes)),
        Ok(None) => resolve_predefined_entity(reference),
        Err(_) => None,
    }
}
