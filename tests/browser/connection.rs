//! The connection check against the demo's own Magister: the ladder climbs, with scripts and without.

use serde_json::Value;

use crate::support::{Browser, run};

/// Its Magister takes its time and works.
const SLOW: &str = "contact@duinrand.example";
/// Its query was not executed, so the user Kurve is missing.
const NO_USER: &str = "contact@dewilgen.example";

/// Where each rung stands, from the lowest.
const STATES: &str = "return [...document.querySelectorAll('[data-rung]')].map((rung) => rung.dataset.state)";

#[test]
fn the_ladder_climbs_on_the_open_page_without_taking_the_focus() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(SLOW);
        ask_for_check(&browser, &browser.at_school(""));
        browser.find("[data-live] [data-rung]");
        browser.run("window.isSame = true; document.querySelector('[data-action=refresh]').focus()", &[]);

        let climbing = browser.until(|| {
            let states = browser.run(STATES, &[]);
            (count(&states, "held") > 1 && count(&states, "trying") == 1).then_some(())
        });
        let focused = browser.run("return document.activeElement.dataset.action", &[]);
        browser.find("[data-check=ok]");

        assert!(climbing.is_some(), "{}", browser.told());
        assert_eq!(focused, "refresh");
        assert_eq!(browser.run("return window.isSame", &[]), true, "the page was loaded anew");
        assert_eq!(count(&browser.run(STATES, &[]), "held"), 7);
        assert_eq!(browser.text("[data-receipt]"), "612 leerlingen, 3 zonder opleidingscode");
        let said = browser.run("return document.querySelector('[data-live-status]').textContent", &[]);
        assert!(said.as_str().is_some_and(|said| said.starts_with("Alles staat goed")), "{said}");
        assert!(!browser.has("[data-action=refresh]"), "nothing is left to wait for");
    });
}

#[test]
fn the_ladder_climbs_without_scripts_and_says_what_to_do() {
    run(|stage| {
        let browser = stage.browser_without_scripts();
        browser.sign_in(NO_USER);
        ask_for_check(&browser, &browser.at_school("/stap/password_set"));

        let ended = browser.until(|| browser.has("[data-check=login_refused]").then_some(()));

        assert!(ended.is_some(), "{}", browser.told());
        assert!(browser.text("[data-check] h2").contains("inloggen"), "{}", browser.told());
        assert!(browser.has("[data-rung=login][data-state=broke]") && browser.has("[data-rung=tls][data-state=held]"));
        assert!(browser.has("[data-action=fix][href$='/stap/query_executed']"), "nobody ran the query yet");
        assert!(browser.text("[data-check-instead]").starts_with("Er is net gecontroleerd. Vanaf "));
    });
}

#[test]
fn what_the_demos_magister_answers_can_be_changed() {
    run(|stage| {
        let browser = stage.browser();
        browser.open("/demo/magister");
        browser.find("[data-simulator]");
        browser.run("document.querySelector('[data-host=dewilgen] select').value = 'no_rows'", &[]);
        browser.press("[data-host=dewilgen] [data-action=behave]");

        browser.sign_in(NO_USER);
        ask_for_check(&browser, &browser.at_school(""));
        browser.find("[data-check=list_empty]");

        assert!(browser.has("[data-simulator]"), "who plays knows that it is no real Magister");
    });
}

#[test]
fn kurve_checks_a_selection_and_sees_how_far_it_is() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in_as_staff("eva@kurve.example");
        browser.open("/beheer/verbindingen");
        for school in ["Lyceum De Wilgen", "Atheneum Noorderpoort"] {
            let found = browser.attributes_found(&format!("//input[@aria-label='{school} controleren']"), "name");
            browser.click(&format!("[name='{}']", found.first().expect("the school is listed")));
        }
        browser.press("[data-action=check-ticked]");

        browser.find("[data-run=done]");

        let ended = browser.attributes_found("//tr[@data-ended]", "data-ended");
        assert_eq!(ended, ["list_outdated", "login_refused"]);
    });
}

fn count(states: &Value, state: &str) -> usize {
    states.as_array().into_iter().flatten().filter(|one| *one == state).count()
}

/// Presses the button on a page; while the timer has the school in hand, there is none.
pub(crate) fn ask_for_check(browser: &Browser, path: &str) {
    let button = || {
        browser.open(path);
        browser.has("[data-action=check]").then_some(())
    };
    let found = browser.until(button).or_else(|| browser.until(button));
    assert!(found.is_some(), "{}", browser.told());
    browser.press("[data-action=check]");
}

/// A check that is over.
pub(crate) fn check_at(browser: &Browser, path: &str) {
    ask_for_check(browser, path);
    let over = browser.until(|| (!browser.has("[data-live-only]")).then_some(()));
    assert!(over.is_some(), "{}", browser.told());
}
