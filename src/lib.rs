//! Koppelklaar takes a Dutch school from "we want Numo" to the moment it may press MAGISTER IMPORT.
//!
//! ```text
//!         main → cli → app              wiring; knows everything
//!    web      jobs      cli             entrances
//!       └──────┼─────────┘
//!           services                    use cases
//!  store · mail · crypto                adapters
//!  entity      domain                   rows · rules
//! ```
//!

pub mod chance;
pub mod crypto;
pub mod domain;
pub mod links;
pub mod mail;
pub mod store;
pub mod services;
pub mod words;
