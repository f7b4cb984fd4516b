//! Every mail that there is, as a mail program shows it: the HTML part in light and dark, and the text part.
//!
//! They are read from the snapshots of `src/services/mail/mails/tests.rs`, so that a new kind of mail is looked at by itself.

use std::fs;
use std::path::{Path, PathBuf};

use super::album::{Album, Shot};
use super::light::{Colours, Window};
use super::{access, fit, sense};
use crate::support::{Browser, Stage, run};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/services/mail/mails/snapshots");

/// What stands before the name of a mail in the name of its snapshot.
const PREFIX: &str = "koppelklaar__services__mail__mails__";

const OF_HTML: [Shot; 4] = [
    (Window::NARROW, Colours::Light),
    (Window::NARROW, Colours::Dark),
    (Window::DESK, Colours::Light),
    (Window::DESK, Colours::Dark),
];

const OF_TEXT: [Shot; 1] = [(Window::HALF, Colours::Light)];

#[test]
fn every_mail_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        access::prepare(&browser);
        let mut wrong = vec![];
        let parts = parts();
        assert!(parts.len() > 30, "{FOLDER}");

        for (name, body) in parts {
            open(stage, &browser, &name, &body);
            let shots: &[Shot] = if is_html(&body) { &OF_HTML } else { &OF_TEXT };
            match Album::asked_for() {
                Some(album) => album.take_for("5. Mails", &name, &browser, shots),
                None => wrong.extend(judge(&browser, &name, shots)),
            }
        }

        Album::asked_for().map(Album::write_index);
        assert_eq!(wrong, Vec::<String>::new());
    });
}

fn judge(browser: &Browser, name: &str, shots: &[Shot]) -> Vec<String> {
    let mut wrong: Vec<String> =
        sense::faults_of_dates(browser).into_iter().map(|fault| format!("{name}: {fault}")).collect();
    for (window, colours) in shots {
        window.set(browser);
        colours.set(browser);
        let faults = fit::faults(browser).into_iter().chain(access::faults_of_mail(browser));
        wrong.extend(faults.map(|fault| format!("{name} at {window}, {colours}: {fault}")));
    }
    wrong
}

/// The name and the text of each part of each mail, by name.
fn parts() -> Vec<(String, String)> {
    let files = fs::read_dir(FOLDER).expect("the folder of the snapshots is there");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| Some((name(path)?, body(path)))).collect()
}

fn name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".snap")?;
    Some(name.strip_prefix(PREFIX).unwrap_or(name).replace('_', " "))
}

/// What follows the head of a snapshot.
fn body(path: &Path) -> String {
    let snapshot = fs::read_to_string(path).expect("a snapshot is a text");
    snapshot.splitn(3, "---\n").nth(2).expect("a snapshot has a head").to_owned()
}

fn is_html(body: &str) -> bool {
    body.starts_with("<!DOCTYPE html>")
}

fn open(stage: &Stage, browser: &Browser, name: &str, body: &str) {
    let html = if is_html(body) {
        body.to_owned()
    } else {
        let text = body.replace('&', "&amp;").replace('<', "&lt;");
        let look = "white-space: pre-wrap; overflow-wrap: anywhere; font: 16px monospace";
        format!(
            "<!DOCTYPE html><html lang=\"nl\"><meta charset=\"utf-8\"><title>{name}</title><pre style=\"{look}\">{text}</pre>"
        )
    };
    let file = stage.folder.join("mail.html");
    fs::write(&file, html).expect("the stage has a folder");
    browser.open_file(&file);
}
