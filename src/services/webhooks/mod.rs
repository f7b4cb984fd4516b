//! Telling machines of the feed by ourselves: endpoints ([`endpoints`]), and what is sent to them ([`delivering`]).
//!
//! Deliveries are made from the feed and not with it: a change costs the same with however many endpoints, and an endpoint
//! that was away for a week goes on where it was.

pub mod delivering;
pub mod endpoints;
mod message;
