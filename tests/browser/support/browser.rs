//! A browser without a window: opens pages, reads them by selector, fills in forms and presses buttons.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::stage::Stage;
use super::webdriver::{By, Element, Refused, Session};

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long to wait before looking again.
const BLINK: Duration = Duration::from_millis(25);

/// No window, no sandbox (tests may run as root), and no word to anybody: every other host is unknown to it.
const ARGUMENTS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/// A browser.
#[derive(Debug)]
pub(crate) struct Browser {
    session: Session,
    pub(crate) base: String,
    /// Where downloads go.
    pub(crate) downloads: PathBuf,
}

impl Browser {
    /// Starts one; `preferences` are what its user has set beside ours.
    pub(super) fn start(stage: &Stage, preferences: &Value) -> Self {
        let profile = tempfile::Builder::new().prefix("profile-").tempdir_in(&stage.folder);
        let profile = profile.expect("the stage has a folder").keep();
        let downloads = profile.join("downloads");
        let wanted = capabilities(&stage.programs.browser, &profile, &downloads, preferences);
        let session = Session::start(stage.driver_port, &wanted);
        Self { session: session.expect("a browser starts"), base: stage.base.clone(), downloads }
    }

    /// Opens a page by its path, as if it was typed.
    pub(crate) fn open(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.session.post("url", &json!({ "url": url })).expect("the page opens");
    }

    /// Opens a file of this machine.
    pub(crate) fn open_file(&self, path: &Path) {
        let url = format!("file://{}", path.display());
        self.session.post("url", &json!({ "url": url })).expect("the file opens");
    }

    /// The path of the page that is shown.
    pub(crate) fn path(&self) -> String {
        let url = self.session.get("url").expect("a page is shown");
        let url = url.as_str().unwrap_or_default();
        url.strip_prefix(&self.base).unwrap_or(url).to_owned()
    }

    /// The first element that matches, once there is one.
    pub(crate) fn find(&self, selector: &str) -> Element {
        self.find_by(By::Css(selector))
    }

    fn find_by(&self, by: By<'_>) -> Element {
        let found = self.until(|| self.session.find_all(by).ok()?.into_iter().next());
        found.unwrap_or_else(|| panic!("no {by:?} on {}", self.told()))
    }

    /// Whether anything matches now.
    pub(crate) fn has(&self, selector: &str) -> bool {
        !self.session.find_all(By::Css(selector)).expect("the page can be searched").is_empty()
    }

    /// The text that is seen of the first element that matches.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.text_of(&self.find(selector))
    }

    /// The text that is seen of what an XPath finds.
    pub(crate) fn text_found(&self, xpath: &str) -> String {
        self.text_of(&self.find_by(By::XPath(xpath)))
    }

    fn text_of(&self, element: &Element) -> String {
        let text = self.session.of(element, "text", None).expect("the element is there");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// An attribute of everything that an XPath finds now.
    pub(crate) fn attributes_found(&self, xpath: &str, name: &str) -> Vec<String> {
        let found = self.session.find_all(By::XPath(xpath)).expect("the page can be searched");
        let values =
            found.iter().filter_map(|element| self.session.of(element, &format!("attribute/{name}"), None).ok());
        values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }

    /// Types in the field that matches, in place of what it held.
    pub(crate) fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector);
        let cleared = self.session.of(&field, "clear", Some(&json!({})));
        let typed = cleared.and_then(|_| self.session.of(&field, "value", Some(&json!({ "text": text }))));
        self.must(typed, selector);
    }

    /// Chooses a file in a field for files, which need not be seen.
    pub(crate) fn choose(&self, selector: &str, file: &Path) {
        let path = json!({ "text": file.display().to_string() });
        self.must(self.session.of(&self.find(selector), "value", Some(&path)), selector);
    }

    /// Clicks on what matches; the page stays.
    pub(crate) fn click(&self, selector: &str) {
        self.click_by(By::Css(selector));
    }

    /// Unfolds the details that match, unless they are open.
    pub(crate) fn unfold(&self, details: &str) {
        self.find(details);
        if self.has(&format!("{details}:not([open])")) {
            self.click(&format!("{details} > summary"));
        }
    }

    fn click_by(&self, by: By<'_>) {
        let clicked = self.session.of(&self.find_by(by), "click", Some(&json!({})));
        self.must(clicked, &format!("{by:?}"));
    }

    /// Clicks on what matches, and waits for the next page.
    pub(crate) fn press(&self, selector: &str) {
        self.leads_on(selector, || self.click(selector));
    }

    /// Clicks on what an XPath finds, where a selector cannot say it, and waits for the next page.
    pub(crate) fn press_found(&self, xpath: &str) {
        self.leads_on(xpath, || self.click_by(By::XPath(xpath)));
    }

    /// Does something and waits until another page is shown and read to its end, though both may have one address.
    pub(crate) fn leads_on(&self, what: &str, act: impl FnOnce()) {
        let before = self.find("html");
        act();
        let next = self.until(|| {
            let now = self.session.find_all(By::Css("html")).ok()?.into_iter().next()?;
            (now != before && self.run("return document.readyState", &[]) == "complete").then_some(())
        });
        assert!(next.is_some(), "{what} leads nowhere on {}", self.told());
    }

    /// Presses and lets go of keys, one after the other, wherever the focus is. Keys without a sign are in
    /// [`super::keys`].
    pub(crate) fn keys(&self, keys: &str) {
        let presses: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|turn| json!({ "type": turn, "value": key.to_string() })))
            .collect();
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] });
        self.session.post("actions", &keyboard).expect("keys can be pressed");
    }

    /// Presses a key while another is held, such as Control and C.
    pub(crate) fn chord(&self, held: char, key: char) {
        let turns = [("keyDown", held), ("keyDown", key), ("keyUp", key), ("keyUp", held)];
        let presses = turns.map(|(turn, key)| json!({ "type": turn, "value": key.to_string() }));
        let keyboard = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] });
        self.session.post("actions", &keyboard).expect("keys can be pressed");
    }

    /// Runs a script of the test in the page, and returns what it returns; pages themselves may be forbidden to.
    pub(crate) fn run(&self, script: &str, arguments: &[Value]) -> Value {
        let answer = self.session.post("execute/sync", &json!({ "script": script, "args": arguments }));
        answer.unwrap_or_else(|refused| panic!("{script}: {refused:?}"))
    }

    /// Runs a script that hands its outcome to what comes after its arguments.
    pub(crate) fn run_async(&self, script: &str, arguments: &[Value]) -> Value {
        let answer = self.session.post("execute/async", &json!({ "script": script, "args": arguments }));
        answer.unwrap_or_else(|refused| panic!("{refused:?} on {}", self.told()))
    }

    /// Gives a command of the browser's own protocol, and returns its answer.
    pub(crate) fn command(&self, name: &str, parameters: &Value) -> Value {
        let done = self.session.post("goog/cdp/execute", &json!({ "cmd": name, "params": parameters }));
        self.must(done, name)
    }

    /// Becomes a browser that was never here.
    pub(crate) fn forget_cookies(&self) {
        self.command("Network.clearBrowserCookies", &json!({}));
    }

    /// What was written on the console since the last look: level and text.
    pub(crate) fn console(&self) -> Vec<(String, String)> {
        let lines = self.log("browser");
        let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        lines.as_array().into_iter().flatten().map(|line| (text(line, "level"), text(line, "message"))).collect()
    }

    /// What the browser and the network said to each other since the last look: the protocol's method and parameters.
    pub(crate) fn network(&self) -> Vec<(String, Value)> {
        let lines = self.log("performance");
        let events = lines.as_array().into_iter().flatten().filter_map(|line| {
            let mut event: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
            let message = &mut event["message"];
            Some((message["method"].as_str()?.to_owned(), message["params"].take()))
        });
        events.filter(|(method, _)| method.starts_with("Network.")).collect()
    }

    fn log(&self, kind: &str) -> Value {
        self.session.post("se/log", &json!({ "type": kind })).expect("the driver keeps it")
    }

    /// Looks until there is something, or patience ends.
    pub(crate) fn until<T>(&self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        let end = Instant::now() + PATIENCE;
        loop {
            let seen = look();
            if seen.is_some() || Instant::now() > end {
                return seen;
            }
            std::thread::sleep(BLINK);
        }
    }

    fn must(&self, done: Result<Value, Refused>, what: &str) -> Value {
        done.unwrap_or_else(|refused| {
            panic!("{what}: {} ({}) on {}", refused.error, refused.message, self.told());
        })
    }

    /// Where the browser is and what it shows, for whoever reads a failure.
    pub(crate) fn told(&self) -> String {
        let body = self.session.find_all(By::Css("body")).unwrap_or_default();
        let text = body.first().map(|body| self.text_of(body)).unwrap_or_default();
        format!("{}:\n{text}", self.path())
    }
}

fn capabilities(program: &Path, profile: &Path, downloads: &Path, preferences: &Value) -> Value {
    let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let mut all = json!({ "download.default_directory": downloads, "download.prompt_for_download": false });
    for (name, value) in preferences.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": program, "args": arguments, "prefs": all },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}
