//! Mails: what each says, how they are sent, and what comes back.

mod address_letters;
pub mod bounces;
mod connection_letters;
pub mod dispatch;
mod frozen;
pub(in crate::services) mod letters;
pub mod post_office;
mod previews;
mod reminder_letters;
mod token_letters;
