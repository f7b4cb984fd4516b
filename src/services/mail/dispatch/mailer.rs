//! How mails leave.

use crate::mail::message::Sender;
use crate::mail::transport::Transport;

/// The mailer: how mails leave and in whose name.
#[derive(Debug, Clone)]
pub struct Mailer {
    /// What carries them.
    pub transport: Transport,
    /// Who they come from.
    pub sender: Sender,
}
