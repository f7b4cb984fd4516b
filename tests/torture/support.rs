//! Words to whoever runs the tests, and switches from them.

use std::io::Write;

/// Says loudly that something is not tested on this machine; fails where nothing may be skipped.
pub(crate) fn skip(why: &str) {
    assert!(switch("KOPPELKLAAR_TEST_ALL").is_none(), "SKIPPED: {why}");
    // Not println: the test harness keeps what a passing test prints to itself.
    writeln!(std::io::stderr(), "SKIPPED: {why}").expect("somebody reads the errors");
}

/// Says something that belongs to the result of a passing test, such as its seed.
pub(crate) fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("somebody reads the errors");
}

/// A number in the environment, such as a seed to repeat.
pub(crate) fn number(name: &str) -> Option<u64> {
    switch(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// What stands in the environment.
pub(crate) fn switch(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a switch of the test, not a setting of the product")]
    std::env::var(name).ok()
}
