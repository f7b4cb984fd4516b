//! Koppelklaar takes a Dutch school from "we want Numo" to the moment it may press MAGISTER IMPORT.
//!
//! ```text
//!         main → cli → app              wiring; knows everything
//!    web      jobs      cli             entrances
//!       └──────┼─────────┘
//!           services                    use cases
//!  store · mail · magister · crypto     adapters
//!  entity      domain                   rows · rules
//! ```
//!
//! Imports point down. [`clock`], [`chance`], [`links`], [`metrics`] and [`words`] are open to every room but [`domain`].

pub mod app;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod crypto;
pub mod domain;
pub mod jobs;
pub mod links;
pub mod magister;
pub mod mail;
pub mod metrics;
pub mod services;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod words;
