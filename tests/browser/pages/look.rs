//! A look at the page that is shown, from every side; or, for the gallery, its pictures.

use serde_json::Value;

use super::album::Album;
use super::light::{Colours, Window};
use super::{access, fit, sense};
use crate::support::Browser;

/// What was loaded for the page from anywhere else.
const ELSEWHERE: &str = r#"
const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
return loaded.map((one) => one.name).filter((name) => !name.startsWith(`${location.origin}/`)).join(" ");
"#;

pub(super) const UNFOLD: &str = "document.querySelectorAll('details').forEach((one) => { one.open = true; })";

/// Somebody who looks at pages and notes what is wrong.
pub(super) struct Look<'a> {
    pub(super) browser: &'a Browser,
    album: Option<&'static Album>,
    wrong: Vec<String>,
    /// The paths of all that was looked at.
    seen: Vec<String>,
}

impl<'a> Look<'a> {
    /// Looks with this browser; where somebody asked for the gallery, only takes pictures.
    pub(super) fn with(browser: &'a Browser) -> Self {
        Self { album: Album::asked_for(), ..Self::sharp(browser) }
    }

    /// Looks with this browser, gallery or not.
    pub(super) fn sharp(browser: &'a Browser) -> Self {
        access::prepare(browser);
        Self { browser, album: None, wrong: vec![], seen: vec![] }
    }

    /// Opens a page and looks at it.
    pub(super) fn at(&mut self, path: &str) {
        self.browser.open(path);
        self.here("");
    }

    /// Looks at the page that is shown. `state` tells it from others at the same address.
    pub(super) fn here(&mut self, state: &str) {
        let path = self.browser.path();
        self.seen.push(path.split(['?', '#']).next().unwrap_or_default().to_owned());
        let page = format!("{path} {state}");
        let page = page.trim();
        match self.album {
            Some(album) => album.take(self.browser, page),
            None => self.judge(page),
        }
        Window::DESK.set(self.browser);
        Colours::Light.set(self.browser);
    }

    fn judge(&mut self, page: &str) {
        self.note(page, sense::faults(self.browser));
        for window in Window::ALL {
            window.set(self.browser);
            self.note(&format!("{page} at {window}"), fit::faults(self.browser));
        }
        self.browser.run(UNFOLD, &[]);
        for window in Window::ALL {
            window.set(self.browser);
            self.note(&format!("{page} at {window}, unfolded"), fit::faults(self.browser));
            if window == Window::HALF {
                continue;
            }
            for colours in Colours::ALL {
                colours.set(self.browser);
                self.note(&format!("{page} at {window}, {colours}"), access::faults(self.browser, colours));
            }
        }
        let elsewhere = self.browser.run(ELSEWHERE, &[]);
        if elsewhere != "" {
            self.note(page, vec![format!("asks elsewhere: {}", text(&elsewhere))]);
        }
        self.is_quiet(page);
    }

    /// What is wrong so far, a line for each.
    pub(super) fn noted(&self) -> &[String] {
        &self.wrong
    }

    /// Fails with all that was noted, and with each of these routes that was not among it; or finishes the gallery. The
    /// router's own tests see to it that every page is named in one of these lists.
    pub(super) fn finish(self, routes: &[&str]) {
        let missed: Vec<_> = routes.iter().filter(|route| !self.seen.iter().any(|path| is_of(path, route))).collect();
        assert!(missed.is_empty(), "{missed:?} not among {:#?}", self.seen);
        assert!(self.wrong.is_empty(), "{} things are wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
        if let Some(album) = self.album {
            album.write_index();
        }
    }

    fn note(&mut self, page: &str, faults: Vec<String>) {
        self.wrong.extend(faults.into_iter().map(|fault| format!("{page}: {fault}")));
    }

    fn is_quiet(&mut self, page: &str) {
        // A page that says what went wrong has a status to match, which the browser writes down.
        let itself = format!("{}{} - Failed to load resource", self.browser.base, self.browser.path());
        let loud = self.browser.console().into_iter().filter(|(level, _)| level == "SEVERE" || level == "WARNING");
        let unexpected = loud.filter(|(_, text)| !text.starts_with(&itself));
        self.wrong.extend(unexpected.map(|(level, text)| format!("{page} on the console: {level} {text}")));
    }
}

/// Whether a path is one of a route such as `/school/{connection}/stap/{step}`.
fn is_of(path: &str, route: &str) -> bool {
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    path.len() == route.len() && path.iter().zip(&route).all(|(part, of)| part == of || of.starts_with('{'))
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The texts of a list.
pub(super) fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|one| text(one).to_owned()).collect()
}
