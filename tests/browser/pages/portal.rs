//! What a school sees, in every state that the demo has.

use koppelklaar::domain::onboarding::Step;
use koppelklaar::links;
use strum::IntoEnumIterator;

use super::look::Look;
use crate::support::{Browser, run};

/// Has everything before it: credentials are issued and no step of the school is done.
const ALL_TO_DO: &str = "contact@dewilgen.example";

#[test]
fn every_state_of_a_school_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        assert!(stage.contacts.len() > 10, "the demo says who can sign in: {:?}", stage.contacts);

        for contact in &stage.contacts {
            browser.sign_in(contact);
            if browser.path() == "/school/kies" {
                look.here("");
                browser.press("[data-action=choose]");
                look.here("with a mistake");
                browser.click("[name=contact]");
                browser.press("[data-action=choose]");
            }
            look.here(contact);
            if browser.has("a[data-action=next]") {
                browser.press("a[data-action=next]");
                look.here(contact);
            }
        }

        look.finish(&[links::SCHOOL, links::SCHOOL_CHOOSE]);
    });
}

#[test]
fn every_page_of_a_school_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.sign_in(ALL_TO_DO);

        for step in Step::iter() {
            look.at(&format!("/school/stap/{}", step.as_str()));
        }
        look.at("/school/stap/nergens");
        let others = ["collegas", "herinneringen", "pauze", "stoppen", "vrije-dagen"];
        for path in others {
            look.at(&format!("/school/{path}"));
        }
        let mistakes = [
            ("/school/stap/query_executed", "stuck"),
            ("/school/stap/query_executed", "hand-over"),
            ("/school/herinneringen", "snooze"),
            ("/school/pauze", "pause"),
            ("/school/stoppen", "withdraw"),
            ("/school/vrije-dagen", "add-own-days"),
        ];
        for (path, button) in mistakes {
            send_empty(&browser, path, button);
            look.here(&format!("with a mistake in {button}"));
        }
        hand_over(&browser, "/school/stap/query_executed");
        look.here("after it was handed over");
        for path in ["/school", "/school/collegas", "/school/stap/query_executed"] {
            browser.open(path);
            look.here("with a step at a colleague with a long name");
        }
        browser.open("/school/stap/query_executed");
        browser.unfold("main details:has([data-action=stuck])");
        browser.fill("[name=reason]", "Decibel geeft bij Uitvoeren de melding ‘geen rechten’.");
        browser.press("[data-action=stuck]");
        look.here("after it was stuck");
        look.at("/school/stap/query_executed");
        browser.open("/school/stap/password_set");
        browser.press("[data-action=reveal]");
        look.here("with the password");
        while browser.has("[data-secret]") {
            browser.open("/school/stap/password_set");
            if !browser.has("[data-action=reveal]") {
                break;
            }
            browser.press("[data-action=reveal]");
        }
        look.here("with no password to see any more");
        browser.open("/school/stap/consent_given");
        browser.press("[data-action=claim]");
        look.here("after a step is done");
        look.at("/school/stap/consent_given");

        look.finish(&[
            links::SCHOOL_STEP,
            links::SCHOOL_CONTACTS,
            links::SCHOOL_REMINDERS,
            links::SCHOOL_PAUSE,
            links::SCHOOL_WITHDRAW,
            links::SCHOOL_OWN_DAYS,
        ]);
    });
}

/// Hands a step to somebody with as long a name and address as people have.
fn hand_over(browser: &Browser, path: &str) {
    browser.open(path);
    browser.unfold("main details:has([data-action=hand-over])");
    let address = "maria.van.den.heuvel-groenewegen-tot-westerbroek@scholengemeenschap-dewilgen.example";
    browser.fill("[name=colleague_name]", "Maria Johanna Wilhelmina van den Heuvel-Groenewegen tot Westerbroek");
    browser.fill("[name=colleague_email]", address);
    browser.click("[name=colleague_role][value=applicatiebeheerder]");
    browser.press("[data-action=hand-over]");
}

/// Sends a form without having filled it in.
fn send_empty(browser: &Browser, path: &str, button: &str) {
    browser.open(path);
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })", &[]);
    browser.press(&format!("[data-action={button}]"));
}
