//! People: contacts and their addresses, requests of new schools, sign-in, and the accounts of Kurve.

pub mod addresses;
pub mod beginnings;
pub mod by_school;
pub mod colleagues;
mod confirmations;
pub mod contact_address;
pub mod contacts;
pub mod door_log;
pub mod hashing;
pub mod kept_forms;
pub mod link_requests;
pub mod own_account;
pub mod portal_access;
pub mod readers;
pub mod registrations;
pub mod staff_accounts;
pub mod staff_auth;
pub mod staff_identity;
mod staff_sessions;
pub mod staff_trips;
pub mod strangers;
pub mod unconfirmed;
mod wrong_tries;
