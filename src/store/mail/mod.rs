//! Rows of mails: the outbox, the bytes that were sent, and what came back.

pub mod frozen_mails;
pub mod gathered;
pub mod mail_connections;
pub mod notify;
pub mod outbox;
pub mod outbox_view;
pub mod returned_mails;
