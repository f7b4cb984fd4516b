//! Endpoints of webhooks, what is to be delivered to them, and how each try went.

pub mod attempts;
pub mod deliveries;
pub mod endpoints;
