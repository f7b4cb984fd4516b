//! What the doctor asks of a mail server: does it take mails from us as we are set, and does it offer TLS where we use none.
//!
//! It goes as far as the receiver and takes it back: no message is sent.

use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Mail, Noop, Rcpt, Rset};
use lettre::transport::smtp::extension::Extension;

use super::{Encryption, Envelope, SmtpTransport, Step, parse_address};
use crate::mail::send_error::SendError;

/// What a mail server wants and offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// It wants a log-in, and none is set.
    pub wants_login: bool,
    /// The connection is not encrypted, and whether the server offers that.
    pub offers_tls: Option<bool>,
}

impl SmtpTransport {
    /// Signs in as for a mail, and looks what the server wants and offers.
    pub(in crate::mail) async fn look(&self, from: &str, to: &str) -> Result<Seen, SendError> {
        let envelope = Envelope { from: parse_address(from)?, to: parse_address(to)? };
        let mut connection = self.connect().await.map_err(|failure| failure.error)?;
        let is_clear = self.url.encryption == Encryption::None;
        let offers_tls = is_clear.then(|| connection.server_info().supports_feature(Extension::StartTls));
        let answers = self.limited(Step::Noop, connection.command(Noop)).await;
        let wants_login =
            answers.is_ok() && self.url.login.is_none() && self.is_refused(&mut connection, &envelope).await;
        self.take_leave(connection).await;
        answers.map(|_| Seen { wants_login, offers_tls }).map_err(|failure| failure.error)
    }

    /// Whether a mail would be refused for want of a log-in: it is asked for one, or there is one and nothing goes without.
    async fn is_refused(&self, connection: &mut AsyncSmtpConnection, Envelope { from, to }: &Envelope) -> bool {
        let has_login = connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_some();
        let sender = Mail::new(Some(from.clone()), Vec::new());
        let mut step = self.limited(Step::MailFrom, connection.command(sender)).await;
        if step.is_ok() {
            step = self.limited(Step::RcptTo, connection.command(Rcpt::new(to.clone(), Vec::new()))).await;
        }
        // Whatever it answers to this, the mail was not begun.
        drop(self.limited(Step::Noop, connection.command(Rset)).await);
        step.is_err_and(|failure| failure.asks_to_sign_in || has_login && failure.code.is_some_and(|code| code >= 500))
    }
}
