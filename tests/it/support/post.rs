//! Mails as their receivers read them.

use koppelklaar::domain::access_link::CODE_DIGITS;
use koppelklaar::mail::message::BuiltMail;
use mail_parser::{Message, MessageParser};

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
    check(&parsed);
    let reply_to = parsed.reply_to().and_then(|to| to.first()).and_then(|to| to.address()).map(str::to_owned);
    Mail {
        to: mail.to.clone(),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        text: parsed.body_text(0).unwrap_or_default().into_owned(),
        reply_to,
        raw: String::from_utf8(mail.bytes.clone()).expect("mails are ASCII on the wire"),
    }
}

/// What must hold of every mail of every test.
fn check(mail: &Message<'_>) {
    let header = |name: &'static str| {
        let found: Vec<_> = mail.headers_raw().filter(|(known, _)| known.eq_ignore_ascii_case(name)).collect();
        assert!(found.len() <= 1, "{name} stands there twice: {found:?}");
        found.first().map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("X-Auto-Response-Suppress"), "All");
    assert!(header("Message-ID").ends_with("@koppelklaar.test>"), "{}", header("Message-ID"));
    assert!(header("Reply-To").contains('@'), "an answer goes to a person");
    let thread = header("References");
    assert!(thread.is_empty() || thread.starts_with("<school-"), "{thread}");
    assert_eq!(thread, header("In-Reply-To"));
    let text = mail.body_text(0).unwrap_or_default();
    for line in text.lines() {
        // A word that is longer, such as a link, stays whole on a line of its own.
        let is_one_word = line.split_whitespace().count() == 1;
        assert!(line.chars().count() <= 78 || is_one_word, "a line of {} signs: {line}", line.chars().count());
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

    /// The digits, without the space between.
    pub(crate) fn code(&self) -> String {
        let is_code = |line: &str| {
            let dense: String = line.split_whitespace().collect();
            dense.len() == CODE_DIGITS && dense.bytes().all(|sign| sign.is_ascii_digit())
        };
        let line = self.text.lines().map(str::trim).find(|line| is_code(line));
        line.unwrap_or_else(|| panic!("no code in:\n{}", self.text)).split_whitespace().collect()
    }
}
