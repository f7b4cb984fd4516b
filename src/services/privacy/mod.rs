//! What is kept of a person: handed over ([`export`]) or erased ([`erase`]), by their address. Both look with the same eyes
//! (`finding`), so that what is counted before is what goes.
//!
//! All of a connection goes by itself a term after it ended ([`ended`]), of which Kurve
//! reads before ([`leaving`]).
//!
//! Where it all lies is in `store::privacy`; how a person is known again in a text, in `domain::privacy`.

pub mod ended;
pub mod erase;
pub mod export;
mod finding;
pub mod leaving;
mod sealed;
