//! The pages of connection checks, for the school and for Kurve, and the Magister of the demo.

use koppelklaar::domain::check::CheckCode;
use koppelklaar::links;
use strum::IntoEnumIterator;

use super::look::Look;
use crate::connection::{ask_for_check, check_at};
use crate::support::{Later, run};

#[test]
fn every_page_of_a_check_is_fit_for_every_reader_of_the_school() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        look.at("/demo/magister");
        browser.press("[data-action=behave-new]");
        look.here("with a mistake");

        browser.sign_in("contact@rivierenland.example");
        browser.press("[data-connection]:nth-of-type(1) a");
        look.at(&browser.at_school("/verbinding"));
        check_at(&browser, &browser.at_school(""));
        look.here("that is over");
        look.at(&browser.at_school(""));
        browser.sign_in("contact@vechtstroom.example");
        ask_for_check(&browser, &browser.at_school(""));
        look.here("that runs");

        look.finish(&[links::SCHOOL_CONNECTION.route(), links::SCHOOL_CHECK.route()]);
    });
}

#[test]
fn every_page_of_a_check_is_fit_for_every_colleague() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.sign_in_as_staff("eva@kurve.example");

        look.at("/beheer/verbindingen");
        look.at("/beheer/verbindingen?uitkomst=kwijt");
        browser.open("/beheer/verbindingen");
        browser.press("[data-action=check-ticked]");
        look.here("with a mistake");
        let schools = browser.attributes_found("//tr[@data-connection-row]//th//a", "href");
        let school = schools[0].split('#').next().expect("a path").to_owned();
        check_at(&browser, &school);
        look.here("that is over");
        browser.open("/beheer/verbindingen");
        browser.click(".tick-box");
        browser.press("[data-action=check-ticked]");
        look.here("");
        look.at(&school);
        look.at(&format!("{school}/verbinding"));
        // Its Magister lets one wait.
        browser.open("/beheer/scholen?q=vechtstroom");
        let silent = browser.attributes_found("//tr[@data-school-row]//th//a", "href").remove(0);
        ask_for_check(&browser, &silent);
        assert!(browser.has("[data-live-only]"), "{}", browser.told());
        look.here("that runs");

        look.finish(&[links::STAFF_CONNECTIONS, links::STAFF_CONNECTION, links::STAFF_CHECK, links::STAFF_CHECK_RUN]);
    });
}

/// A behaviour of the demo's Magister for each way in which a check can end.
const ENDS: [(&str, CheckCode); 16] = [
    ("right", CheckCode::Ok),
    ("unknown_host", CheckCode::HostUnknown),
    ("silent", CheckCode::PortSilent),
    ("refuses", CheckCode::PortRefused),
    ("plain_text", CheckCode::TlsFailed),
    ("expired", CheckCode::CertificateInvalid),
    ("wrong_password", CheckCode::LoginRefused),
    ("list_not_granted", CheckCode::ListNotGranted),
    ("service_not_granted", CheckCode::ServiceNotGranted),
    ("old_columns", CheckCode::ListOutdated),
    ("no_rows", CheckCode::ListEmpty),
    ("few_rows", CheckCode::ListShrunk),
    ("list_fails", CheckCode::ListFailed),
    ("no_route", CheckCode::NoRoute),
    ("slow", CheckCode::TooSlow),
    ("html", CheckCode::UnexpectedAnswer),
];

#[test]
fn every_end_of_a_check_is_fit_for_every_reader() {
    assert!(ENDS.iter().map(|(_, code)| *code).eq(CheckCode::iter()), "every code has a behaviour");
    run(|stage| {
        let mut browser = stage.browser();
        let later = Later::on(stage, |_| ());
        browser.base.clone_from(&later.base);
        let mut look = Look::with(&browser);
        later.sign_in(&browser, "contact@duinrand.example");

        for (behaviour, code) in ENDS {
            let end = format!("[data-check={}]", code.as_str());
            later.behave("duinrand", behaviour);
            // Those that the demo had in hand when its data were copied.
            later.make_checks();
            ask_for_check(&browser, &browser.at_school(""));
            later.make_checks();
            browser.open(&browser.path());
            assert!(browser.has(&end), "{behaviour}: {}", browser.told());
            look.here("");
        }

        look.finish(&[]);
    });
}
