//! No pupil leaves the page: nothing is sent but for assets, and a planted name is found nowhere afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use super::walk::{download, give_export, go_on, open};
use crate::support::{Browser, Stage, run};

/// A name that stands nowhere else.
const NAME: &str = "Plantnaamzwaluw";
/// And a column that is dropped.
const SECRET: &str = "999990019";

/// Everything in which a page can keep or tell something, as one text.
const KEPT: &str = r#"
const [done] = arguments;
const all = async () => JSON.stringify([
  { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.title, history.state, window.name,
  await indexedDB.databases(), await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length,
  performance.getEntries().map((one) => one.name), Object.keys(window).filter((name) => typeof window[name] === "string").map((name) => window[name]),
]);
all().then(done, (error) => done(`cannot look: ${error}`));
"#;

#[test]
fn nothing_of_a_pupil_leaves_the_page() {
    run(|stage| {
        let browser = stage.browser();
        let export = planted(stage);
        open(&browser);
        browser.network();
        let before = stage.demo_log().len();

        walk(&browser, &export);
        browser.click("[data-action=show-names]");
        let made = String::from_utf8(download_after(&browser)).expect("all letters are plain");

        assert!(made.contains(NAME) && !made.contains(SECRET), "{made}");
        only_assets_were_asked_for(stage, &browser, before);
        is_kept_nowhere(stage, &browser);
        browser.click("[data-action=wipe]");
        browser.find("[data-file=export]:not(.file--good)");
        assert!(!page(&browser).contains(NAME), "{}", browser.told());
        is_kept_nowhere(stage, &browser);
        browser.open("/");
        is_kept_nowhere(stage, &browser);
    });
}

/// An export with a name that stands nowhere else.
fn planted(stage: &Stage) -> PathBuf {
    let path = stage.folder.join("leerlingen.csv");
    let text = format!(
        "Stamnr;Roepnaam;Tussenv.;Achternaam;Klas;Studie;E-mail;BSN\r\n\
         101001;{NAME};van;{NAME}-Proef;4ha;Havo 4;{NAME}@leerling.example;{SECRET}\r\n\
         101002;Bo;;{NAME};4ha;Havo 4;;{SECRET}\r\n"
    );
    fs::write(&path, text).expect("the stage has a folder");
    path
}

/// As far as the columns, where names can be shown.
fn walk(browser: &Browser, export: &Path) {
    give_export(browser, export);
    go_on(browser, "kolommen");
    assert!(!page(browser).contains(NAME), "names are masked: {}", browser.told());
}

fn download_after(browser: &Browser) -> Vec<u8> {
    browser.find("[data-action=show-names][aria-pressed=true]");
    assert!(page(browser).contains(NAME), "they are shown: {}", browser.told());
    go_on(browser, "opleidingen");
    browser.fill("#ob-code-0", "VERZONNEN-H4");
    go_on(browser, "vragen");
    browser.click("[data-action=next]");
    super::walk::at(browser, "downloaden");
    download(browser)
}

fn page(browser: &Browser) -> String {
    browser.run("return document.documentElement.outerHTML", &[]).to_string()
}

fn only_assets_were_asked_for(stage: &Stage, browser: &Browser, before: usize) {
    let assets = format!("{}/assets/", browser.base);
    let own = format!("blob:{}/", browser.base);
    for (method, about) in browser.network() {
        if method != "Network.requestWillBeSent" {
            continue;
        }
        let url = about["request"]["url"].as_str().unwrap_or_default();
        let is_plain = about["request"]["method"] == "GET" && about["request"]["postData"].is_null();
        assert!(is_plain && (url.starts_with(&assets) || url.starts_with(&own)), "{about}");
        assert!(!url.contains('?'), "{url}");
    }
    // Whoever listens hears what is sent.
    browser.run("fetch('/woorden')", &[]);
    let is_heard = |(method, about): &(String, serde_json::Value)| {
        method == "Network.requestWillBeSent"
            && about["request"]["url"].as_str().is_some_and(|url| url.ends_with("/woorden"))
    };
    assert!(browser.until(|| browser.network().iter().any(is_heard).then_some(())).is_some(), "the log is deaf");
    // The server's own word for it, also of what a worker would send.
    let heard = || Some(stage.demo_log()).filter(|log| log[before..].contains("/woorden"));
    let log = browser.until(heard).expect("the server writes down what it is asked");
    let answered: Vec<&str> = log[before..].lines().filter(|line| line.contains("http.route=")).collect();
    let is_expected = |line: &&str| line.contains("GET /assets/") || line.contains("GET /woorden");
    assert!(!answered.is_empty() && answered.iter().all(is_expected), "{answered:#?}");
}

fn is_kept_nowhere(stage: &Stage, browser: &Browser) {
    let kept = browser.run_async(KEPT, &[]).to_string();
    let console = format!("{:?}", browser.console());
    for text in [kept, console, stage.demo_log()] {
        assert!(!text.contains("cannot look"), "{text}");
        assert!(![NAME, SECRET].iter().any(|one| text.contains(one)), "{text}");
    }
    let found = files_with_it(&stage.folder.join("demo"));
    assert!(found.is_empty(), "in the server's data: {found:?}");
}

/// The files in a folder that hold the name, in the letters of either width.
fn files_with_it(folder: &Path) -> Vec<PathBuf> {
    let wide: Vec<u8> = NAME.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut found = vec![];
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with_it(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
        if holds(NAME.as_bytes()) || holds(&wide) {
            found.push(path);
        }
    }
    found
}
