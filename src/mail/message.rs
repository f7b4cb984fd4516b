//! One mail to one person, from its texts to the bytes that travel.
//!
//! The bytes depend on nothing but the [`OutgoingMail`] and the [`Sender`]: identity and date come with the mail, and
//! the boundary between the parts follows from the identity. Exchange takes a mail for a duplicate only if both
//! identity and date are the same, so both must be kept with the row and never be made again.
//!
//! No value can break out of its header: a control character in any of them refuses the mail. The mail library itself
//! panics on a line end in a name and loses the whole header on a NUL, so the check comes before it.

use std::fmt;
use std::time::SystemTime;

use chrono::{DateTime, Datelike, Utc};
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::wrap::wrap_text;

mod headers;

/// Bytes of a name at most: a hundred signs, the longest that a person's name may be, of four bytes each.
const LONGEST_NAME: usize = 400;

/// Bytes of a subject at most: a header line may have 998, encoding takes a third more.
const LONGEST_SUBJECT: usize = 500;

/// Bytes of an address (RFC 5321) or a Message-ID at most.
const LONGEST_ADDRESS: usize = 254;

/// Bytes of a link in a header at most: a line may have 998.
const LONGEST_LINK: usize = 800;

/// Who our mails come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The name that readers see.
    pub name: String,
    /// The address, which also receives what cannot be delivered.
    pub address: String,
}

/// A mail that is ready but for its form; `Debug` shows only its identity.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The name of the receiver, if known.
    pub to_name: Option<String>,
    /// The address of the receiver.
    pub to_address: String,
    /// Where delivery reports come back to, if not to the sender.
    pub envelope_from: Option<String>,
    /// Name and address for answers, if those do not go to the sender.
    pub reply_to: Option<(String, String)>,
    /// The subject.
    pub subject: String,
    /// The text part; lines are wrapped on the way out.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The link with which the reader stops such mails, by RFC 8058.
    pub stop_link: Option<String>,
    /// The identity of this mail, `<…@host>`.
    pub message_id: String,
    /// The identity of the mail that started the thread, `<…@host>`; `None` or its own identity starts one.
    pub thread_root: Option<String>,
    /// The moment that the mail was made, not that of an attempt.
    pub date: DateTime<Utc>,
}

/// What one mail says, ready to be addressed and dated. Personal data, so no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// One line that names the school and what to do.
    pub subject: String,
    /// The text part; long lines are wrapped later.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The link with which the reader stops such mails, for the header that mail programs make a button of.
    pub stop_link: Option<String>,
}

/// A mail as it travels: the envelope and the bytes; `Debug` shows only its identity.
#[derive(Clone, PartialEq, Eq)]
pub struct BuiltMail {
    /// Where the envelope comes from.
    pub from: String,
    /// Where the envelope goes to.
    pub to: String,
    /// The identity of the mail, `<…@host>`.
    pub message_id: String,
    /// The moment in its `Date` header.
    pub date: DateTime<Utc>,
    /// Headers and body, all ASCII, with the line ends of mail.
    pub bytes: Vec<u8>,
}

// Addresses, and tokens in the text, must not reach a log by way of `{:?}`.
impl fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMail").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for BuiltMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltMail").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// Why a mail cannot be built: every attempt would fail the same way. Shows no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A control character, such as a line end, in something that becomes a header.
    #[error("the {0} of the mail has a control character")]
    ControlCharacter(&'static str),
    /// Something that becomes a header is too long.
    #[error("the {0} of the mail is too long")]
    TooLong(&'static str),
    /// An address that no mail server takes; other signs than ASCII included.
    #[error("the {0} of the mail is not a usable address")]
    BadAddress(&'static str),
    /// An identity that is not `<…@host>`.
    #[error("the {0} of the mail is not of the form <local@host>")]
    BadMessageId(&'static str),
    /// A year that the `Date` header cannot hold.
    #[error("the date of the mail is before 1970 or after 9999")]
    BadDate,
    /// A NUL in a text, which mail cannot carry.
    #[error("the {0} of the mail has a NUL")]
    Nul(&'static str),
    /// The mail library refused for a reason of its own.
    #[error("the mail cannot be put together: {0}")]
    Library(String),
}

/// Builds the message of a mail.
pub fn build(sender: &Sender, mail: &OutgoingMail) -> Result<BuiltMail, BuildError> {
    check_texts(mail)?;
    let from = mailbox("sender", Some(&sender.name), &sender.address)?;
    let to = mailbox("receiver", mail.to_name.as_deref(), &mail.to_address)?;
    let mut builder = Message::builder()
        .date(date_header(mail.date)?)
        .from(from.clone())
        .to(to.clone())
        .subject(subject(&mail.subject)?)
        .message_id(Some(message_id("Message-ID", &mail.message_id)?))
        .raw_header(fixed_header("Auto-Submitted", "auto-generated"))
        .raw_header(fixed_header("X-Auto-Response-Suppress", "All"));
    if let Some(link) = &mail.stop_link {
        builder = add_stop_link(builder, link)?;
    }
    builder = headers::in_quotes("To", &to).into_iter().fold(builder, MessageBuilder::raw_header);
    if let Some((name, address)) = &mail.reply_to {
        let reply_to = mailbox("reply address", Some(name), address)?;
        let quoted = headers::in_quotes("Reply-To", &reply_to);
        builder = builder.reply_to(reply_to);
        builder = quoted.into_iter().fold(builder, MessageBuilder::raw_header);
    }
    if let Some(root) = mail.thread_root.as_ref().filter(|root| **root != mail.message_id) {
        let root = message_id("thread", root)?;
        builder =
            builder.raw_header(headers::of_id("In-Reply-To", &root)).raw_header(headers::of_id("References", &root));
    }
    let envelope_from = match &mail.envelope_from {
        Some(address) => mailbox("envelope sender", None, address)?.email,
        None => from.email,
    };
    let envelope = Envelope::new(Some(envelope_from.clone()), vec![to.email.clone()]);
    let builder = builder.envelope(envelope.map_err(|error| BuildError::Library(error.to_string()))?);
    let message = builder.multipart(parts(mail)).map_err(|error| BuildError::Library(error.to_string()))?;
    Ok(BuiltMail {
        from: envelope_from.to_string(),
        to: to.email.to_string(),
        message_id: mail.message_id.clone(),
        date: mail.date,
        bytes: message.formatted(),
    })
}

/// Two headers of which mail programs make a button. The second says that the button may post at once, without a
/// page in between; it stands for links that nobody on the way can read.
fn add_stop_link(builder: MessageBuilder, link: &str) -> Result<MessageBuilder, BuildError> {
    let link = header_text("link to stop", link, LONGEST_LINK)?;
    if !link.bytes().all(|sign| sign.is_ascii_graphic() && !b"<>,".contains(&sign)) {
        return Err(BuildError::BadAddress("link to stop"));
    }
    let list = HeaderValue::new(HeaderName::new_from_ascii_str("List-Unsubscribe"), format!("<{link}>"));
    let builder = builder.raw_header(list);
    let is_private = link.starts_with("https://");
    let post = fixed_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    Ok(if is_private { builder.raw_header(post) } else { builder })
}

fn parts(mail: &OutgoingMail) -> MultiPart {
    // A random boundary, the library's own choice, would give every attempt other bytes.
    let digest = Sha256::digest(mail.message_id.as_bytes());
    let boundary: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    MultiPart::alternative()
        .boundary(format!("koppelklaar-{boundary}"))
        .singlepart(SinglePart::plain(wrap_text(&mail.text)))
        .singlepart(SinglePart::html(mail.html.clone()))
}

fn check_texts(mail: &OutgoingMail) -> Result<(), BuildError> {
    for (what, text) in [("text part", &mail.text), ("HTML part", &mail.html)] {
        if text.contains('\0') {
            return Err(BuildError::Nul(what));
        }
    }
    Ok(())
}

fn mailbox(what: &'static str, name: Option<&str>, address: &str) -> Result<Mailbox, BuildError> {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let name = name.map(|name| header_text(what, name, LONGEST_NAME)).transpose()?;
    let address = header_text(what, address, LONGEST_ADDRESS)?;
    if !address.is_ascii() {
        return Err(BuildError::BadAddress(what));
    }
    let address: Address = address.parse().map_err(|_| BuildError::BadAddress(what))?;
    Ok(Mailbox::new(name.map(str::to_owned), address))
}

fn subject(text: &str) -> Result<String, BuildError> {
    let text = header_text("subject", text, LONGEST_SUBJECT)?;
    // `=?` starts an encoded word: a subject in plain ASCII would be shown as something else than it says.
    Ok(text.replace("=?", "= ?"))
}

fn message_id(what: &'static str, text: &str) -> Result<String, BuildError> {
    let text = header_text(what, text, LONGEST_ADDRESS)?;
    let inside = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let halves =
        inside.and_then(|inside| inside.split_once('@')).filter(|halves| is_plain(halves.0) && is_plain(halves.1));
    halves.map(|_| text.to_owned()).ok_or(BuildError::BadMessageId(what))
}

fn is_plain(half: &str) -> bool {
    !half.is_empty() && half.bytes().all(|sign| sign.is_ascii_graphic() && !b"<>@\"()[]\\,;:".contains(&sign))
}

fn header_text<'a>(what: &'static str, text: &'a str, longest: usize) -> Result<&'a str, BuildError> {
    // The two Unicode separators are no control characters by name, but are line ends to some readers.
    if text.chars().any(|sign| sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}')) {
        return Err(BuildError::ControlCharacter(what));
    }
    if text.len() > longest {
        return Err(BuildError::TooLong(what));
    }
    Ok(text)
}

fn date_header(date: DateTime<Utc>) -> Result<SystemTime, BuildError> {
    // The library panics on any other year.
    if (1970..=9999).contains(&date.year()) { Ok(date.into()) } else { Err(BuildError::BadDate) }
}

fn fixed_header(name: &'static str, value: &'static str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests;
