//! One mail over one SMTP connection, with a time limit on every step.
//!
//! The mail library only limits the TCP connect: a server that greets late, or never answers after the final dot, would
//! hold it for ever. So the steps are taken one by one here, without its pool. What a failure means:
//!
//! | step | 4xx | 5xx | no answer, lost connection |
//! | --- | --- | --- | --- |
//! | connect, STARTTLS, sign in | temporary | temporary: it is about our account, not about this mail | temporary |
//! | MAIL, RCPT, DATA | temporary | permanent | temporary |
//! | the message and its final dot | temporary | permanent | unknown: it may have been delivered |

use std::error::Error as _;
use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use super::message::BuiltMail;
use super::smtp_url::{Encryption, SmtpUrl};
use super::transport::{SendError, SendErrorKind};

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For each step up to the message.
    pub step: Duration,
    /// For the message and the answer to its final dot.
    pub message: Duration,
    /// For taking leave, which never changes the outcome.
    pub goodbye: Duration,
}

impl Default for Timeouts {
    /// Ten minutes after the final dot: RFC 5321 asks it, since giving up earlier makes duplicates.
    fn default() -> Self {
        Self { step: Duration::from_secs(60), message: Duration::from_secs(600), goodbye: Duration::from_secs(5) }
    }
}

/// A mail server that we hand mails to; each mail has its own connection.
#[derive(Clone, Debug)]
pub struct SmtpTransport {
    url: SmtpUrl,
    timeouts: Timeouts,
}

/// The steps of handing over a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    StartTls,
    SignIn,
    Noop,
    MailFrom,
    RcptTo,
    Data,
    Message,
}

impl SmtpTransport {
    /// A transport to this mail server.
    pub fn new(url: SmtpUrl) -> Self {
        Self { url, timeouts: Timeouts::default() }
    }

    /// The same with other time limits.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// The longest that one mail takes.
    pub(super) fn longest_send(&self) -> Duration {
        // Six steps come before the message: connect, STARTTLS, sign in, MAIL, RCPT, DATA.
        self.timeouts.step * 6 + self.timeouts.message + self.timeouts.goodbye
    }

    pub(super) async fn send(&self, mail: &BuiltMail) -> Result<(), SendError> {
        let from = parse_address(&mail.from)?;
        let to = parse_address(&mail.to)?;
        let mut connection = self.connect().await?;
        let outcome = self.hand_over(&mut connection, from, to, &mail.bytes).await;
        self.take_leave(connection).await;
        outcome
    }

    pub(super) async fn check(&self) -> Result<(), SendError> {
        let mut connection = self.connect().await?;
        let outcome = self.limited(Step::Noop, connection.command(Noop)).await;
        self.take_leave(connection).await;
        outcome.map(drop)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let url = &self.url;
        let hello_name = url.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain);
        let wrapped = match url.encryption {
            Encryption::Wrapped => Some(self.tls()?),
            Encryption::StartTls | Encryption::None => None,
        };
        // A third of the step for each address of the host, so that a dead IPv6 route leaves time for IPv4.
        let per_address = Some(self.timeouts.step / 3);
        let server = (url.host.as_str(), url.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, per_address, &hello_name, wrapped, None);
        let mut connection = self.limited(Step::Connect, connecting).await?;
        if url.encryption == Encryption::StartTls {
            self.limited(Step::StartTls, connection.starttls(self.tls()?, &hello_name)).await?;
        }
        if let Some((user, password)) = &url.login {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            self.limited(Step::SignIn, connection.auth(DEFAULT_MECHANISMS, &credentials)).await?;
        }
        Ok(connection)
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: Address,
        to: Address,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        self.limited(Step::MailFrom, connection.command(Mail::new(Some(from), Vec::new()))).await?;
        self.limited(Step::RcptTo, connection.command(Rcpt::new(to, Vec::new()))).await?;
        self.limited(Step::Data, connection.command(Data)).await?;
        self.limited(Step::Message, connection.message(bytes)).await?;
        Ok(())
    }

    async fn take_leave(&self, mut connection: AsyncSmtpConnection) {
        // The mail is taken or refused by now; a server that is rude at the door changes nothing.
        drop(tokio::time::timeout(self.timeouts.goodbye, connection.quit()).await);
    }

    async fn limited<T>(
        &self,
        step: Step,
        work: impl Future<Output = Result<T, SmtpError>> + Send,
    ) -> Result<T, SendError> {
        let limit = if step == Step::Message { self.timeouts.message } else { self.timeouts.step };
        match tokio::time::timeout(limit, work).await {
            Ok(outcome) => outcome.map_err(|error| judge(step, &error)),
            Err(_) => {
                let text = format!("{}: no answer within {} s", step.as_str(), limit.as_secs_f32());
                Err(SendError::new(step.meaning_of_silence(), text))
            }
        }
    }

    fn tls(&self) -> Result<TlsParameters, SendError> {
        TlsParameters::new(self.url.host.clone()).map_err(|error| judge(Step::StartTls, &error))
    }
}

impl Step {
    fn as_str(self) -> &'static str {
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
            Self::Connect | Self::StartTls | Self::SignIn | Self::Noop => SendErrorKind::Temporary,
            Self::MailFrom | Self::RcptTo | Self::Data | Self::Message => SendErrorKind::Permanent,
        }
    }

    /// What no answer, or half of one, means for the mail.
    fn meaning_of_silence(self) -> SendErrorKind {
        match self {
            Self::Message => SendErrorKind::Unknown,
            Self::Connect | Self::StartTls | Self::SignIn | Self::Noop | Self::MailFrom | Self::RcptTo | Self::Data => {
                SendErrorKind::Temporary
            }
        }
    }
}

fn judge(step: Step, error: &SmtpError) -> SendError {
    let kind = if error.is_permanent() {
        step.meaning_of_refusal()
    } else if error.is_transient() {
        SendErrorKind::Temporary
    } else {
        step.meaning_of_silence()
    };
    SendError::new(kind, format!("{}: {}", step.as_str(), describe(error)))
}

/// What went wrong, without a word of the server: servers like to repeat the address.
fn describe(error: &SmtpError) -> String {
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    if let Some(code) = error.status() {
        let enhanced = source.split_whitespace().next().filter(|word| is_enhanced_code(word));
        return match enhanced {
            Some(enhanced) => format!("refused with {code} {enhanced}"),
            None => format!("refused with {code}"),
        };
    }
    if error.is_response() {
        return "the connection ended, or the answer was not SMTP".to_owned();
    }
    if source.is_empty() { "no connection".to_owned() } else { source }
}

/// Whether a word is an enhanced status code (RFC 3463), such as `5.1.1`.
fn is_enhanced_code(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let is_number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|sign| sign.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

fn parse_address(text: &str) -> Result<Address, SendError> {
    text.parse().map_err(|_| SendError::new(SendErrorKind::Permanent, "envelope: not a usable address"))
}
