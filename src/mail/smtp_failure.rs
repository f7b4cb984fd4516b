//! What the failure of a step means for a mail, as the table in [`smtp`](super::smtp) has it, and how it is told: without a
//! word of the server.

use std::error::Error as _;

use lettre::transport::smtp::Error as SmtpError;

use super::send_error::{SendError, SendErrorKind};

/// What a server answers that closes the connection.
pub(super) const CLOSING: u16 = 421;

/// A step that did not succeed.
pub(super) struct Failure {
    pub(super) step: Step,
    /// What the server answered, if it did.
    pub(super) code: Option<u16>,
    /// Whether it said that our log-in is missing or no longer good.
    pub(super) asks_to_sign_in: bool,
    pub(super) error: SendError,
}

/// The steps of handing over a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    StartTls,
    SignIn,
    Noop,
    MailFrom,
    RcptTo,
    Data,
    Message,
}

impl Failure {
    /// Whether it says something of a kept connection and nothing of the mail: then a fresh one is tried at once.
    pub(super) fn is_of_the_connection(&self) -> bool {
        match (self.step, self.code) {
            // It may have been delivered.
            (Step::Message, _) => false,
            // Some servers take only so many mails over one connection, and say so here.
            (Step::MailFrom, Some(code)) => code < 500,
            (_, Some(code)) => code == CLOSING,
            (_, None) => true,
        }
    }
}

impl Step {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::StartTls => "TLS",
            Self::SignIn => "sign in",
            Self::Noop => "NOOP",
            Self::MailFrom => "MAIL FROM",
            Self::RcptTo => "RCPT TO",
            Self::Data => "DATA",
            Self::Message => "after DATA",
        }
    }

    /// What a refusal for good means for the mail.
    fn meaning_of_refusal(self) -> SendErrorKind {
        match self {
            // All mails have the same sender: the next one would fare no better.
            Self::Connect | Self::StartTls | Self::SignIn | Self::Noop | Self::MailFrom => SendErrorKind::Temporary,
            Self::RcptTo | Self::Data | Self::Message => SendErrorKind::Permanent,
        }
    }

    /// What no answer, or half of one, means for the mail.
    pub(super) fn meaning_of_silence(self) -> SendErrorKind {
        match self {
            Self::Message => SendErrorKind::Unknown,
            Self::Connect | Self::StartTls | Self::SignIn | Self::Noop | Self::MailFrom | Self::RcptTo | Self::Data => {
                SendErrorKind::Temporary
            }
        }
    }
}

pub(super) fn judge(step: Step, error: &SmtpError) -> Failure {
    let asks_to_sign_in = asks_to_sign_in(error);
    let kind = if error.is_permanent() {
        if asks_to_sign_in { SendErrorKind::Temporary } else { step.meaning_of_refusal() }
    } else if error.is_transient() {
        SendErrorKind::Temporary
    } else {
        step.meaning_of_silence()
    };
    let error_text = format!("{}: {}", step.as_str(), describe(error));
    Failure { step, code: error.status().map(u16::from), asks_to_sign_in, error: SendError::new(kind, error_text) }
}

/// Whether a refusal says that our log-in is missing or no longer good: by its code, or by its enhanced one (RFC 4954).
fn asks_to_sign_in(error: &SmtpError) -> bool {
    let code = error.status().map(u16::from);
    let is_by_code = code.is_some_and(|code| [530, 534, 535, 538].contains(&code));
    is_by_code || enhanced_code(error).is_some_and(|code| ["5.7.8", "5.7.9", "5.7.11"].contains(&code.as_str()))
}

/// The enhanced status code with which the answer begins, if it does.
fn enhanced_code(error: &SmtpError) -> Option<String> {
    let said = error.source()?.to_string();
    said.split_whitespace().next().filter(|word| is_enhanced_code(word)).map(str::to_owned)
}

/// What went wrong, without a word of the server: servers like to repeat the address.
fn describe(error: &SmtpError) -> String {
    if let Some(code) = error.status() {
        return match enhanced_code(error) {
            Some(enhanced) => format!("refused with {code} {enhanced}"),
            None => format!("refused with {code}"),
        };
    }
    if error.is_response() {
        return "the connection ended, or the answer was not SMTP".to_owned();
    }
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    if source.is_empty() { "no connection".to_owned() } else { source }
}

/// Whether a word is an enhanced status code (RFC 3463), such as `5.1.1`.
fn is_enhanced_code(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let is_number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|sign| sign.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}
