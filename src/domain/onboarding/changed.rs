//! What a change of an onboarding came to, for whoever has to follow it: audit, mails, checks, reminders and figures.

use super::change::Event;
use super::state::Onboarding;

/// What an onboarding was, what happened to it, and what it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What it was.
    pub before: Onboarding,
    /// What happened, oldest first; empty when the change asked for what was so already.
    pub events: Vec<Event>,
    /// What it is now.
    pub after: Onboarding,
    /// The version that it has now.
    pub version: i32,
}
