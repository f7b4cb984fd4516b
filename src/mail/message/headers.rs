//! Headers that the mail library writes so that programs read them and people do not: a name with an apostrophe in base64,
//! and a long identity on one line.

use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue};

/// Signs of a line that needs no folding.
const LINE_SIGNS: usize = 78;

/// Name and address with the name in quotes, where it is ASCII and the library would encode it. What looks encoded itself is
/// left to the library: within quotes some programs would decode it.
pub(super) fn in_quotes(header: &'static str, mailbox: &Mailbox) -> Option<HeaderValue> {
    let name = mailbox.name.as_deref()?;
    let is_plain = |sign: u8| sign.is_ascii_alphanumeric() || b"-_. \"\\".contains(&sign);
    if !name.is_ascii() || name.bytes().all(is_plain) || name.contains("=?") {
        return None;
    }
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    let value = format!("\"{quoted}\" <{}>", mailbox.email);
    Some(HeaderValue::dangerous_new_pre_encoded(name_of(header), value.clone(), folded(header, &value)))
}

/// The identity of a mail.
pub(super) fn of_id(header: &'static str, id: &str) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(name_of(header), id.to_owned(), folded(header, id))
}

fn name_of(header: &'static str) -> HeaderName {
    HeaderName::new_from_ascii_str(header)
}

/// A value with line ends before spaces, so that each line is short where its words are.
fn folded(header: &str, value: &str) -> String {
    let mut folded = String::with_capacity(value.len());
    let mut signs = header.len() + ": ".len();
    for (at, word) in value.split(' ').enumerate() {
        let is_first = at == 0;
        let length = word.len() + usize::from(!is_first);
        if !word.is_empty() && signs + length > LINE_SIGNS {
            folded.push_str("\r\n ");
            signs = 1 + word.len();
        } else {
            folded.push_str(if is_first { "" } else { " " });
            signs += length;
        }
        folded.push_str(word);
    }
    folded
}
