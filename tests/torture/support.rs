//! Words to whoever runs the tests, numbers from them, and a PostgreSQL of their own.

use std::io::Write;

#[expect(dead_code, reason = "other tests look at more of it")]
#[path = "../it/support/hook.rs"]
pub(crate) mod hook;
#[path = "../it/support/postgres.rs"]
pub(crate) mod postgres;
#[path = "../it/support/switch.rs"]
pub(crate) mod switch;
#[expect(dead_code, reason = "other tests look at more of it")]
#[path = "../it/support/tls.rs"]
pub(crate) mod tls;

/// Says something that belongs to the result of a passing test, such as its seed.
pub(crate) fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("somebody reads the errors");
}

/// A number in the environment, such as a seed to repeat.
pub(crate) fn number(name: &str) -> Option<u64> {
    switch::switch(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}
