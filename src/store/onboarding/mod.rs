//! Rows of onboardings: connections, schools, requests to join, states, credentials, notes, and Kurve's lists.

pub mod arrangements;
pub mod attachments;
pub mod bulk;
pub mod connections;
pub mod credentials;
pub mod ended;
pub mod joins;
pub mod mentions;
pub mod message_templates;
pub mod messages;
pub mod notes;
pub mod onboardings;
pub mod option_b;
pub mod overview;
pub mod roster;
pub mod school_changes;
pub mod school_list;
pub mod schools;
mod search;
pub(in crate::store) mod summaries;
pub mod takings;
pub mod unreadable;
pub mod upkeep;
pub(in crate::store) mod work_items;
pub mod work_list;
