//! Reading what mail servers send back: delivery reports (RFC 3464), and what is none.
//!
//! Whatever comes in may be anything: spam, half a mail, a report that somebody made up. Reading it has no effect and
//! cannot fail; whether the report is about a mail of ours, and what to do, is decided by who reads it here. Servers
//! differ: the status part may be missing or encoded, the returned mail may be whole, only its headers, or not there.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::domain::bounce::{RecipientReport, Verdict, judge};

use kind::comes_back;
pub(super) use kind::has_null_sender;

mod kind;
mod mime;
pub(super) mod text;
mod words;

/// Bytes of a message that are read; a report on a mail of ours is a tenth of it, even with the mail itself.
pub const LONGEST_REPORT: usize = 1024 * 1024;

/// Mails within mails at most: a report has one. Thousands of them would exhaust the stack of the parser.
pub(super) const MOST_NESTED: usize = 16;

/// The header in which some servers name who did not get it.
const FAILED: &str = "X-Failed-Recipients";

/// Message-IDs of one report that are looked at.
const MOST_MAILS: usize = 50;

/// Receivers of one report that are looked at.
const MOST_RECIPIENTS: usize = 50;

/// Headers that may hold the address that the message came to, which names the mail it is about.
pub(super) const HEADERS_OF_RECEIVER: [&str; 8] =
    ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "Resent-To"];

/// Headers that hold the addresses of who sent it.
const HEADERS_OF_SENDER: [&str; 4] = ["From", "Sender", "Reply-To", "Return-Path"];

/// Something that came to the address for delivery reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A delivery report.
    Report(DeliveryReport),
    /// Something that somebody answered, or a machine for them.
    Answer(Letter),
    /// Something else that a machine sent; the words say what.
    FromMachine(&'static str),
    /// No mail.
    Other,
}

/// A delivery report; `Debug` shows no address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// What became of the mail, per receiver.
    pub recipients: Vec<RecipientReport>,
    /// Its words above the returned mail.
    pub words: String,
    /// Whether it is known to be from a mail server, and not only from somebody without an address.
    pub is_from_server: bool,
    /// Texts that may hold the address that the report came to.
    pub came_to: Vec<String>,
    /// Message-IDs, `<…@host>`, that may be that of the mail it is about.
    pub message_ids: Vec<String>,
    /// The report's own Message-ID, where its server gave it one.
    pub own_id: Option<String>,
}

/// What tells which mail somebody answers; `Debug` shows no address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Texts that may hold the address that it came to.
    pub came_to: Vec<String>,
    /// Message-IDs, `<…@host>`, of what it answers.
    pub message_ids: Vec<String>,
    /// Whether a machine answers.
    pub is_automatic: bool,
}

impl DeliveryReport {
    /// What it means for the mailbox that the mail went to, which `is_ours` knows. A report that cannot be read says at
    /// least that the mail came back.
    pub fn verdict(&self, is_ours: impl Fn(&str) -> bool) -> Verdict {
        let verdict = judge(&self.recipients, is_ours).unwrap_or_else(|| Verdict::unreadable(&self.words));
        if self.is_from_server { verdict } else { verdict.in_doubt() }
    }
}

impl fmt::Debug for DeliveryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryReport").field("recipients", &self.recipients).finish_non_exhaustive()
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("is_automatic", &self.is_automatic).finish_non_exhaustive()
    }
}

/// Reads a message; only its first [`LONGEST_REPORT`] bytes count.
pub fn read(message: &[u8]) -> Incoming {
    let message = &message[..message.len().min(LONGEST_REPORT)];
    if count_nested(message) > MOST_NESTED {
        return Incoming::Other;
    }
    // The parser is made for hostile input; should it stumble all the same, the message is simply no report.
    catch_unwind(AssertUnwindSafe(|| read_parsed(message))).unwrap_or(Incoming::Other)
}

pub(super) fn count_nested(message: &[u8]) -> usize {
    let marks: [&[u8]; 2] = [b"message/rfc822", b"message/global"];
    marks.iter().map(|mark| message.windows(mark.len()).filter(|at| at.eq_ignore_ascii_case(mark)).count()).sum()
}

fn read_parsed(message: &[u8]) -> Incoming {
    let message = mime::mended(message);
    let Some(message) = MessageParser::default().parse(message.as_ref()) else { return Incoming::Other };
    let report_type = message.content_type().and_then(|kind| kind.attribute("report-type")).map(str::to_lowercase);
    let has = |wanted: &str| message.parts.iter().any(|part| subtype(part) == wanted);
    let status = message.parts.iter().find(|part| is_status(part));
    match (status, report_type.as_deref()) {
        (Some(status), _) => Incoming::Report(by_fields(&message, &text_of(status))),
        (None, Some("disposition-notification")) => Incoming::FromMachine("a read receipt"),
        (None, _) if has("disposition-notification") => Incoming::FromMachine("a read receipt"),
        (None, Some("feedback-report")) => Incoming::FromMachine("a complaint about spam"),
        (None, Some("delivery-status")) => Incoming::Report(by_words(&message, true)),
        (None, _) if raw(&message, FAILED).is_some() || comes_back(&message) => {
            Incoming::Report(by_words(&message, true))
        }
        (None, _) if has_null_sender(&message) && !is_automatic(&message) => {
            Incoming::Report(by_words(&message, false))
        }
        (None, _) if message.from().is_some() || message.date().is_some() => Incoming::Answer(letter(&message)),
        (None, _) => Incoming::Other,
    }
}

pub(super) fn subtype(part: &MessagePart<'_>) -> String {
    part.content_type().and_then(|kind| kind.subtype()).unwrap_or_default().to_lowercase()
}

fn is_status(part: &MessagePart<'_>) -> bool {
    matches!(subtype(part).as_str(), "delivery-status" | "global-delivery-status")
}

fn text_of(part: &MessagePart<'_>) -> String {
    String::from_utf8_lossy(part.contents()).into_owned()
}

/// The status part of a report that came within another mail, as gateways hand them on. Our mails have no such part: it
/// is none of the returned copy.
fn status_within(message: &Message<'_>) -> Option<String> {
    message.attachments().filter_map(|part| part.message()).find_map(|within| {
        let status = within.parts.iter().find(|part| is_status(part)).map(text_of);
        status.or_else(|| status_within(within))
    })
}

/// A header as it stands there; `None` when it is not there or no text.
pub(super) fn raw<'a>(message: &'a Message<'_>, name: &str) -> Option<&'a str> {
    message.headers_raw().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

pub(super) fn is_automatic(message: &Message<'_>) -> bool {
    let says = |name: &str, words: &[&str]| {
        let value = raw(message, name).unwrap_or_default().trim().to_lowercase();
        words.iter().any(|word| value.starts_with(word))
    };
    says("Auto-Submitted", &["auto-"])
        || says("Precedence", &["bulk", "junk", "list", "auto_reply", "auto-reply"])
        || ["X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id"].iter().any(|name| raw(message, name).is_some())
}

/// The report of a server that writes a status part.
fn by_fields(message: &Message<'_>, fields: &str) -> DeliveryReport {
    let text::StatusPart { mut recipients, message_ids } = text::fields(fields);
    let words = words::before_copy(&body(message));
    add_words(&mut recipients, &words);
    report(
        message,
        DeliveryReport { recipients, words, is_from_server: true, message_ids, ..DeliveryReport::default() },
    )
}

/// Adds what the words say, where the fields do not tell what the server said.
fn add_words(recipients: &mut [RecipientReport], words: &str) {
    for one in recipients.iter_mut().filter(|one| one.said.is_empty()) {
        let said = one.mailboxes.last().and_then(|mailbox| words::told_of(words, mailbox));
        one.is_prose = said.is_some();
        one.said = said.unwrap_or_default();
    }
}

/// The report of a server that writes no status part, or wrote it into its words.
fn by_words(message: &Message<'_>, is_from_server: bool) -> DeliveryReport {
    if let Some(status) = status_within(message).filter(|_| is_from_server) {
        return by_fields(message, &status);
    }
    let words = words::before_copy(&body(message));
    let is_field = |line: &str| line.to_ascii_lowercase().starts_with("final-recipient:");
    let text::StatusPart { mut recipients, message_ids } =
        if words.lines().any(is_field) { text::fields(&words) } else { text::StatusPart::default() };
    add_words(&mut recipients, &words);
    if recipients.is_empty() {
        let failed: Vec<String> = raw(message, FAILED).map(words::addresses).into_iter().flatten().collect();
        let own: Vec<String> = message
            .headers_raw()
            .filter(|(name, _)| {
                HEADERS_OF_SENDER.iter().chain(&HEADERS_OF_RECEIVER).any(|known| known.eq_ignore_ascii_case(name))
            })
            .flat_map(|(_, value)| words::addresses(value))
            .collect();
        recipients = words::recipients(&words, kind::is_delay(message), &failed, &own);
    }
    report(message, DeliveryReport { recipients, words, is_from_server, message_ids, ..DeliveryReport::default() })
}

/// The text of a message, also where it is HTML only.
fn body(message: &Message<'_>) -> String {
    let texts = (0..message.text_body.len()).filter_map(|at| message.body_text(at));
    texts.collect::<Vec<_>>().join("\n")
}

fn letter(message: &Message<'_>) -> Letter {
    let DeliveryReport { came_to, message_ids, .. } = report(message, DeliveryReport::default());
    Letter { came_to, message_ids, is_automatic: is_automatic(message) }
}

/// Adds what tells which mail it is about.
fn report(message: &Message<'_>, mut report: DeliveryReport) -> DeliveryReport {
    report.recipients.truncate(MOST_RECIPIENTS);
    for (name, value) in message.headers_raw() {
        if HEADERS_OF_RECEIVER.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            report.came_to.push(value.to_owned());
        }
        if name.eq_ignore_ascii_case("Message-ID") {
            report.own_id = text::message_ids(value).next();
        }
        if name.eq_ignore_ascii_case("In-Reply-To") || name.eq_ignore_ascii_case("References") {
            report.message_ids.extend(text::message_ids(value));
        }
    }
    for part in message.parts.iter().skip(1) {
        add_returned(&mut report, part);
    }
    // Some servers return the mail, or its headers, as a part of their text.
    for part in &message.parts {
        if let PartType::Text(text) = &part.body {
            report.message_ids.extend(text::message_ids_in(text));
        }
    }
    report.message_ids.truncate(MOST_MAILS);
    report
}

/// Takes from the returned mail what tells which one it was.
fn add_returned(report: &mut DeliveryReport, part: &MessagePart<'_>) {
    match &part.body {
        PartType::Message(returned) if !returned.parts.is_empty() => {
            add_headers(report, returned);
            // A report within a mail has the copy in its own parts.
            for part in returned.parts.iter().skip(1).filter(|_| returned.parts.iter().any(is_status)) {
                add_returned(report, part);
            }
        }
        PartType::Text(_) | PartType::Binary(_) | PartType::InlineBinary(_)
            if matches!(subtype(part).as_str(), "rfc822" | "rfc822-headers" | "global" | "global-headers") =>
        {
            if let Some(returned) = MessageParser::default().parse_headers(part.contents()) {
                add_headers(report, &returned);
            }
        }
        PartType::Text(_)
        | PartType::Html(_)
        | PartType::Binary(_)
        | PartType::InlineBinary(_)
        | PartType::Message(_)
        | PartType::Multipart(_) => {}
    }
}

fn add_headers(report: &mut DeliveryReport, returned: &Message<'_>) {
    for (name, value) in returned.headers_raw() {
        if name.eq_ignore_ascii_case("Message-ID") {
            report.message_ids.extend(text::message_ids(value));
        }
        if name.eq_ignore_ascii_case("Return-Path") {
            report.came_to.push(value.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
