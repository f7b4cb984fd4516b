//! Telling what a mail server sends back from what somebody answers, or a machine for them, where no part of it says so.
//!
//! Both may come without a sender and say that they are automatic. A mail server writes from the address of its own that
//! is known for it, or with one of a few subjects; an answer that says away for some days does neither.

use mail_parser::Message;

use super::{raw, subtype};

/// The parts before the `@` from which mail servers write, or with which those begin.
const SERVERS: [&str; 8] = [
    "mailer-daemon",
    "mailer_daemon",
    "mailerdaemon",
    "mail-daemon",
    "maildaemon",
    "postmaster",
    "mdaemon",
    "microsoftexchange",
];

/// Names under which they write.
const NAMES: [&str; 6] = [
    "mail delivery",
    "mailer-daemon",
    "mailer daemon",
    "delivery subsystem",
    "delivery system",
    "system administrator",
];

/// What their subjects hold.
const SUBJECTS: [&str; 33] = [
    "undeliver",
    "not delivered",
    "not be delivered",
    "unable to deliver",
    "delivery status",
    "delivery fail",
    "delivery has failed",
    "delivery report",
    "delivery problem",
    "delivery error",
    "delivery delay",
    "delivery notification",
    "delivery warning",
    "failed delivery",
    "failure notice",
    "failure delivery",
    "failed mail",
    "mail failed",
    "mail failure",
    "mail error",
    "sending your mail",
    "returning to sender",
    "returned mail",
    "returned to sender",
    "return to sender",
    "mail delivery",
    "message delivery",
    "nondeliver",
    "non-deliver",
    "onbestelbaar",
    "niet bezorgd",
    "unzustellbar",
    "non remis",
];

/// What subjects of answers by machines hold.
const OF_ANSWERS: [&str; 9] = [
    "automatisch antwoord",
    "automatic reply",
    "automatische antwort",
    "auto-reply",
    "autoreply",
    "out of office",
    "afwezig",
    "abwesen",
    "vacation",
];

/// Whether a mail server sends this back, by who writes and the subject.
pub(super) fn comes_back(message: &Message<'_>) -> bool {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    if OF_ANSWERS.iter().any(|words| subject.contains(words)) {
        return false;
    }
    let has_subject = SUBJECTS.iter().any(|words| subject.contains(words));
    let may_be_null = raw(message, "Return-Path").is_none() || has_null_sender(message);
    let returns =
        message.parts.iter().skip(1).any(|part| matches!(subtype(part).as_str(), "rfc822" | "rfc822-headers"));
    let is_from_server = is_from_server(message);
    // Who answers for a machine has one of these at most. A person may hand on a mail as it is: that counts for servers.
    [is_from_server, has_subject, may_be_null, is_from_server && returns].into_iter().filter(|says_so| *says_so).count()
        > 1
}

/// Whether it came without a sender, which the mail server writes down. Postfix puts its own name in that place when it
/// hands a mail to a program.
pub(in crate::mail) fn has_null_sender(message: &Message<'_>) -> bool {
    raw(message, "Return-Path").is_some_and(|path| {
        let path = path.trim().trim_matches(['<', '>']).to_lowercase();
        path.is_empty() || path == "mailer-daemon" || path.starts_with("mailer-daemon@")
    })
}

/// Whether a report in words is about a delay, by its subject.
pub(super) fn is_delay(message: &Message<'_>) -> bool {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    ["delay", "warning", "vertraag", "still being", "nog niet"].iter().any(|words| subject.contains(words))
}

fn is_from_server(message: &Message<'_>) -> bool {
    let Some(from) = message.from().and_then(|from| from.first()) else { return false };
    let name = from.name().unwrap_or_default().to_lowercase();
    // Some write no more than a word there.
    let address = from.address().map_or_else(|| name.clone(), str::to_lowercase);
    SERVERS.iter().any(|server| address.starts_with(server)) || NAMES.iter().any(|known| name.contains(known))
}
