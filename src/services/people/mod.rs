//! People: contacts and their addresses, requests of new schools, sign-in, and the accounts of Kurve.

pub mod addresses;
pub mod contacts;
pub mod hashing;
pub mod portal_access;
pub mod registrations;
pub mod staff_accounts;
pub mod staff_auth;
