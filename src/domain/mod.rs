//! The rules of Koppelklaar: what a gate, a step, an onboarding, a credential and a notice are.
//!
//! Pure: no clock, generator, database or HTTP. Time and chance are arguments. Start at [`onboarding::decide()`]
//! for what may happen and at [`import_gate`] for what it all leads to.

pub mod access_link;
pub mod actor;
pub mod address_mark;
pub mod api_scope;
pub mod audit;
pub mod bounce;
pub mod bulk;
pub mod check;
pub mod colleague;
pub mod connection;
pub mod count;
pub mod credential;
pub mod doubt;
pub mod feed;
pub mod four_eyes;
pub mod gathering;
pub mod heartbeat;
pub mod help_links;
pub mod identity;
pub mod ids;
pub mod import_gate;
pub mod insight;
pub mod join;
pub mod key_fingerprint;
pub mod lockout;
pub mod mail_rules;
pub mod mention;
pub mod message;
pub mod new_schools;
pub mod notice;
pub mod onboarding;
pub mod option_b;
pub mod privacy;
pub mod reminder;
pub mod retention;
pub mod retry;
pub mod roles;
pub mod roster;
#[cfg(test)]
pub(crate) mod samples;
pub mod school;
pub mod search;
pub mod staff_session;
#[cfg(test)]
pub(crate) mod stored_tests;
pub mod stranger;
pub mod tally;
pub mod text;
pub mod unsent;
pub mod upkeep;
pub mod webhook;
pub mod work;
