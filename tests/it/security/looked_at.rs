//! Every page is looked at in a browser: the lists at the end of the tests in `tests/browser/pages` name each route.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::path_of;
use super::table::{DEMO, TABLE};

/// Routes that are answered with no page, and why nobody needs to look.
const NO_PAGES: [(&str, &str); 23] = [
    ("ASSETS", "files of the pages"),
    ("SCHOOL_CHECK_LIVE", "news for a page that is open"),
    ("STAFF_CHECK_LIVE", "news for a page that is open"),
    ("STAFF_CHECK_RUN_LIVE", "news for a page that is open"),
    ("STAFF_BULK_LIVE", "news for a page that is open"),
    ("STAFF_SCHOOLS_CSV", "a file to save"),
    ("STAFF_SCHOOLS_XLSX", "a file to save"),
    ("STAFF_ROSTER_SAMPLE", "a file to save"),
    ("STAFF_ROSTER_FAULTS", "a file to save"),
    ("STAFF_ATTACHMENT", "a file to save"),
    ("STAFF_MAIL_HTML", "a mail within a frame; pages/mails.rs looks at every mail"),
    ("DEMO_MAIL_HTML", "a mail within a frame; pages/mails.rs looks at every mail"),
    ("API_IMPORT_GATE", "an answer to a machine"),
    ("API_STATEMENT", "an answer to a machine"),
    ("API_KEY_SET", "an answer to a machine"),
    ("API_SCHOOLS", "an answer to a machine"),
    ("API_SCHOOL", "an answer to a machine"),
    ("API_CONNECTION", "an answer to a machine"),
    ("API_EVENTS", "an answer to a machine"),
    ("API_DESCRIPTION", "an answer to a machine"),
    ("HEALTH_LIVE", "an answer to a machine"),
    ("HEALTH_READY", "an answer to a machine"),
    ("METRICS", "an answer to a machine"),
];

#[test]
fn every_page_is_looked_at_in_a_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = fs::read_to_string(root.join("src/links.rs")).expect("the paths are there");
    let names: BTreeMap<&str, &str> = links.lines().filter_map(path_of).map(|(name, path)| (path, name)).collect();
    let shown = TABLE.iter().filter(|(method, ..)| *method == "GET").map(|(_, path, _)| *path).chain(DEMO);
    let shown: Vec<&str> = shown.map(|path| names[path]).collect();
    let looked_at = looked_at(&root.join("tests/browser/pages"));

    let missed: Vec<_> = shown
        .iter()
        .filter(|name| !looked_at.iter().any(|one| one == *name) && !NO_PAGES.iter().any(|(one, _)| one == *name))
        .collect();
    let both: Vec<_> = NO_PAGES.iter().filter(|(name, _)| looked_at.iter().any(|one| one == name)).collect();

    assert!(shown.len() > 40 && looked_at.len() > 30, "{shown:?} {looked_at:?}");
    assert!(missed.is_empty(), "in no list at a `finish` of tests/browser/pages: {missed:?}");
    assert!(both.is_empty(), "a page after all: {both:?}");
}

/// The names of the routes that a look must have met by its end.
fn looked_at(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("the tests of the browser are there");
    let texts = files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("a source is a text"));
    let name = |rest: &str| rest.chars().take_while(|sign| sign.is_ascii_uppercase() || *sign == '_').collect();
    texts
        .flat_map(|text| {
            let lists = text.split("finish(&[").skip(1).filter_map(|rest| rest.split_once("])"));
            lists
                .flat_map(|(list, _)| list.split("links::").skip(1).map(name).collect::<Vec<String>>())
                .collect::<Vec<_>>()
        })
        .collect()
}
