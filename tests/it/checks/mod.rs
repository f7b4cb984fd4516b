//! Connection checks through the services, over real TCP and TLS on loopback, against the simulator.

mod activation;
mod asking;
mod by_itself;
mod causes;
mod connections;
mod domain;
pub(crate) mod five_hundred;
mod followed;
mod learned;
mod many_at_once;
mod meaning;
mod off;
mod outage;
mod pages;
mod property;
mod races;
mod reasons;
mod reveal;
mod secrets;
mod shrunk;
mod single;
mod spoiled;
mod support;
mod told;
mod truth;
mod truth_rows;
mod watched;
