//! Mails as their receivers read them.

use koppelklaar::mail::message::BuiltMail;
use mail_parser::MessageParser;

use super::app::BASE;

/// A mail that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) reply_to: Option<String>,
    pub(crate) raw: String,
}

/// Reads a mail.
pub(crate) fn read(mail: &BuiltMail) -> Mail {
    let parsed = MessageParser::default().parse(&mail.bytes).expect("a mail that can be read");
    let reply_to = parsed.reply_to().and_then(|to| to.first()).and_then(|to| to.address()).map(str::to_owned);
    Mail {
        to: mail.to.clone(),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        text: parsed.body_text(0).unwrap_or_default().into_owned(),
        reply_to,
        raw: String::from_utf8(mail.bytes.clone()).expect("mails are ASCII on the wire"),
    }
}

impl Mail {
    /// The path of the first link that starts with the given path.
    pub(crate) fn path_of(&self, start: &str) -> String {
        let whole = format!("{BASE}{start}");
        let at = self.text.find(&whole).unwrap_or_else(|| panic!("no link to {start} in:\n{}", self.text));
        let link = self.text[at..].split_whitespace().next().expect("a link");
        link[BASE.len()..].to_owned()
    }

    /// The six digits, without the space between.
    pub(crate) fn code(&self) -> String {
        let is_code = |line: &str| {
            let dense: String = line.split_whitespace().collect();
            dense.len() == 6 && dense.bytes().all(|sign| sign.is_ascii_digit())
        };
        let line = self.text.lines().map(str::trim).find(|line| is_code(line));
        line.unwrap_or_else(|| panic!("no code in:\n{}", self.text)).split_whitespace().collect()
    }
}
