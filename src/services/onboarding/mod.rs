//! What is done to an onboarding and what it is made of: connections, schools, requests to join, steps, credentials,
//! and who is told.

pub mod access;
pub mod arrangements;
pub mod changed_schools;
pub mod credentials;
pub mod details;
pub mod import_gate;
pub mod joins;
mod kept_hands;
pub mod moves;
pub mod notes;
pub mod onboardings;
pub mod option_b;
pub mod presses;
pub mod room;
pub mod schools;
pub mod take_over;
pub mod takings;
pub(in crate::services) mod tell;
pub mod timeline;
pub mod undo;
mod unheard;
pub mod worklist;
