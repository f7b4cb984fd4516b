//! Delivery reports of several mail servers, about a mail that was sent.

use koppelklaar::mail::message::BuiltMail;

pub(crate) const POSTFIX_UNKNOWN: &str = include_str!("../../reports/postfix_unknown.eml");
pub(crate) const POSTFIX_FULL: &str = include_str!("../../reports/postfix_full.eml");
pub(crate) const POSTFIX_DELAYED: &str = include_str!("../../reports/postfix_delayed.eml");
pub(crate) const MICROSOFT_UNKNOWN: &str = include_str!("../../reports/microsoft_unknown.eml");
pub(crate) const GMAIL_UNKNOWN: &str = include_str!("../../reports/gmail_unknown.eml");
pub(crate) const EXIM_WORDS: &str = include_str!("../../reports/exim_words.eml");
pub(crate) const EXIM_REPORT: &str = include_str!("../../reports/exim_report.eml");
pub(crate) const POLICY: &str = include_str!("../../reports/policy.eml");
pub(crate) const OUT_OF_OFFICE: &str = include_str!("../../reports/out_of_office.eml");
pub(crate) const SPAM: &str = include_str!("../../reports/spam.eml");

/// The receiver that the reports name.
pub(crate) const RECEIVER: &str = "anna@school.example";

/// The report about a mail, as it comes to the address in its envelope.
pub(crate) fn about(report: &str, mail: &BuiltMail) -> String {
    to(report, &mail.from, &mail.message_id).replace(RECEIVER, &mail.to)
}

/// The report with another address or identity.
pub(crate) fn to(report: &str, address: &str, message_id: &str) -> String {
    report.replace("{to}", address).replace("{message_id}", message_id)
}
