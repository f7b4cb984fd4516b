//! Safe connections to somebody else's machine: which addresses may be reached ([`reach`]), one connection to such an address
//! ([`connection`]), and what is wrong with a certificate ([`verifier`]).
//!
//! Connection checks and webhooks both go this way, and nothing else of ours connects to where others say.

mod address;
pub mod connection;
#[cfg(test)]
mod nasty;
mod reach;
pub mod verifier;

#[cfg(test)]
pub(crate) use self::nasty::NASTY;
pub use self::reach::{Lookup, NoAddress, Reach};
