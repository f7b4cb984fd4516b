//! Connection checks through the services, over real TCP and TLS on loopback, against the simulator.

mod asking;
mod meaning;
mod pages;
mod support;
