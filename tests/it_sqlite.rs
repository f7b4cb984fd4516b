//! The front-door tests on the embedded database.

#[path = "it/main.rs"]
mod it;
