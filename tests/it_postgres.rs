//! The same front-door tests on PostgreSQL: a throw-away cluster that the tests start themselves.
//!
//! Without PostgreSQL on the machine they say so and pass; with KOPPELKLAAR_TEST_ALL they fail instead.

#[path = "it/main.rs"]
mod it;
