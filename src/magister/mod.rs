//! The connection check: calls a school's Magister on port 8800 and sees how far it gets.
//!
//! [`Magister::check`] climbs the ladder of [`crate::domain::check`], with these parts below it: [`target`] (where),
//! `client` and `call` (the calls), `source`, `reply` and `table` (a tolerant reader that keeps no row), `verdict` (what the
//! words of a "no" mean), `excerpt` (what an answer that nobody knows says of itself), `redaction` (what Magister said, made
//! harmless), `throttle` (not too much at once). What may be reached, and the one safe connection, is [`crate::net`].
//! [`crate::simulator`] is a Magister of our own for tests and the demonstration.
//!
//! Nothing here knows a step, a database or a page. No password, token or row is in an error, a `Debug` or a trace: the
//! errors carry only an [`Oddity`](crate::domain::check::Oddity).

mod call;
mod client;
mod excerpt;
mod ladder;
mod limits;
mod redaction;
mod reply;
mod source;
mod table;
pub mod target;
#[cfg(test)]
mod tests;
mod throttle;
mod verdict;

pub use self::ladder::{Magister, NotChecked, Progress};
pub use self::limits::{Courtesy, Limits};
pub use self::target::{Port, Target};
