//! What is kept of a school that chose Optie B: its table, and what a contact presses; nothing else is sent.

use std::fs;

use serde_json::Value;

use super::walk::{answer, at, give_export, give_table, go_on, sample, type_code};
use crate::support::{Browser, run};

/// Of a school that chose Optie B.
pub(super) const CONTACT: &str = "contact@maasplein.example";

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
        press(&browser, "cleaned", "Vink eerst af wat weg is.");
        browser.run(
            "for (const box of document.querySelectorAll('[data-clean] li:not([hidden]) .tick-box')) box.click()",
            &[],
        );
        press(&browser, "cleaned", "Genoteerd: alles is opgeruimd.");
        assert!(browser.text("[data-cleaned-up]").starts_with("Opgeruimd op "), "{}", browser.told());

        let sent = sent(&browser);
        let posted: Vec<&Sent> = sent.iter().filter(|one| one.method != "GET").collect();
        let kinds: Vec<&str> = posted.iter().map(|one| one.address.rsplit('/').next().unwrap_or_default()).collect();
        assert_eq!(kinds, ["tabel", "gemaakt", "opgeruimd"]);
        assert!(posted[0].body.contains("Havo 4;VERZONNEN-H4"), "it is read as it was typed: {posted:?}");
        let pupils = fs::read(sample("out/03-ansi-dubbel.numo.csv")).expect("a sample");
        let (pupils, _, _) = encoding_rs::WINDOWS_1252.decode(&pupils);
        let values = pupils.lines().skip(1).flat_map(|line| line.split(';').take(4)).filter(|value| value.len() > 3);
        for value in values {
            assert!(!sent.iter().any(|one| one.address.contains(value) || one.body.contains(value)), "{value}");
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
fn who_begins_again_has_the_table_that_was_just_kept() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(CONTACT);
        open(&browser);
        to_the_studies(&browser);
        give_table(&browser);
        press(&browser, "table", "De tabel is bewaard.");

        browser.click("[data-action=wipe]");
        browser.find("[data-file=export]:not(.file--good)");
        to_the_studies(&browser);

        assert!(browser.text("[data-count]").ends_with("Klaar."), "{}", browser.told());
        type_code(&browser, 0, "VERZONNEN-ANDERS");
        browser.click("h1");
        press(&browser, "table", "De tabel is bewaard.");
        let kept = browser.run("return document.querySelector('section[data-kept] [data-studies]').textContent", &[]);
        assert!(kept.to_string().contains("VERZONNEN-ANDERS"), "{kept}");
    });
}

#[test]
fn a_table_that_a_colleague_kept_meanwhile_is_shown_before_it_is_replaced() {
    run(|stage| {
        let (browser, colleague) = (stage.browser(), stage.browser());
        browser.sign_in(CONTACT);
        open(&browser);
        to_the_studies(&browser);
        give_table(&browser);
        colleague.sign_in(CONTACT);
        colleague.open(&colleague.at_school("/optie-b"));
        colleague.press("[data-action=edit-table]");
        colleague.fill("[name=studies]", "Studie;opleidingscode\nHavo 4;VAN-DE-COLLEGA");
        colleague.press("[data-action=keep-table]");

        press(&browser, "table", "Dat is niet gelukt.");
        assert!(browser.text("[data-post=table] [data-posted]").contains("bewaarde intussen een andere tabel"));
        assert!(browser.text("section[data-kept] [data-now]").contains("VAN-DE-COLLEGA"), "{}", browser.told());
        assert!(browser.text("[data-count]").ends_with("Klaar."), "what was chosen stays");

        press(&browser, "table", "De tabel is bewaard.");
        assert!(!browser.has("[data-now]"), "{}", browser.told());
    });
}

fn to_the_studies(browser: &Browser) {
    give_export(browser, &sample("in/03-ansi-dubbel.csv"));
    go_on(browser, "kolommen");
    go_on(browser, "opleidingen");
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

/// What was asked of the server, in the letters that were typed.
#[derive(Debug)]
struct Sent {
    method: String,
    address: String,
    body: String,
}

fn sent(browser: &Browser) -> Vec<Sent> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let plain = |form: &str| {
        let fields = form_urlencoded::parse(form.as_bytes()).map(|(name, value)| format!("{name}={value}"));
        fields.collect::<Vec<_>>().join("\n")
    };
    let requests = browser.network().into_iter().filter(|(method, _)| method == "Network.requestWillBeSent");
    requests
        .map(|(_, about)| Sent {
            method: text(&about["request"]["method"]),
            address: percent_encoding::percent_decode_str(&text(&about["request"]["url"])).decode_utf8_lossy().into(),
            body: plain(&text(&about["request"]["postData"])),
        })
        .collect()
}
