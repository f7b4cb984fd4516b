//! What a delivery report (RFC 3464) says about an address: does it work, was it full, or was only this mail refused.
//!
//! Enhanced status codes (RFC 3463) are used in more ways than the standard knows, so the table follows what large
//! mail servers mean by them. Wrongly marking an address costs a person all mails, so doubt never marks.
//!
//! | code of a failed delivery | meaning |
//! | --- | --- |
//! | `5.1.0`–`5.1.3`, `5.1.6`, `5.1.10` | [`Hard`](Meaning::Hard): no such mailbox or domain |
//! | `5.2.1` | hard: the mailbox is closed |
//! | `5.4.1`, `5.4.4`, `5.4.310` | hard: Microsoft's "no such recipient", no such domain |
//! | `5.0.0` or no code, with reply 550, 551 or 553 | hard: servers without enhanced codes say it so |
//! | `5.2.2`, `5.3.1`, no code with reply 552 | [`Soft`](Meaning::Soft): full, later it may not be |
//! | every other `5.4.x`, every `4.x.x` | soft: not reached in time |
//! | every other `5.x.x`, such as `5.7.x` (policy), `5.2.3`, `5.3.4`, `5.6.x` (this mail), `5.1.7` (our sender) | [`Refused`](Meaning::Refused) |

use std::fmt;

use chrono::{DateTime, Duration, Utc};

/// A mail that came back softly is tried again after this; its server has tried for long by then.
const SOFT_RETRY: Duration = Duration::hours(6);

/// A mail that came back softly is tried again until this long after it was first sent, as any mail that cannot go.
const SOFT_LIFE: Duration = Duration::hours(48);

/// An enhanced status code such as `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl StatusCode {
    /// Reads a word that is nothing but a code; parts are at most three digits long.
    pub fn parse(word: &str) -> Option<Self> {
        let mut parts = word.split('.').map(number);
        let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
        let class = u8::try_from(class).ok().filter(|class| [2, 4, 5].contains(class))?;
        parts.next().is_none().then_some(Self { class, subject, detail })
    }
}

fn number(text: &str) -> Option<u16> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

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
            "failed" => Some(Self::Failed),
            "delayed" => Some(Self::Delayed),
            "delivered" | "relayed" | "expanded" => Some(Self::Delivered),
            _ => None,
        }
    }
}

/// What a report says of one receiver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecipientReport {
    /// What the server did.
    pub action: Option<DeliveryAction>,
    /// The enhanced status code.
    pub status: Option<StatusCode>,
    /// The code of the SMTP reply behind it, such as 550.
    pub reply: Option<u16>,
}

/// What a report means, from the worst for the address to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// Mail does not arrive at this address, now or later.
    Hard,
    /// This mail was refused; another one may arrive.
    Refused,
    /// The server gave up for a reason that passes.
    Soft,
    /// The server still tries: nothing is to be done.
    Delayed,
    /// The mail arrived.
    Delivered,
}

/// What a whole report means, with the code that says so; `None` when it says nothing.
///
/// Our mails have one receiver. Where a school's server spread one over several people, the best outcome counts: the
/// address works.
pub fn judge(recipients: &[RecipientReport]) -> Option<(Meaning, String)> {
    recipients.iter().filter_map(|one| meaning(one).map(|found| (found, code(one)))).max_by_key(|(found, _)| *found)
}

fn meaning(one: &RecipientReport) -> Option<Meaning> {
    let class = one.status.map(|status| status.class).or(one.reply.and_then(|reply| u8::try_from(reply / 100).ok()));
    match (one.action, class) {
        (Some(DeliveryAction::Delivered), _) => Some(Meaning::Delivered),
        // Without an action a passing trouble may still be tried on: sending again could make it two.
        (Some(DeliveryAction::Delayed), _) | (None, Some(4)) => Some(Meaning::Delayed),
        (Some(DeliveryAction::Failed), Some(4)) => Some(Meaning::Soft),
        (Some(DeliveryAction::Failed) | None, Some(5)) => Some(of_failure(one)),
        (Some(DeliveryAction::Failed), _) => Some(Meaning::Refused),
        (None, _) => None,
    }
}

fn of_failure(one: &RecipientReport) -> Meaning {
    match one.status.map(|status| (status.subject, status.detail)) {
        Some((1, 0..=3 | 6 | 10) | (2, 1) | (4, 1 | 4 | 310)) => Meaning::Hard,
        Some((2, 2) | (3, 1) | (4, _)) => Meaning::Soft,
        None | Some((0, 0)) => match one.reply {
            Some(550 | 551 | 553) => Meaning::Hard,
            Some(552) => Meaning::Soft,
            Some(_) | None => Meaning::Refused,
        },
        Some(_) => Meaning::Refused,
    }
}

fn code(one: &RecipientReport) -> String {
    match (one.status, one.reply) {
        (Some(status), Some(reply)) if status.subject == 0 && status.detail == 0 => format!("{status} ({reply})"),
        (Some(status), _) => status.to_string(),
        (None, Some(reply)) => reply.to_string(),
        (None, None) => "no code".to_owned(),
    }
}

/// When a mail that came back softly is tried again, or `None` when it was first sent too long ago for that.
pub fn retry_at(first_sent_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = now + SOFT_RETRY;
    (at - first_sent_at <= SOFT_LIFE).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: &str, reply: Option<u16>) -> RecipientReport {
        RecipientReport { action: Some(DeliveryAction::Failed), status: StatusCode::parse(status), reply }
    }

    fn judged(one: RecipientReport) -> Option<Meaning> {
        judge(&[one]).map(|(meaning, _)| meaning)
    }

    #[test]
    fn each_code_means_what_the_table_says() {
        let table = [
            (Meaning::Hard, vec!["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.4"]),
            (Meaning::Soft, vec!["5.2.2", "5.3.1", "5.4.7", "5.4.316", "4.4.7", "4.2.2", "4.7.1"]),
            (Meaning::Refused, vec!["5.7.1", "5.7.26", "5.2.3", "5.3.4", "5.6.0", "5.1.7", "5.1.8", "5.5.4", "5.0.0"]),
        ];

        for (meaning, codes) in table {
            for code in codes {
                assert_eq!(judged(failed(code, None)), Some(meaning), "{code}");
            }
        }
    }

    #[test]
    fn a_server_without_enhanced_codes_is_judged_by_its_reply() {
        for (status, reply, meaning) in [
            ("5.0.0", 550, Meaning::Hard),
            ("", 553, Meaning::Hard),
            ("", 552, Meaning::Soft),
            ("5.0.0", 554, Meaning::Refused),
            ("", 451, Meaning::Soft),
        ] {
            assert_eq!(judged(failed(status, Some(reply))), Some(meaning), "{status} {reply}");
        }
        // A reply says less than a code, and never against it.
        assert_eq!(judged(failed("5.7.1", Some(550))), Some(Meaning::Refused));
        assert_eq!(judge(&[failed("5.0.0", Some(550))]).expect("judged").1, "5.0.0 (550)");
    }

    #[test]
    fn a_delay_is_nothing_to_act_on_and_says_nothing_bad_of_the_address() {
        let status = StatusCode::parse("4.4.1");
        let delayed = RecipientReport { action: Some(DeliveryAction::Delayed), status, reply: None };

        assert_eq!(judged(delayed), Some(Meaning::Delayed));
        assert_eq!(judged(RecipientReport { action: None, ..delayed }), Some(Meaning::Delayed));
        assert_eq!(judged(RecipientReport::default()), None);
        assert_eq!(judge(&[]), None);
    }

    #[test]
    fn an_address_that_reached_somebody_works() {
        let reached = RecipientReport { action: DeliveryAction::parse("Relayed"), ..RecipientReport::default() };

        assert_eq!(judge(&[failed("5.1.1", None), reached]).map(|(meaning, _)| meaning), Some(Meaning::Delivered));
        let two = [failed("5.7.1", None), failed("5.1.1", None)];
        assert_eq!(judge(&two).map(|(meaning, _)| meaning), Some(Meaning::Refused));
    }

    #[test]
    fn only_a_whole_code_is_one() {
        for wrong in ["", "5", "5.1", "5.1.1.1", "3.1.1", "5.1.1000", "5..1", "5.1.x", " 5.1.1", "55.1.1", "5.-1.1"] {
            assert_eq!(StatusCode::parse(wrong), None, "{wrong}");
        }
        assert_eq!(StatusCode::parse("5.4.310").map(|code| code.to_string()).as_deref(), Some("5.4.310"));
    }

    #[test]
    fn a_mail_that_came_back_softly_is_not_tried_for_ever() {
        let start = DateTime::from_timestamp(1_790_000_000, 0).expect("a moment in range");
        let mut tries = 0;
        let mut now = start;
        while let Some(at) = retry_at(start, now) {
            (tries, now) = (tries + 1, at);
        }

        assert_eq!(tries, 8);
        assert!(now - start <= SOFT_LIFE);
    }
}
