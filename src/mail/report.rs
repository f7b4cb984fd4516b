//! Reading what mail servers send back: delivery reports (RFC 3464), and what is none.
//!
//! Whatever comes in may be anything: spam, half a mail, a report that somebody made up. Reading it has no effect and
//! cannot fail; whether the report is about a mail of ours, and what to do, is decided by who reads it here. Servers
//! differ: the status part may be missing or encoded, the returned mail may be whole, only its headers, or not there.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::domain::bounce::{DeliveryAction, RecipientReport};

pub(super) mod text;

/// Bytes of a message that are read; a report on a mail of ours is a tenth of it, even with the mail itself.
pub const LONGEST_REPORT: usize = 1024 * 1024;

/// Mails within mails at most: a report has one. Thousands of them would exhaust the stack of the parser.
pub(super) const MOST_NESTED: usize = 16;

/// Receivers of one report that are looked at.
const MOST_RECIPIENTS: usize = 50;

/// Headers that may hold the address that the message came to, which names the mail it is about.
pub(super) const HEADERS_OF_RECEIVER: [&str; 8] =
    ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "Resent-To"];

/// Something that came to the address for delivery reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A delivery report.
    Report(DeliveryReport),
    /// Something else that a machine sent; the words say what.
    FromMachine(&'static str),
    /// None of these.
    Other,
}

/// A delivery report; `Debug` shows no address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    /// What became of the mail, per receiver.
    pub recipients: Vec<RecipientReport>,
    /// Texts that may hold the address that the report came to.
    pub came_to: Vec<String>,
    /// Message-IDs, `<…@host>`, that may be that of the mail it is about.
    pub message_ids: Vec<String>,
    /// The report's own Message-ID, where its server gave it one.
    pub own_id: Option<String>,
}

impl fmt::Debug for DeliveryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryReport").field("recipients", &self.recipients).finish_non_exhaustive()
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
    let Some(message) = MessageParser::default().parse(message) else { return Incoming::Other };
    let report_type = message.content_type().and_then(|kind| kind.attribute("report-type")).map(str::to_lowercase);
    let has = |wanted: &str| message.parts.iter().any(|part| subtype(part) == wanted);
    let status = message.parts.iter().find(|part| is_status(part));
    match (status, report_type.as_deref()) {
        (Some(status), _) => Incoming::Report(report(&message, text::fields(&text_of(status)))),
        (None, Some("disposition-notification")) => Incoming::FromMachine("a read receipt"),
        (None, _) if has("disposition-notification") => Incoming::FromMachine("a read receipt"),
        (None, Some("feedback-report")) => Incoming::FromMachine("a complaint about spam"),
        (None, Some("delivery-status")) => Incoming::Report(report(&message, from_words(&message))),
        (None, _) if raw(&message, "X-Failed-Recipients").is_some() => {
            Incoming::Report(report(&message, from_words(&message)))
        }
        (None, _) if is_automatic(&message) => Incoming::FromMachine("an automatic reply"),
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

/// The report of a server that writes no status part: its words hold the reply that it got.
fn from_words(message: &Message<'_>) -> text::StatusPart {
    let words: String = message.text_bodies().map(|part| text_of(part)).collect();
    let subject = message.subject().unwrap_or_default().to_lowercase();
    let is_delay = subject.contains("delay") || subject.contains("warning");
    let (status, reply) = text::reply_in(&words);
    let action = if is_delay { DeliveryAction::Delayed } else { DeliveryAction::Failed };
    let said = RecipientReport { action: Some(action), status, reply };
    let recipients = if status.is_none() && reply.is_none() { vec![] } else { vec![said] };
    text::StatusPart { recipients, message_ids: vec![] }
}

fn report(message: &Message<'_>, status: text::StatusPart) -> DeliveryReport {
    let mut report = DeliveryReport { message_ids: status.message_ids, ..DeliveryReport::default() };
    report.recipients = status.recipients.into_iter().take(MOST_RECIPIENTS).collect();
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
    report
}

/// Takes from the returned mail what tells which one it was.
fn add_returned(report: &mut DeliveryReport, part: &MessagePart<'_>) {
    match &part.body {
        PartType::Message(returned) if !returned.parts.is_empty() => add_headers(report, returned),
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
