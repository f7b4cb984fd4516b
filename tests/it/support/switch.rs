//! What the environment tells the tests, and what they tell whoever runs them.

use std::io::Write;

/// What stands in the environment.
pub(crate) fn switch(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not a setting of the product")]
    std::env::var(name).ok()
}

/// Says loudly that something is not tested on this machine; fails where nothing may be skipped.
pub(crate) fn skip(why: &str) {
    assert!(switch("KOPPELKLAAR_TEST_ALL").is_none(), "SKIPPED: {why}");
    // Not println: the test harness keeps what a passing test prints to itself.
    writeln!(std::io::stderr(), "SKIPPED: {why}").expect("somebody reads the errors");
}
