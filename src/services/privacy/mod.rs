//! What is kept of a person: handed over ([`export`]) or erased ([`erase`]), by their address. Both look with the same eyes
//! (`finding`), so that what is counted before is what goes.
//!
//! Where it all lies is in `store::privacy`; how a person is known again in a text, in `domain::privacy`.

pub mod erase;
pub mod export;
mod finding;
mod sealed;
