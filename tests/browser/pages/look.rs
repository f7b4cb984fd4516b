//! A look at the page that is shown, from every side.

use serde_json::{Value, json};

use crate::support::Browser;

/// The vendored checker; see `tests/browser/axe/LICENSE`.
const AXE: &str = include_str!("../axe/axe.min.js");

/// What is measured, in CSS pixels: 320 is a telephone, or a screen at 400 %.
const WIDTHS: [u32; 2] = [320, 1280];

const NARROW: u32 = WIDTHS[0];

/// Everything of WCAG 2.2 up to AA that a machine can see, and what is good practice beside it.
const CHECK: &str = r#"
const done = arguments[arguments.length - 1];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, { runOnly: tags, resultTypes: ["violations"] }).then(
  (found) => done(found.violations.map((one) => `${one.id} (${one.help}): ` + one.nodes.slice(0, 3)
    .map((node) => `${node.target.join(" ")}: ${[...node.any, ...node.all, ...node.none].map((why) => why.message).join(" ")}`)
    .join(" | "))),
  (error) => done([`axe: ${error}`]));
"#;

/// Nothing, or how wide the page is and what sticks out.
const OVERFLOW: &str = r#"
const wide = document.scrollingElement.scrollWidth;
if (wide <= innerWidth) return "";
const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth);
return `${wide} px: ` + out.slice(-3).map((one) => one.outerHTML.slice(0, 80)).join(" | ");
"#;

/// What was loaded for the page from anywhere else.
const ELSEWHERE: &str = r#"
const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
return loaded.map((one) => one.name).filter((name) => !name.startsWith(`${location.origin}/`)).join(" ");
"#;

/// Somebody who looks at pages and notes what is wrong.
pub(super) struct Look<'a> {
    pub(super) browser: &'a Browser,
    wrong: Vec<String>,
}

impl<'a> Look<'a> {
    pub(super) fn with(browser: &'a Browser) -> Self {
        // With every page from now on; the policy of the pages does not bind the browser's own tools.
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": AXE }));
        Self { browser, wrong: vec![] }
    }

    /// Opens a page and looks at it.
    pub(super) fn at(&mut self, path: &str) {
        self.browser.open(path);
        self.here("");
    }

    /// Looks at the page that is shown. `state` tells it from others at the same address.
    pub(super) fn here(&mut self, state: &str) {
        let page = format!("{} {state}", self.browser.path());
        let page = page.trim();
        for width in WIDTHS {
            let window = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
            self.browser.command("Emulation.setDeviceMetricsOverride", &window);
            if width == NARROW {
                self.fits(page);
                self.browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })", &[]);
                self.fits(&format!("{page}, unfolded"));
            }
            for colours in ["light", "dark"] {
                self.is_accessible(&format!("{page} at {width}, {colours}"), colours);
            }
        }
        let elsewhere = self.browser.run(ELSEWHERE, &[]);
        if elsewhere != "" {
            self.wrong.push(format!("{page} asks elsewhere: {}", text(&elsewhere)));
        }
        self.is_quiet(page);
    }

    /// What is wrong so far, a line for each.
    pub(super) fn noted(&self) -> &[String] {
        &self.wrong
    }

    /// Fails with all that was noted.
    pub(super) fn finish(self) {
        assert!(self.wrong.is_empty(), "{} things are wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }

    fn fits(&mut self, page: &str) {
        let overflow = self.browser.run(OVERFLOW, &[]);
        if overflow != "" {
            self.wrong.push(format!("{page} scrolls sideways: {}", text(&overflow)));
        }
    }

    fn is_accessible(&mut self, page: &str, colours: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": colours },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.browser.command("Emulation.setEmulatedMedia", &json!({ "features": features }));
        let found = self.browser.run_async(CHECK);
        self.wrong.extend(found.as_array().into_iter().flatten().map(|one| format!("{page}: {}", text(one))));
    }

    fn is_quiet(&mut self, page: &str) {
        // A page that says what went wrong has a status to match, which the browser writes down.
        let itself = format!("{}{} - Failed to load resource", self.browser.base, self.browser.path());
        let loud = self.browser.console().into_iter().filter(|(level, _)| level == "SEVERE" || level == "WARNING");
        let unexpected = loud.filter(|(_, text)| !text.starts_with(&itself));
        self.wrong.extend(unexpected.map(|(level, text)| format!("{page} on the console: {level} {text}")));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
