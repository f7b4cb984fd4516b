//! Answers by mail, as several mail programs send them.

use koppelklaar::mail::message::BuiltMail;

pub(crate) const OUTLOOK_NL: &str = include_str!("../../replies/outlook_nl.eml");
pub(crate) const OUTLOOK_HTML: &str = include_str!("../../replies/outlook_html.eml");
pub(crate) const OUTLOOK_FILES: &str = include_str!("../../replies/outlook_files.eml");
pub(crate) const GMAIL_NL: &str = include_str!("../../replies/gmail_nl.eml");
pub(crate) const GMAIL_HTML: &str = include_str!("../../replies/gmail_html.eml");
pub(crate) const APPLE: &str = include_str!("../../replies/apple.eml");
pub(crate) const THUNDERBIRD: &str = include_str!("../../replies/thunderbird.eml");
pub(crate) const ENGLISH: &str = include_str!("../../replies/english.eml");
pub(crate) const AWAY: &str = include_str!("../../replies/away.eml");
pub(crate) const NOBODY: &str = include_str!("../../replies/nobody.eml");

/// An answer by somebody, to an address of ours.
pub(crate) fn answer(mail: &str, from: &str, to: &str) -> String {
    mail.replace("{from}", from).replace("{to}", to).replace("{message_id}", "<unknown@elsewhere.example>")
}

/// An answer that names the mail it answers and nothing else.
pub(crate) fn answer_to(mail: &str, from: &str, answered: &BuiltMail) -> String {
    let known = mail.replace("{message_id}", &answered.message_id);
    known.replace("{from}", from).replace("{to}", "support@kurve.nl")
}
