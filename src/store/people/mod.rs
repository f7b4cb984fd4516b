//! Rows of people: contacts, addresses, requests, sign-in links, sessions, and the accounts of Kurve.

pub mod access_links;
pub mod address_marks;
pub mod contacts;
pub mod identities;
pub mod invites;
pub mod kept_forms;
pub mod known_browsers;
pub mod registrations;
pub mod sessions;
pub mod sign_in_trips;
pub mod staff;
pub mod staff_browsers;
pub mod stranger_counts;
pub mod wrong_tries;
