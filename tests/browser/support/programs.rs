//! The browser and its driver, where they are installed.

use std::io::Write;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Debian's names first, then those of others.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where the programs are.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) driver: PathBuf,
    pub(crate) browser: PathBuf,
}

static PROGRAMS: OnceLock<Option<Programs>> = OnceLock::new();

/// The programs, or `None` after a word to whoever runs the tests.
pub(crate) fn find() -> Option<&'static Programs> {
    PROGRAMS.get_or_init(look).as_ref()
}

fn look() -> Option<Programs> {
    let browser = BROWSERS.iter().find_map(|name| in_path(name));
    let found = in_path("chromedriver").zip(browser).map(|(driver, browser)| Programs { driver, browser });
    if found.is_none() {
        let text = "SKIPPED: no browser on this machine (no chromedriver, or no chromium, in PATH)";
        #[expect(clippy::disallowed_methods, reason = "a switch for the machine that must not skip")]
        let must_run = std::env::var("KOPPELKLAAR_TEST_ALL").is_ok();
        assert!(!must_run, "{text}");
        // Not println: the test harness keeps what a passing test prints to itself.
        writeln!(std::io::stderr(), "{text}").expect("somebody reads the errors");
    }
    found
}

fn in_path(name: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "programs are found by PATH")]
    let path = std::env::var("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}
