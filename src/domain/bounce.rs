//! What a delivery report (RFC 3464) says about a mailbox: is it not there, was it full, or was only this mail refused.
//!
//! Wrongly marking an address costs a person all mails, so only what is certain about this very mailbox marks:
//!
//! - A report about another mailbox never does, be it a member of a group at the address, or where it is forwarded to.
//! - What the refusing server said counts before the `Status` that the reporting one made of it: its enhanced code
//!   (RFC 3463), and where it gave none its words (`phrases`). Words that speak against a code that marks win, too.
//!
//! | code of a failed delivery | meaning |
//! | --- | --- |
//! | `5.1.1`–`5.1.3`, `5.1.6`, `5.1.10`, `5.1.351`, `5.4.310` | [`Hard`](Meaning::Hard), unless the words say that it passes or is about something else, or it stands beside a bare reply whose words say nothing |
//! | `5.0.x`, `5.1.0`, `5.2.0`, `5.2.1`, `5.3.0`, `5.4.x`, `5.5.x`, or none | what the words say; hard only when they name the mailbox or its domain as not there |
//! | the same without words that say something | reply 552 and `5.4.x` are [`Soft`](Meaning::Soft), the rest is [`Refused`](Meaning::Refused) |
//! | `5.2.2`, `5.3.1`, every `4.x.x` | soft: full, or not reached in time |
//! | every other one, such as `5.7.x` (policy), `5.2.3`, `5.3.4`, `5.6.x` (this mail), `5.1.7` (our sender) | refused |

use std::fmt;

use chrono::{DateTime, Duration, Utc};

use phrases::{Sense, sense};
pub use status_code::StatusCode;
use words::{Codes, addresses, codes, excerpt};

mod phrases;
mod status_code;
mod words;

/// A mail that came back softly is tried again after this; its server has tried for long by then.
const SOFT_RETRY: Duration = Duration::hours(6);

/// A mail that came back softly is tried again until this long after it was first sent, as any mail that cannot go.
const SOFT_LIFE: Duration = Duration::hours(48);

/// Addresses in what a server said that are looked at.
const MOST_NAMED: usize = 50;

/// The parts before the `@` of who is to be asked for help.
const HELPERS: [&str; 8] =
    ["postmaster", "mailer-daemon", "abuse", "support", "helpdesk", "hostmaster", "admin", "administrator"];

/// What stands for the code of a report that has none.
const NO_CODE: &str = "no code";

/// What a server did with the mail for one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryAction {
    /// Given up.
    Failed,
    /// Not yet delivered; the server goes on trying.
    Delayed,
    /// Delivered, handed on to a server that does not report, or spread over several receivers.
    Delivered,
}

impl DeliveryAction {
    /// Reads the value of an `Action` field.
    pub fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "failed" | "failure" => Some(Self::Failed),
            "delayed" => Some(Self::Delayed),
            "delivered" | "relayed" | "expanded" => Some(Self::Delivered),
            _ => None,
        }
    }
}

/// What a report says of one receiver; `Debug` shows no address and no words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RecipientReport {
    /// The mailboxes that it names, from the one that was asked for to the one that failed; none when it names none.
    pub mailboxes: Vec<String>,
    /// What the server did.
    pub action: Option<DeliveryAction>,
    /// The enhanced status code that the reporting server gave.
    pub status: Option<StatusCode>,
    /// What the server said that refused, with its codes; empty when that is not told.
    pub said: String,
    /// Whether that is prose, in which a number need not be a code.
    pub is_prose: bool,
}

impl fmt::Debug for RecipientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientReport")
            .field("action", &self.action)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What a report means, from the worst for the address to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The mailbox is not there: mail does not arrive at this address, now or later.
    Hard,
    /// This mail was refused; another one may arrive.
    Refused,
    /// The server gave up for a reason that passes.
    Soft,
    /// The server still tries: nothing is to be done.
    Delayed,
    /// It did not arrive at another mailbox, such as that of a member of a group; at the address itself nothing failed.
    Elsewhere,
    /// The mail arrived.
    Delivered,
}

/// What a report means, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it means.
    pub meaning: Meaning,
    /// The code in it, such as `5.1.1` or `5.0.0 (550)`.
    pub code: String,
    /// What the server said, without addresses; may be empty.
    pub words: String,
}

impl Verdict {
    /// That of a mail that came back without anything that can be read.
    pub fn unreadable(words: &str) -> Self {
        Self { meaning: Meaning::Refused, code: NO_CODE.to_owned(), words: excerpt(words) }
    }

    /// The same where nobody can be sure that a mail server wrote it: then it does not mark.
    #[must_use]
    pub fn in_doubt(self) -> Self {
        let meaning = if self.meaning == Meaning::Hard { Meaning::Refused } else { self.meaning };
        Self { meaning, ..self }
    }
}

/// What a whole report means for the mailbox that a mail went to, which `is_ours` knows; `None` when it says nothing.
///
/// Our mails have one receiver. Where a server tells of it more than once, or spread the mail over several people, the
/// best outcome counts: the address works.
pub fn judge(recipients: &[RecipientReport], is_ours: impl Fn(&str) -> bool) -> Option<Verdict> {
    let said = |one: &RecipientReport| {
        let found = verdict(one, meaning(one, &domains(one, &is_ours))?);
        Some(if names_another(one, &is_ours) { found.in_doubt() } else { found })
    };
    let best = |found: Vec<Verdict>| found.into_iter().max_by_key(|found| found.meaning);
    let (mut ours, mut unnamed, mut others) = (vec![], vec![], vec![]);
    for one in recipients {
        let Some(verdict) = said(one) else { continue };
        match (one.mailboxes.is_empty(), one.mailboxes.iter().filter(|mailbox| is_ours(mailbox)).count()) {
            (true, _) => unnamed.push(verdict),
            (false, 0) => others.push(elsewhere(verdict)),
            (false, known) if known == one.mailboxes.len() => ours.push(verdict),
            // It says how it went on from ours: who knows which of them it is about.
            (false, _) => ours.push(verdict.in_doubt()),
        }
    }
    let arrived = others.iter().position(|one| one.meaning == Meaning::Delivered);
    match (arrived, ours.is_empty(), others.is_empty()) {
        (Some(arrived), ..) => Some(others.swap_remove(arrived)),
        (None, false, _) => best(ours),
        (None, true, false) => best(others),
        (None, true, true) => best(unnamed),
    }
}

/// Whether what the server said is about another mailbox than the report: it was handed on under another name.
fn names_another(one: &RecipientReport, is_ours: impl Fn(&str) -> bool) -> bool {
    let local = |address: &str| address.split('@').next().unwrap_or_default().to_lowercase();
    let known: Vec<String> = one.mailboxes.iter().map(|mailbox| local(mailbox)).collect();
    // A part before the `@` may stand in quotes, or hold signs that are taken for none of an address.
    let said = one.said.replace("\"@", "@");
    if one.mailboxes.iter().any(|mailbox| said.to_lowercase().contains(&format!("<{}>", mailbox.to_lowercase()))) {
        return false;
    }
    let mut named = addresses(&said).take(MOST_NAMED).filter(|address| !is_of_helper(address)).peekable();
    named.peek().is_some() && !named.any(|address| is_ours(address) || known.contains(&local(address)))
}

/// The domains of the mailbox that a report is about.
fn domains(one: &RecipientReport, is_ours: impl Fn(&str) -> bool) -> Vec<String> {
    let said = addresses(&one.said).take(MOST_NAMED).filter(|address| is_ours(address));
    let all = one.mailboxes.iter().map(String::as_str).chain(said);
    all.filter_map(|address| address.rsplit_once('@')).map(|(_, domain)| domain.to_lowercase()).collect()
}

/// Whether an address is that of somebody who is to be asked for help, and no receiver's.
pub fn is_of_helper(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, _)| HELPERS.contains(&local.to_lowercase().as_str()))
}

fn elsewhere(verdict: Verdict) -> Verdict {
    let meaning = match verdict.meaning {
        Meaning::Hard | Meaning::Refused | Meaning::Soft | Meaning::Elsewhere => Meaning::Elsewhere,
        kept @ (Meaning::Delayed | Meaning::Delivered) => kept,
    };
    Verdict { meaning, ..verdict }
}

/// The codes that count: what the refusing server said, else what the reporting one made of it.
fn codes_of(one: &RecipientReport) -> Codes {
    let said = codes(&one.said, one.is_prose);
    let specific = |status: Option<StatusCode>| status.filter(|status| !status.is_general());
    let status = specific(said.status).or(specific(one.status)).or(said.status).or(one.status);
    Codes { status, reply: said.reply }
}

fn meaning(one: &RecipientReport, domains: &[String]) -> Option<Meaning> {
    let codes = codes_of(one);
    let by_reply = codes.reply.and_then(|reply| u8::try_from(reply / 100).ok());
    // A reply that passes behind a status that does not: the status was made up.
    let class = by_reply.filter(|class| *class == 4).or(codes.status.map(|status| status.class)).or(by_reply);
    match (one.action, class) {
        (Some(DeliveryAction::Delivered), _) => Some(Meaning::Delivered),
        // Without an action a passing trouble may still be tried on: sending again could make it two.
        (Some(DeliveryAction::Delayed), _) | (None, Some(4)) => Some(Meaning::Delayed),
        (Some(DeliveryAction::Failed), Some(4)) => Some(Meaning::Soft),
        (None, Some(5)) | (Some(DeliveryAction::Failed), _) => Some(of_failure(one, domains, codes)),
        (None, _) => None,
    }
}

fn of_failure(one: &RecipientReport, domains: &[String], Codes { status, reply }: Codes) -> Meaning {
    let told = codes(&one.said, one.is_prose);
    let is_specific = told.status.is_some_and(|status| !status.is_general());
    let by_words = sense(&telling(one), status, domains).map(|sense| match sense {
        Sense::Later => Meaning::Soft,
        Sense::Refused => Meaning::Refused,
        Sense::Gone => Meaning::Hard,
    });
    if let Some(meaning) = by_words.filter(|_| !is_specific) {
        return meaning;
    }
    match status.map(|status| (status.subject, status.detail)) {
        Some((1, 1..=3 | 6 | 10 | 351) | (4, 310)) => {
            // Behind a bare reply the reporting server made it up.
            let is_made_up = told.reply.is_some() && !is_specific;
            by_words.unwrap_or(if is_made_up { Meaning::Refused } else { Meaning::Hard })
        }
        Some((2, 2) | (3, 1)) => Meaning::Soft,
        Some((4, _)) => by_words.unwrap_or(Meaning::Soft),
        None | Some((0 | 5, _) | (1..=3, 0) | (2, 1)) => {
            by_words.unwrap_or(if reply == Some(552) { Meaning::Soft } else { Meaning::Refused })
        }
        Some(_) => Meaning::Refused,
    }
}

/// What is to be looked for words in: of prose the paragraphs with a code, where there are any.
fn telling(one: &RecipientReport) -> String {
    let has_code = |text: &&str| codes(text, true) != Codes::default();
    let paragraphs = || one.said.split("\n\n").filter(has_code).collect::<Vec<_>>();
    let found = if one.is_prose { paragraphs() } else { vec![] };
    if found.is_empty() { one.said.clone() } else { found.join("\n") }
}

fn verdict(one: &RecipientReport, meaning: Meaning) -> Verdict {
    let Codes { status, reply } = codes_of(one);
    let code = match (status, reply) {
        (Some(status), Some(reply)) if status.is_general() => format!("{status} ({reply})"),
        (Some(status), _) => status.to_string(),
        (None, Some(reply)) => reply.to_string(),
        (None, None) => NO_CODE.to_owned(),
    };
    Verdict { meaning, code, words: excerpt(&one.said) }
}

/// When a mail that came back softly is tried again, or `None` when it was first sent too long ago for that.
pub fn retry_at(first_sent_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = now + SOFT_RETRY;
    (at - first_sent_at <= SOFT_LIFE).then_some(at)
}

#[cfg(test)]
mod tests;
