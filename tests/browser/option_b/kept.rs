//! What is kept of a school that chose Optie B: its table, and what a contact presses; nothing else is sent.

use std::fs;

use serde_json::Value;

use super::walk::{answer, at, give_export, give_table, go_on, sample};
use crate::support::{Browser, run};

/// Of a school that chose Optie B.
const CONTACT: &str = "contact@maasplein.example";

#[test]
fn the_table_comes_back_next_year_and_only_what_was_pressed_is_sent() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(CONTACT);
        open(&browser);
        browser.network();

        give_export(&browser, &sample("in/03-ansi-dubbel.csv"));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        give_table(&browser);
        press(&browser, "table", "De tabel is bewaard.");
        go_on(&browser, "vragen");
        answer(&browser, "ob-q-row-8");
        go_on(&browser, "downloaden");
        assert!(!browser.has("[data-unsaved]:not([hidden])"), "{}", browser.told());
        press(&browser, "made", "Genoteerd: het bestand is gemaakt.");
        press(&browser, "cleaned", "Genoteerd: alles is opgeruimd.");
        assert!(browser.text("[data-cleaned-up]").starts_with("Opgeruimd op "), "{}", browser.told());

        let posted = posted(&browser);
        let kinds: Vec<&str> = posted.iter().map(|(url, _)| url.rsplit('/').next().unwrap_or_default()).collect();
        assert_eq!(kinds, ["tabel", "gemaakt", "opgeruimd"]);
        assert!(posted[0].1.contains("VERZONNEN-H4"), "{posted:?}");
        let pupils = fs::read(sample("out/03-ansi-dubbel.numo.csv")).expect("a sample");
        for line in String::from_utf8_lossy(&pupils).lines().skip(1) {
            let values = line.split(';').take(4).filter(|value| value.len() > 3);
            values.for_each(|value| assert!(!posted.iter().any(|(_, body)| body.contains(value)), "{value}"));
        }

        // A year later nothing is left of that page.
        open(&browser);
        give_export(&browser, &sample("in/05-oud.xls"));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        assert!(browser.text("[data-count]").contains("1 van 1 gekozen."), "{}", browser.told());
        browser.find("[data-study]:not(.is-asked)");
    });
}

#[test]
fn a_session_that_ended_loses_nothing_of_what_was_chosen() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(CONTACT);
        open(&browser);
        give_export(&browser, &sample("in/05-oud.xls"));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        give_table(&browser);
        browser.forget_cookies();

        press(&browser, "table", "Dat is niet gelukt.");

        at(&browser, "opleidingen");
        assert!(browser.text("[data-count]").ends_with("Klaar."));
    });
}

fn open(browser: &Browser) {
    browser.open(&browser.at_school("/optie-b"));
    browser.find("[data-place]:not([hidden]) #ob-export");
}

/// Presses the button of a form, and waits until the page says how it went.
fn press(browser: &Browser, form: &str, said: &str) {
    browser.click(&format!("[data-post={form}] button"));
    let script = "return document.querySelector(arguments[0]).textContent.startsWith(arguments[1])";
    let arguments = [format!("[data-post={form}] [data-posted]").into(), said.into()];
    let is_said = browser.until(|| (browser.run(script, &arguments) == true).then_some(()));
    assert!(is_said.is_some(), "{form} is not kept on {}", browser.told());
}

/// Where something was sent, and what.
fn posted(browser: &Browser) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let requests = browser.network().into_iter().filter(|(method, _)| method == "Network.requestWillBeSent");
    let sent = requests.filter(|(_, about)| about["request"]["method"] != "GET");
    sent.map(|(_, about)| (text(&about["request"]["url"]), text(&about["request"]["postData"]))).collect()
}
