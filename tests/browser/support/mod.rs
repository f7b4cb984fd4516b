//! What tests work with: a stage with a demo on it, browsers, and the demo's mailbox.

mod browser;
mod later;
mod mailbox;
mod programs;
mod signing_in;
mod stage;
mod webdriver;

pub(crate) use browser::Browser;
pub(crate) use later::Later;
pub(crate) use mailbox::Mailbox;
pub(crate) use signing_in::STAFF_PASSWORD;
pub(crate) use stage::Stage;

/// Keys that write no sign, as the protocol numbers them.
pub(crate) mod keys {
    pub(crate) const TAB: &str = "\u{e004}";
    pub(crate) const ENTER: &str = "\u{e007}";
    pub(crate) const CONTROL: char = '\u{e009}';
    /// Typed in a field: Control and V.
    pub(crate) const PASTE: &str = "\u{e009}v";
}

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// Runs a test on a stage of its own, where a browser is installed.
pub(crate) fn run(test: impl FnOnce(&Stage)) {
    run_with(&[], test);
}

/// The same with other settings of the demo than its own.
pub(crate) fn run_with(settings: &[(&str, &str)], test: impl FnOnce(&Stage)) {
    if let Some(programs) = programs::find() {
        test(&Stage::set(programs, settings));
    }
}
