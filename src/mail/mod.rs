//! Mail: turning a text into a message, and handing the message to whoever carries it.
//!
//! - [`message`]: [`message::OutgoingMail`] in, [`message::BuiltMail`] out. The same mail gives the same bytes every
//!   time, so a second attempt is a duplicate that a mail server can recognise.
//! - [`report`]: the way back: what a mail server says when a mail did not arrive; and [`reply`]: what people answer. Both come to a
//!   [`TokenAddress`] of ours.
//! - [`transport`]: SMTP, a folder of files, or memory; and what a failure means for a next attempt.
//!
//! The only place that knows the mail library. Not here: which mails there are, what they say, and when they are sent
//! again; that is in `services::mail`.

mod folder;
mod memory;
pub mod message;
pub mod read;
pub mod reply;
pub mod report;
mod send_error;
mod smtp;
mod smtp_failure;
mod smtp_url;
mod token_address;
pub mod transport;
mod wire;
mod wrap;

pub use memory::Mailbox;
pub use smtp::{AuthorityError, SmtpTransport, Timeouts};
pub use smtp_url::{SmtpUrl, SmtpUrlError};
pub use token_address::{TokenAddress, TokenAddressError};
pub use wrap::wrap_text;
