//! What runs here, before it runs: the entrances work on it, and [`crate::startup`] opens it.

use crate::clock::Clock;
use crate::magister::Magister;
use crate::metrics::Metrics;
use crate::services::Context;
use crate::services::mail::dispatch::Mailer;
use crate::webhook::Courier;

/// Everything that runs, before it runs.
#[derive(Debug, Clone)]
pub struct App {
    /// What use cases work with.
    pub context: Context,
    /// How mails leave.
    pub mailer: Mailer,
    /// How schools' Magisters are called.
    pub magister: Magister,
    /// How machines are told.
    pub courier: Courier,
    /// The time.
    pub clock: Clock,
    /// What this instance counts of itself.
    pub metrics: Metrics,
}
