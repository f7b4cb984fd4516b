//! Koppelklaar takes a Dutch school from "we want Numo" to the moment it may press MAGISTER IMPORT.
//!
//! ```text
//!  main → cli → startup → settings               wiring
//!          web        jobs                        entrances
//!           └─── app ───┘                         what they work on
//!             services          demo              use cases
//!  store · mail · magister · oidc · crypto · simulator   adapters
//!  entity      domain                             rows · rules
//! ```
//!
//! Imports point down. [`clock`], [`chance`], [`links`], [`metrics`] and [`words`] are open to every room but [`domain`].
//! Only [`demo`] and the command `magister-simulator` know the [`simulator`]. `tests/it/architecture.rs` holds all this.

pub mod app;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod crypto;
pub mod demo;
pub mod domain;
pub mod jobs;
pub mod links;
pub mod magister;
pub mod mail;
pub mod metrics;
pub mod net;
pub mod oidc;
pub mod services;
pub mod settings;
pub mod shutdown;
pub mod simulator;
pub mod startup;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod webhook;
pub mod words;
