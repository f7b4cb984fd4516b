//! The pages in a real browser.

#[path = "browser/main.rs"]
mod browser;
