//! Each step as a sheet of paper, for who works at another PC.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use koppelklaar::domain::onboarding::Step;
use serde_json::json;

use crate::support::{Browser, run};

/// Has a password to show.
const ALL_TO_DO: &str = "contact@dewilgen.example";

/// Has no credentials yet, so that nothing is proven and every step is still to be done.
const JUST_ASKED: &str = "contact@bonhoeffer.example";

/// Has a name that takes more than a line; with what a test adds, more than three.
const LONG_NAME: &str = "contact@westerkwartier.example";

/// What a school does itself, in Magister or in Decibel.
const BY_SCHOOL: [Step; 6] = [
    Step::ConsentGiven,
    Step::QueryExecuted,
    Step::PasswordSet,
    Step::PermissionsChecked,
    Step::AllowlistingRequested,
    Step::AllowlistingConfirmed,
];

/// Nothing that only works on a screen, and all that a sheet is for.
const SHEET: &str = r#"
const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
const useless = seen("nav, button, summary, aside, input:not([type=hidden]), .back, .skip-link, [data-print], [data-secret], form [data-action]");
const missing = ["h1", "[data-howto] li", "[data-afterwards]", "[data-sign-off] .tick", "[data-help]"];
return [
  ...useless.map((one) => `shows ${one.outerHTML.slice(0, 80)}`),
  ...missing.filter((selector) => !seen(selector).length).map((selector) => `lacks ${selector}`),
  ...(document.body.innerText.includes(`Koppelklaar: ${location.href}`) ? [] : ["lacks its address"]),
];
"#;

#[test]
fn every_step_of_a_school_is_one_sheet_with_all_that_is_needed() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(JUST_ASKED);

        for step in BY_SCHOOL {
            browser.open(&browser.at_school(&format!("/stap/{}", step.as_str())));
            on_paper(&browser);

            assert_eq!(browser.run(SHEET, &[]), json!([]), "{}", browser.path());
            assert_eq!(pages(&browser), 1, "{}", browser.path());
        }
        let boxes = "return document.querySelectorAll('.ticks .tick').length";
        browser.open(&browser.at_school("/stap/permissions_checked"));
        assert_eq!(browser.run(boxes, &[]), 16, "both tabs are drawn");
    });
}

#[test]
fn the_longest_name_of_a_school_leaves_every_step_on_one_sheet() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(LONG_NAME);

        for step in BY_SCHOOL {
            browser.open(&browser.at_school(&format!("/stap/{}", step.as_str())));
            browser.run("document.querySelector('.caption').textContent += ` ${'WWWWWWWWW '.repeat(14)}`", &[]);
            on_paper(&browser);

            assert_eq!(pages(&browser), 1, "{}", browser.path());
        }
    });
}

#[test]
fn the_password_never_comes_on_paper() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(ALL_TO_DO);
        browser.open(&browser.at_school("/stap/password_set"));
        // The query comes first, so the password stands folded.
        browser.unfold("main details[data-ask=password]");
        browser.press("[data-action=reveal]");
        let password = browser.text("[data-secret]");
        browser.click("details:has(.spell) > summary");

        on_paper(&browser);

        let said = browser.run("return document.body.innerText.replace(/[\\s,]/g, '')", &[]);
        let said = said.as_str().expect("a text");
        assert_eq!(password.len(), 28);
        assert!(!said.contains(&password[..4]) && said.contains("wordtnietafgedrukt"), "{said}");
    });
}

#[test]
fn a_button_prints_the_sheet_and_without_scripts_a_hint_names_the_keys() {
    run(|stage| {
        let (browser, plain) = (stage.browser(), stage.browser_without_scripts());
        for (each, contact) in [(&browser, ALL_TO_DO), (&plain, "contact@molenveld.example")] {
            each.sign_in(contact);
            each.open(&each.at_school("/stap/consent_given"));
        }

        browser.run("window.print = () => { window.wasPrinted = true; }", &[]);
        browser.click("[data-action=print]");

        assert_eq!(browser.run("return window.wasPrinted", &[]), true);
        assert!(plain.text("[data-print]").contains("Ctrl+P"));
        assert!(!plain.has("[data-action=print]"));
    });
}

fn on_paper(browser: &Browser) {
    browser.command("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
}

/// How many pages of A4 it takes.
fn pages(browser: &Browser) -> usize {
    let a4 = json!({ "paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": false });
    let printed = browser.command("Page.printToPDF", &a4);
    let file = STANDARD.decode(printed["data"].as_str().expect("a text")).expect("a file is base64");
    String::from_utf8_lossy(&file).matches("/Type /Page\n").count()
}
