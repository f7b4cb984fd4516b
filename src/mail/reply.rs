//! Reading what people answer by mail: who wrote, which mail of ours it answers, the text, and the files with it.
//!
//! Whatever comes in may be anything. Reading it has no effect and cannot fail; which thread it belongs to, what of it is
//! kept, and what of its text is somebody's own (`domain::message`), is decided by who reads it here.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::report::{HEADERS_OF_RECEIVER, MOST_NESTED, count_nested, has_null_sender, is_automatic, subtype, text};
use crate::domain::message::Offered;

/// Bytes of a mail that is taken: five files of five megabytes, as mail writes them, and some room.
pub const LONGEST_MAIL: usize = 40 * 1024 * 1024;

/// Files of one mail that are looked at.
const MOST_PARTS: usize = 50;

/// Parts that mail programs add for each other.
const FOR_PROGRAMS: [&str; 4] = ["pgp-signature", "pkcs7-signature", "x-pkcs7-signature", "calendar"];

/// Something that came to the address for answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// Somebody wrote it.
    Answer(Answer),
    /// A machine sent it; the words say what.
    FromMachine(&'static str),
    /// It is larger than any mail that we take.
    TooLarge,
    /// It is no mail.
    Other,
}

/// An answer; `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The address that it says to be from; empty where it says none.
    pub from: String,
    /// Texts that may hold the address that it came to.
    pub came_to: Vec<String>,
    /// Message-IDs, `<…@host>`, of what it answers.
    pub message_ids: Vec<String>,
    /// Its own Message-ID, if it has one.
    pub own_id: Option<String>,
    /// The whole text, with what it quotes.
    pub text: String,
    /// The files with it.
    pub files: Vec<Offered>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

/// Reads a mail; what a machine sent is none that is taken.
pub fn read(message: &[u8]) -> Incoming {
    read_as(message, false)
}

/// Reads a mail that a machine may have sent for somebody: that they are away, or left.
pub fn read_any(message: &[u8]) -> Incoming {
    read_as(message, true)
}

fn read_as(message: &[u8], may_be_machine: bool) -> Incoming {
    if message.len() > LONGEST_MAIL {
        return Incoming::TooLarge;
    }
    if count_nested(message) > MOST_NESTED {
        return Incoming::Other;
    }
    // The parser is made for hostile input; should it stumble all the same, the message is simply no mail.
    catch_unwind(AssertUnwindSafe(|| read_parsed(message, may_be_machine))).unwrap_or(Incoming::Other)
}

fn read_parsed(message: &[u8], may_be_machine: bool) -> Incoming {
    let parsed = MessageParser::default().parse(message);
    let Some(message) = parsed.filter(|message| message.from().is_some() || message.date().is_some()) else {
        return Incoming::Other;
    };
    let kinds: Vec<String> = message.parts.iter().map(subtype).collect();
    let has = |wanted: &[&str]| kinds.iter().any(|kind| wanted.contains(&kind.as_str()));
    if has(&["delivery-status", "global-delivery-status"]) {
        return Incoming::FromMachine("a delivery report");
    }
    if has(&["disposition-notification"]) {
        return Incoming::FromMachine("a read receipt");
    }
    if may_be_machine {
        return Incoming::Answer(answer(&message));
    }
    if has_null_sender(&message) {
        return Incoming::FromMachine("a mail without a sender");
    }
    if is_automatic(&message) {
        return Incoming::FromMachine("an automatic reply");
    }
    Incoming::Answer(answer(&message))
}

fn answer(message: &Message<'_>) -> Answer {
    let from = message.from().and_then(|from| from.first()).and_then(|from| from.address());
    let mut answer = Answer { from: from.unwrap_or_default().to_owned(), ..Answer::default() };
    for (name, value) in message.headers_raw() {
        if HEADERS_OF_RECEIVER.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            answer.came_to.push(value.to_owned());
        }
        if name.eq_ignore_ascii_case("Message-ID") {
            answer.own_id = text::message_ids(value).next();
        }
        if name.eq_ignore_ascii_case("In-Reply-To") || name.eq_ignore_ascii_case("References") {
            answer.message_ids.extend(text::message_ids(value));
        }
    }
    let plain = message.text_bodies().map(words).collect::<Vec<_>>().join("\n");
    let is_empty = plain.trim().is_empty();
    answer.text = if is_empty { message.html_bodies().map(words).collect::<Vec<_>>().join("\n") } else { plain };
    // Not the parser's own list of attachments: a picture between the lines is not on it.
    answer.files = message.parts.iter().filter_map(file).take(MOST_PARTS).collect();
    answer
}

/// The text of a part, whichever way it is written.
fn words(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(text) => text.to_string(),
        PartType::Html(html) => html_to_text(&in_lines(html)),
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {
            String::new()
        }
    }
}

/// HTML whose lines the converter sees: mail programs write each as a block, and it breaks lines at few of those.
fn in_lines(html: &str) -> String {
    const ENDS: [&str; 6] = ["</div>", "</DIV>", "</li>", "</LI>", "</tr>", "</TR>"];
    ENDS.iter().fold(html.to_owned(), |html, end| html.replace(end, &format!("<br>{end}")))
}

fn file(part: &MessagePart<'_>) -> Option<Offered> {
    let name = part.attachment_name().unwrap_or_default();
    let is_beside = part.content_disposition().is_some_and(|kind| kind.is_attachment());
    let is_file = match &part.body {
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) => true,
        // Other text is a part of what was written.
        PartType::Text(_) | PartType::Html(_) => is_beside,
        PartType::Multipart(_) => false,
    };
    if !is_file || FOR_PROGRAMS.contains(&subtype(part).as_str()) {
        return None;
    }
    let bytes = match &part.body {
        // What is in a mail that hangs in this one is not looked at.
        PartType::Message(_) => vec![],
        PartType::Text(_)
        | PartType::Html(_)
        | PartType::Binary(_)
        | PartType::InlineBinary(_)
        | PartType::Multipart(_) => part.contents().to_vec(),
    };
    Some(Offered { name: name.to_owned(), bytes, is_inline: part.content_id().is_some() && !is_beside })
}

#[cfg(test)]
mod tests;
