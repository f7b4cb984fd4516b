//! Mails over one SMTP connection, with a time limit on every step.
//!
//! The mail library only limits the TCP connect: a server that greets late, or never answers after the final dot, would
//! hold it for ever. So the steps are taken one by one here, without its pool. The connection is kept for the next mail
//! for some seconds; if it turns out dead before the message, the mail goes over a fresh one. Whoever hands over goes up to
//! the message first ([`SmtpOffer`]), notes that it begins, and then sends it. What a failure means:
//!
//! | step | 4xx | 5xx | no answer, lost connection |
//! | --- | --- | --- | --- |
//! | connect, STARTTLS, sign in, MAIL | temporary | temporary: it is about us, not about this mail | temporary |
//! | RCPT, DATA | temporary | permanent | temporary |
//! | the message and its final dot | temporary | permanent | unknown: it may have been delivered |
//!
//! A 5xx that asks for a log-in is about us at every step, so temporary.

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
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use super::message::BuiltMail;
use super::send_error::{SendError, SendErrorKind};
use super::smtp_failure::{CLOSING, Failure, Step, judge};
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
#[derive(Debug, Clone, PartialEq, Eq)]
struct Envelope {
    from: Address,
    to: Address,
}

/// A connection that waits for the next mail.
struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
}

/// A mail server that waits for the first byte of a message. Dropped, it hangs up: a message that never began is no mail.
pub(super) struct SmtpOffer {
    connection: AsyncSmtpConnection,
    envelope: Envelope,
    /// Where the connection is kept afterwards; held, for one mail is under way at a time.
    place: OwnedMutexGuard<Option<Kept>>,
}

impl SmtpTransport {
    /// A transport to this mail server.
    pub fn new(url: SmtpUrl) -> Self {
        Self { url, timeouts: Timeouts::default(), authority: None, kept: Arc::default() }
    }

    /// Where mails are handed over; nothing of how to sign in there.
    pub fn host(&self) -> &str {
        self.url.host()
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

    /// Goes up to the message: whatever happens until then, the mail server has nothing of it.
    pub(super) async fn offer(&self, mail: &BuiltMail) -> Result<SmtpOffer, SendError> {
        let envelope = Envelope::of(mail)?;
        let mut place = Arc::clone(&self.kept).lock_owned().await;
        if let Some(kept) = place.take() {
            if kept.since.elapsed() < KEEP {
                match self.steps(kept.connection, &envelope, &mut place).await {
                    Ok(connection) => return Ok(SmtpOffer { connection, envelope, place }),
                    Err(failure) if failure.is_of_the_connection() => {}
                    Err(failure) => return Err(failure.error),
                }
            } else {
                self.take_leave(kept.connection).await;
            }
        }
        let connection = self.connect().await.map_err(|failure| failure.error)?;
        match self.steps(connection, &envelope, &mut place).await {
            Ok(connection) => Ok(SmtpOffer { connection, envelope, place }),
            Err(failure) => Err(failure.error),
        }
    }

    /// Hands over the message, and keeps the connection if it is of use for another.
    pub(super) async fn deliver(&self, offer: SmtpOffer, mail: &BuiltMail) -> Result<(), SendError> {
        let SmtpOffer { mut connection, mut place, .. } = offer;
        let message = std::str::from_utf8(&mail.bytes);
        let message = message.map_err(|_| SendError::new(SendErrorKind::Permanent, "message: not a text"))?;
        let wire = wire::encoded(message);
        // In one piece: two small writes would wait for each other's acknowledgement.
        let outcome = self.limited(Step::Message, connection.command(wire.as_str())).await.map(drop);
        self.put_away(connection, outcome.as_ref().err(), &mut place).await;
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

    /// The steps up to the message; a connection on which one failed is kept if it is of use for another mail.
    async fn steps(
        &self,
        mut connection: AsyncSmtpConnection,
        envelope: &Envelope,
        place: &mut Option<Kept>,
    ) -> Result<AsyncSmtpConnection, Failure> {
        match self.try_steps(&mut connection, envelope).await {
            Ok(()) => Ok(connection),
            Err(failure) => {
                self.put_away(connection, Some(&failure), place).await;
                Err(failure)
            }
        }
    }

    async fn try_steps(
        &self,
        connection: &mut AsyncSmtpConnection,
        Envelope { from, to }: &Envelope,
    ) -> Result<(), Failure> {
        self.limited(Step::MailFrom, connection.command(Mail::new(Some(from.clone()), Vec::new()))).await?;
        self.limited(Step::RcptTo, connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
        self.limited(Step::Data, connection.command(Data)).await.map(drop)
    }

    /// Keeps a connection after a mail or what failed of it, or ends it.
    async fn put_away(&self, mut connection: AsyncSmtpConnection, failure: Option<&Failure>, place: &mut Option<Kept>) {
        let code = failure.map(|failure| failure.code);
        let is_clean = match code {
            None => true,
            // The server is still there: it must forget half a mail before the next.
            Some(Some(code)) if code != CLOSING => self.limited(Step::Noop, connection.command(Rset)).await.is_ok(),
            Some(_) => false,
        };
        if is_clean {
            *place = Some(Kept { connection, since: Instant::now() });
        } else if code.flatten().is_some() {
            self.take_leave(connection).await;
        }
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

impl Envelope {
    fn of(mail: &BuiltMail) -> Result<Self, SendError> {
        Ok(Self { from: parse_address(&mail.from)?, to: parse_address(&mail.to)? })
    }
}

impl SmtpOffer {
    /// Whether the server waits for this mail, by whom it is from and to.
    pub(super) fn is_for(&self, mail: &BuiltMail) -> bool {
        Envelope::of(mail).is_ok_and(|envelope| envelope == self.envelope)
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

fn parse_address(text: &str) -> Result<Address, SendError> {
    text.parse().map_err(|_| SendError::new(SendErrorKind::Permanent, "envelope: not a usable address"))
}
