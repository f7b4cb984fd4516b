//! The gallery: pictures of every page and state, and an index to look through them.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::light::{Colours, Window};
use super::look::text;
use crate::support::Browser;

/// A frame that comes into sight is drawn in the next picture of the screen, not in this one.
const TWO_FRAMES: &str = "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => done(1)));";

/// The variable that names the folder.
const ASKED_FOR: &str = "KOPPELKLAAR_GALLERY";

/// How a picture is taken: in which window and which colours.
pub(super) type Shot = (Window, Colours);

/// Each page is taken like this.
const OF_PAGES: [Shot; 7] = [
    (Window::NARROW, Colours::Light),
    (Window::NARROW, Colours::Dark),
    (Window::TELEPHONE, Colours::Light),
    (Window::TABLET, Colours::Light),
    (Window::DESK, Colours::Light),
    (Window::DESK, Colours::Dark),
    (Window::DESK, Colours::Forced),
];

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Koppelklaar: every page and state</title>
<style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 1.5rem; background: #eee; color: #222; }
h3 { margin: 2rem 0 .4rem; font-size: 1rem; }
h3 span { font-weight: normal; }
.row { display: flex; gap: .75rem; overflow-x: auto; }
.row a { flex: none; height: 30rem; overflow: hidden; border: 1px solid #999; background: #fff; }
.row img { display: block; width: 34rem; }
.row img.narrow { width: 15rem; }
</style>
<h1>Koppelklaar: every page and state</h1>
"#;

/// The pictures of one page, as names of files.
struct Entry {
    chapter: &'static str,
    page: String,
    title: String,
    pictures: Vec<String>,
}

/// A folder with pictures.
pub(super) struct Album {
    folder: PathBuf,
    entries: Mutex<Vec<Entry>>,
}

static ALBUM: OnceLock<Option<Album>> = OnceLock::new();

impl Album {
    /// The album, where somebody named a folder for it.
    pub(super) fn asked_for() -> Option<&'static Self> {
        ALBUM.get_or_init(Self::open).as_ref()
    }

    fn open() -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "a wish of whoever runs the tests")]
        let folder = std::env::var(ASKED_FOR).ok().filter(|folder| !folder.is_empty())?;
        let folder = PathBuf::from(folder);
        fs::create_dir_all(&folder).expect("the folder for the gallery can be made");
        Some(Self { folder, entries: Mutex::default() })
    }

    /// Takes the pictures of the page that is shown.
    pub(super) fn take(&self, browser: &Browser, page: &str) {
        let first = page.trim_start_matches('/').split(['/', ' ']).next().unwrap_or_default();
        let chapter = match first {
            "school" => "2. A school",
            "beheer" => "3. Kurve",
            "demo" => "4. The demo",
            _ => "1. Everybody",
        };
        self.take_for(chapter, page, browser, &OF_PAGES);
    }

    /// Takes these pictures of what is shown.
    pub(super) fn take_for(&self, chapter: &'static str, page: &str, browser: &Browser, shots: &[Shot]) {
        let page = without_names(page);
        let title = browser.run("return document.title", &[]);
        let number = self.with_entries(|entries| {
            entries.push(Entry { chapter, page, title: text(&title).to_owned(), pictures: vec![] });
            entries.len()
        });
        for (window, colours) in shots {
            window.upright().set(browser);
            colours.set(browser);
            let name = format!("{number:03}-{window}-{colours}.png");
            fs::write(self.folder.join(&name), picture(browser, *window)).expect("a picture can be written");
            self.with_entries(|entries| entries[number - 1].pictures.push(name));
        }
    }

    /// Writes the index of all that was taken so far.
    pub(super) fn write_index(&self) {
        self.with_entries(|entries| {
            let mut order: Vec<&Entry> = entries.iter().collect();
            order.sort_by_key(|entry| (entry.chapter, &entry.page));
            let mut html = HEAD.to_owned();
            let mut chapter = "";
            for entry in order {
                if entry.chapter != chapter {
                    chapter = entry.chapter;
                    html += &format!("<h2>{chapter}</h2>\n");
                }
                html += &row(entry);
            }
            fs::write(self.folder.join("index.html"), html).expect("the index can be written");
        });
    }

    fn with_entries<T>(&self, act: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
        act(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A page without the tokens and ids in its address, which are others each time.
fn without_names(page: &str) -> String {
    let (path, state) = page.split_once(' ').unwrap_or((page, ""));
    let is_name = |part: &str| part.len() > 30 && part.bytes().any(|sign| sign.is_ascii_digit());
    let parts: Vec<&str> = path.split('/').map(|part| if is_name(part) { "…" } else { part }).collect();
    format!("{} {state}", parts.join("/"))
}

fn row(entry: &Entry) -> String {
    let [title, page] = [&entry.title, &entry.page].map(|text| text.replace('&', "&amp;").replace('<', "&lt;"));
    let narrow = [Window::NARROW, Window::TELEPHONE].map(|window| format!("-{window}-"));
    let pictures = entry.pictures.iter().map(|name| {
        let class = if narrow.iter().any(|narrow| name.contains(narrow)) { "narrow" } else { "wide" };
        format!(r#"<a href="{name}"><img class="{class}" src="{name}" alt="{name}" loading="lazy"></a>"#)
    });
    format!("<h3>{title} <span>{page}</span></h3>\n<div class=\"row\">{}</div>\n", pictures.collect::<String>())
}

/// The whole page, however long. The window grows to it: what lies outside of a window, a frame for one, is not drawn.
fn picture(browser: &Browser, window: Window) -> Vec<u8> {
    browser.command("Emulation.setScrollbarsHidden", &json!({ "hidden": true }));
    let height = browser.command("Page.getLayoutMetrics", &json!({}))["cssContentSize"]["height"].as_u64();
    let height = height.and_then(|height| u32::try_from(height).ok()).expect("a page has a height");
    window.as_high_as(height).set(browser);
    browser.run_async(TWO_FRAMES, &[]);
    let shot = browser.command("Page.captureScreenshot", &json!({}));
    STANDARD.decode(text(&shot["data"])).expect("pictures are base64")
}
