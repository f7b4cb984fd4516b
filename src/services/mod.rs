//! Use cases: load, ask the rule, save, tell. A folder per subject.
//!
//! [`Call`] brings who and when; [`Context`] brings what every use case works with; [`unit_of_work`] is the one
//! transaction that writes state, audit and outbox together.

pub mod bulk;
pub mod checks;
mod context;
mod error;
mod in_passing;
pub mod mail;
pub mod messages;
pub mod onboarding;
pub mod operations;
pub mod people;
pub mod privacy;
pub mod reminders;
pub mod roster;
mod sealed_password;
mod unit_of_work;
pub mod webhooks;

pub use context::{AnonymousCall, Call, Client, Context, SUPPORT_EMAIL};
pub use error::{ServiceError, chain};
