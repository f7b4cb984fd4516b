//! Rows of onboardings: schools, states, credentials, notes, and the lists that Kurve reads.

pub mod arrangements;
pub mod connections;
pub mod credentials;
pub mod joins;
pub mod notes;
pub mod onboardings;
pub mod overview;
pub mod schools;
pub mod unreadable;
