//! Mails over one SMTP connection, with a time limit on every step.
//!
//! The mail library only limits the TCP connect: a server that greets late, or never answers after the final dot, would
//! hold it for ever. So the steps are taken one by one here, without its pool. The connection is kept for the next mail
//! for some seconds; if it turns out dead before the message, the mail goes over a fresh one. What a failure means:
//!
//! | step | 4xx | 5xx | no answer, lost connection |
//! | --- | --- | --- | --- |
//! | connect, STARTTLS, sign in, MAIL | temporary | temporary: it is about us, not about this mail | temporary |
//! | RCPT, DATA | temporary | permanent | temporary |
//! | the message and its final dot | temporary | permanent | unknown: it may have been delivered |
//!
//! A 5xx that asks for a log-in ([`asks_to_sign_in`]) is about us at every step, so temporary.

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::message::BuiltMail;
use super::send_error::{SendError, SendErrorKind};
use super::smtp_url::{Encryption, SmtpUrl};
use super::wire;

pub(super) mod look;

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

/// How long a connection is kept that nothing is sent over.
const KEEP: Duration = Duration::from_secs(10);

/// What a server answers that closes the connection.
const CLOSING: u16 = 421;

/// A mail server that we hand mails to, over one connection that is kept from mail to mail. Clones share it, so one mail
/// is under way at a time.
#[derive(Clone)]
pub struct SmtpTransport {
    url: SmtpUrl,
    timeouts: Timeouts,
    authority: Option<Certificate>,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// From whom and to whom a mail goes, as SMTP says it.
struct Envelope {
    from: Address,
    to: Address,
}

/// A connection that waits for the next mail.
struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
}

/// A step that did not succeed.
struct Failure {
    step: Step,
    /// What the server answered, if it did.
    code: Option<u16>,
    /// Whether it said that our log-in is missing or no longer good.
    asks_to_sign_in: bool,
    error: SendError,
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
        Self { url, timeouts: Timeouts::default(), authority: None, kept: Arc::default() }
    }

    /// The same with other time limits.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// The same, trusting an authority of one's own beside the public ones: the text of a PEM file.
    ///
    /// # Errors
    /// When the text holds no certificate that can be read.
    pub fn with_authority(self, pem: &str) -> Result<Self, AuthorityError> {
        let authority = Certificate::from_pem(pem.as_bytes()).map_err(|_| AuthorityError)?;
        let trusting = Self { authority: Some(authority), ..self };
        // The library says only here what it cannot read, and takes a text without any certificate.
        let is_usable = pem.contains("-----BEGIN CERTIFICATE-----") && trusting.tls().is_ok();
        if is_usable { Ok(trusting) } else { Err(AuthorityError) }
    }

    pub(super) async fn send(&self, mail: &BuiltMail) -> Result<(), SendError> {
        let envelope = Envelope { from: parse_address(&mail.from)?, to: parse_address(&mail.to)? };
        let message = std::str::from_utf8(&mail.bytes);
        let message = message.map_err(|_| SendError::new(SendErrorKind::Permanent, "message: not a text"))?;
        let wire = wire::encoded(message);
        let mut place = self.kept.lock().await;
        if let Some(kept) = place.take() {
            if kept.since.elapsed() < KEEP {
                match self.hand_over(kept.connection, &envelope, &wire, &mut place).await {
                    Err(failure) if failure.is_of_the_connection() => {}
                    outcome => return outcome.map_err(|failure| failure.error),
                }
            } else {
                self.take_leave(kept.connection).await;
            }
        }
        let connection = self.connect().await.map_err(|failure| failure.error)?;
        let outcome = self.hand_over(connection, &envelope, &wire, &mut place).await;
        outcome.map_err(|failure| failure.error)
    }

    pub(super) async fn check(&self) -> Result<(), SendError> {
        let mut connection = self.connect().await.map_err(|failure| failure.error)?;
        let outcome = self.limited(Step::Noop, connection.command(Noop)).await;
        self.take_leave(connection).await;
        outcome.map(drop).map_err(|failure| failure.error)
    }

    /// Takes leave of the mail server; `only_if_idle` keeps a connection that was used a moment ago.
    pub(super) async fn hang_up(&self, only_if_idle: bool) {
        let mut place = self.kept.lock().await;
        if let Some(kept) = place.take_if(|kept| !only_if_idle || kept.since.elapsed() >= KEEP) {
            self.take_leave(kept.connection).await;
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
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

    /// Hands over one mail, and keeps the connection if it is of use for another.
    async fn hand_over(
        &self,
        mut connection: AsyncSmtpConnection,
        envelope: &Envelope,
        wire: &str,
        place: &mut Option<Kept>,
    ) -> Result<(), Failure> {
        let outcome = self.steps(&mut connection, envelope, wire).await;
        let is_clean = match &outcome {
            Ok(()) => true,
            // The server is still there: it must forget half a mail before the next.
            Err(Failure { code: Some(code), .. }) if *code != CLOSING => {
                self.limited(Step::Noop, connection.command(Rset)).await.is_ok()
            }
            Err(_) => false,
        };
        if is_clean {
            *place = Some(Kept { connection, since: Instant::now() });
        } else if matches!(&outcome, Err(Failure { code: Some(_), .. })) {
            self.take_leave(connection).await;
        }
        outcome
    }

    async fn steps(
        &self,
        connection: &mut AsyncSmtpConnection,
        Envelope { from, to }: &Envelope,
        wire: &str,
    ) -> Result<(), Failure> {
        self.limited(Step::MailFrom, connection.command(Mail::new(Some(from.clone()), Vec::new()))).await?;
        self.limited(Step::RcptTo, connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
        self.limited(Step::Data, connection.command(Data)).await?;
        // In one piece: two small writes would wait for each other's acknowledgement.
        self.limited(Step::Message, connection.command(wire)).await.map(drop)
    }

    async fn take_leave(&self, mut connection: AsyncSmtpConnection) {
        // The mail is taken or refused by now; a server that is rude at the door changes nothing.
        drop(tokio::time::timeout(self.timeouts.goodbye, connection.quit()).await);
    }

    async fn limited<T>(
        &self,
        step: Step,
        work: impl Future<Output = Result<T, SmtpError>> + Send,
    ) -> Result<T, Failure> {
        let limit = if step == Step::Message { self.timeouts.message } else { self.timeouts.step };
        match tokio::time::timeout(limit, work).await {
            Ok(outcome) => outcome.map_err(|error| judge(step, &error)),
            Err(_) => {
                let text = format!("{}: no answer within {} s", step.as_str(), limit.as_secs_f32());
                let error = SendError::new(step.meaning_of_silence(), text);
                Err(Failure { step, code: None, asks_to_sign_in: false, error })
            }
        }
    }

    fn tls(&self) -> Result<TlsParameters, Failure> {
        let mut tls = TlsParameters::builder(self.url.host.clone());
        if let Some(authority) = &self.authority {
            tls = tls.add_root_certificate(authority.clone());
        }
        tls.build().map_err(|error| judge(Step::StartTls, &error))
    }
}

/// The file of a private authority holds no certificate that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("holds no certificate in PEM form")]
pub struct AuthorityError;

// The connection has no form to print.
impl fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpTransport")
            .field("url", &self.url)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

impl Failure {
    /// Whether it says something of a kept connection and nothing of the mail: then a fresh one is tried at once.
    fn is_of_the_connection(&self) -> bool {
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
            // All mails have the same sender: the next one would fare no better.
            Self::Connect | Self::StartTls | Self::SignIn | Self::Noop | Self::MailFrom => SendErrorKind::Temporary,
            Self::RcptTo | Self::Data | Self::Message => SendErrorKind::Permanent,
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

fn judge(step: Step, error: &SmtpError) -> Failure {
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

fn parse_address(text: &str) -> Result<Address, SendError> {
    text.parse().map_err(|_| SendError::new(SendErrorKind::Permanent, "envelope: not a usable address"))
}
