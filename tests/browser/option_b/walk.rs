//! The way through the five steps, as a school goes it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Browser, Stage};

/// Where the converter is without an account.
pub(crate) const PATH: &str = "/optie-b/bestand";

/// A file of the samples of the specification.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("optie-b/tests/samples").join(name)
}

/// Opens the converter, ready to take a file.
pub(crate) fn open(browser: &Browser) {
    browser.open(PATH);
    browser.find("[data-place]:not([hidden]) #ob-export");
}

/// Gives the export, and waits until it is read.
pub(crate) fn give_export(browser: &Browser, file: &Path) {
    browser.choose("#ob-export", file);
    browser.find("[data-file=export].file--good");
}

/// Gives the file with ids, and waits until it is read.
pub(crate) fn give_ids(browser: &Browser, file: &Path) {
    browser.choose("#ob-ids", file);
    browser.find("[data-file=ids].file--good");
}

/// Presses on, and waits for the step of this name.
pub(crate) fn go_on(browser: &Browser, step: &str) {
    browser.click("[data-action=next]");
    at(browser, step);
}

/// Waits until a step is shown.
pub(crate) fn at(browser: &Browser, step: &str) {
    let title = format!("[data-converter] template[data-step={step}]");
    let script =
        "return document.querySelector('h1').textContent === document.querySelector(arguments[0]).dataset.title";
    let shown = browser.until(|| (browser.run(script, &[title.clone().into()]) == true).then_some(()));
    assert!(shown.is_some(), "{step} is not shown on {}", browser.told());
}

/// Gives the samples' table of studies at the step of the studies.
pub(crate) fn give_table(browser: &Browser) {
    browser.choose("#ob-table", &sample("in/studies.csv"));
    let is_done = "return document.querySelector('[data-count]').textContent.endsWith('Klaar.')";
    assert!(browser.until(|| (browser.run(is_done, &[]) == true).then_some(())).is_some(), "{}", browser.told());
}

/// Types a code in place of the one that is there, and leaves the field.
pub(crate) fn type_code(browser: &Browser, at: usize, code: &str) {
    set(browser, &format!("#ob-code-{at}"), code);
}

/// Gives a field a value in one change, as who chooses from a list or types over what is there.
pub(crate) fn set(browser: &Browser, field: &str, value: &str) {
    browser.find(field);
    let script = "const one = document.querySelector(arguments[0]); one.focus(); one.value = arguments[1]; \
                  one.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.run(script, &[field.into(), value.into()]);
}

/// What is in a field.
pub(crate) fn value(browser: &Browser, field: &str) -> Value {
    browser.find(field);
    browser.run("return document.querySelector(arguments[0]).value", &[field.into()])
}

/// A file of a test's own.
pub(crate) fn file(stage: &Stage, name: &str, text: &str) -> PathBuf {
    let path = stage.folder.join(name);
    std::fs::write(&path, text).expect("the stage has a folder");
    path
}

/// Answers with a radio button, and waits until the answer is taken.
pub(crate) fn answer(browser: &Browser, id: &str) {
    browser.click(&format!("#{id}"));
    browser.find(&format!("[data-state=answered] #{id}:checked"));
}

/// Takes the samples' rule for passwords: `proef-` and the stamnr.
pub(crate) fn compose_passwords(browser: &Browser) {
    browser.click("#ob-q-composed");
    browser.fill("#ob-pw-before", "proef-");
    // Leaving the field is what gives the answer.
    browser.click("#ob-pw-after");
}

/// Downloads the file of the last step, and returns its bytes.
pub(crate) fn download(browser: &Browser) -> Vec<u8> {
    let file = browser.downloads.join("numo-leerlingen.csv");
    assert!(!file.exists(), "it was downloaded before");
    browser.click("[data-action=download]");
    // The browser keeps the name with an empty file until the whole is there.
    let whole = || std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty());
    browser.until(whole).unwrap_or_else(|| panic!("no file on {}", browser.told()))
}
