//! Letters twice as large, for readers who set that in their browser and leave the window as it is.

use std::collections::HashSet;

use super::fit;
use super::light::Window;
use super::look::texts;
use crate::support::{Browser, run};

/// Where the links of a page lead, on this site.
const LINKS: &str = r#"
return [...document.links].filter((link) => link.origin === location.origin).map((link) => link.pathname);
"#;

#[test]
fn every_page_that_a_link_leads_to_fits_with_letters_twice_as_large() {
    run(|stage| {
        let browser = stage.browser_with_large_letters();
        Window::DESK.set(&browser);
        let mut walk = Walk { browser: &browser, shapes: HashSet::new(), wrong: vec![] };

        walk.from("/");
        assert_eq!(browser.run("return getComputedStyle(document.documentElement).fontSize", &[]), "32px");
        walk.from("/demo/post");
        browser.sign_in("contact@dewilgen.example");
        walk.from("/school");
        browser.sign_in_as_staff("eva@kurve.example");
        walk.from("/beheer");

        assert!(walk.shapes.len() > 20, "{:?}", walk.shapes);
        assert_eq!(walk.wrong, Vec::<String>::new());
    });
}

/// Somebody who follows every link, and looks at one page of each kind.
struct Walk<'a> {
    browser: &'a Browser,
    /// What was looked at.
    shapes: HashSet<String>,
    wrong: Vec<String>,
}

impl Walk<'_> {
    fn from(&mut self, path: &str) {
        let mut tried = HashSet::new();
        let mut ahead = vec![path.to_owned()];
        while let Some(path) = ahead.pop() {
            if self.shapes.contains(&shape(&path)) || !tried.insert(shape(&path)) {
                continue;
            }
            self.browser.open(&path);
            // Somebody who may not see it is led elsewhere, and it is still to be seen.
            if !self.shapes.insert(shape(&self.browser.path())) {
                continue;
            }
            let faults = fit::faults(self.browser);
            self.wrong.extend(faults.into_iter().map(|fault| format!("{path}: {fault}")));
            ahead.extend(texts(&self.browser.run(LINKS, &[])));
        }
    }
}

/// A path without what tells one of a kind from another.
fn shape(path: &str) -> String {
    let is_name = |part: &str| part.bytes().any(|sign| sign.is_ascii_digit());
    let parts: Vec<&str> = path.split('/').map(|part| if is_name(part) { "*" } else { part }).collect();
    parts.join("/")
}
