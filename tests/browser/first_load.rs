//! What a browser that was never here fetches for the page that a school comes for.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::run;

/// Requests at most, and bytes over the line with their heads.
const MOST_REQUESTS: usize = 6;
const MOST_BYTES: u64 = 150_000;

/// Bytes of style sheets and fonts, compressed.
const MOST_LOOKS: u64 = 120_000;

/// Something that was fetched.
#[derive(Debug)]
struct Fetched {
    id: String,
    /// The kind of file and its address.
    what: (String, String),
    bytes: u64,
}

impl Fetched {
    fn is_of_looks(&self) -> bool {
        ["Stylesheet", "Font"].contains(&self.what.0.as_str())
    }
}

#[test]
fn the_first_load_of_a_school_is_small() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in("contact@dewilgen.example");
        let overview = browser.at_school("");
        browser.command("Network.clearBrowserCache", &json!({}));
        browser.network();

        browser.open(&overview);
        let mut fetched = vec![];
        let is_whole = browser.until(|| {
            add(&mut fetched, browser.network());
            let has_icon = fetched.iter().any(|one: &Fetched| one.what.1.ends_with("/icon.svg"));
            (has_icon && fetched.iter().all(|one| one.bytes > 0)).then_some(())
        });

        assert!(is_whole.is_some(), "all of it comes over the line, the icon last: {fetched:#?}");
        let looks = fetched.iter().filter(|one| one.is_of_looks());
        assert!(looks.clone().count() >= 2, "the page has a style sheet and a font: {fetched:#?}");
        assert!(fetched.len() <= MOST_REQUESTS, "{fetched:#?}");
        assert!(fetched.iter().map(|one| one.bytes).sum::<u64>() < MOST_BYTES, "{fetched:#?}");
        assert!(looks.map(|one| one.bytes).sum::<u64>() < MOST_LOOKS, "{fetched:#?}");
    });
}

/// Style sheets that only some pages load beside those of all, each set on one page at most.
const SETS: [&[&str]; 2] = [&["staff.css", "roster.css"], &["portal.css", "optie-b.css"]];

#[test]
fn styles_and_fonts_of_any_page_are_small_even_before_they_are_compressed() {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/assets");
    let files = [assets.to_owned(), format!("{assets}/fonts")].into_iter().flat_map(|folder| {
        let entries = std::fs::read_dir(folder).expect("the folder is there");
        entries.map(|entry| entry.expect("an entry").path())
    });
    let looks = files.filter(|path| path.extension().is_some_and(|ending| ending == "css" || ending == "woff2"));
    let sizes: BTreeMap<String, u64> = looks
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, path.metadata().expect("a file").len())
        })
        .collect();

    let of_set = |set: &[&str]| set.iter().map(|name| sizes[*name]).sum::<u64>();
    let of_every_page = sizes.values().sum::<u64>() - SETS.iter().map(|set| of_set(set)).sum::<u64>();

    assert!(sizes.len() >= 6, "style sheets of some pages, of all, and two fonts: {sizes:?}");
    for set in SETS {
        assert!(of_every_page + of_set(set) < MOST_LOOKS, "{set:?}: {sizes:?}");
    }
}

/// Notes what came over the line.
fn add(fetched: &mut Vec<Fetched>, events: Vec<(String, Value)>) {
    for (method, about) in events {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&about["requestId"]);
        match method.as_str() {
            "Network.requestWillBeSent" => {
                let what = (text(&about["type"]), text(&about["request"]["url"]));
                fetched.push(Fetched { id, what, bytes: 0 });
            }
            "Network.loadingFinished" => {
                let one = fetched.iter_mut().find(|one| one.id == id).expect("what ends has begun");
                one.bytes = about["encodedDataLength"].as_f64().map_or(0, |bytes| bytes as u64);
            }
            _ => {}
        }
    }
}
