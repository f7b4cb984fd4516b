//! Mails: what each says ([`mails`], one file per mail), how they are sent ([`dispatch`]), and what comes back
//! ([`bounces`]).

pub mod bounces;
pub mod dispatch;
mod draft;
mod frozen;
mod mailbox;
mod mails;
pub mod post_office;
pub mod reach;
mod tokens;

pub use mails::mail_name;
