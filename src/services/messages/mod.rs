//! Messages between Kurve and the contacts of a connection: [`sending`] them, [`receiving`] what a school writes on its page
//! and [`incoming`] what it answers by mail, the [`thread`] of both, and Kurve's [`templates`]. The mail that carries one is
//! `services::mail::mails::message`.

mod files;
pub mod incoming;
pub mod receiving;
pub mod sending;
pub mod templates;
pub mod thread;
