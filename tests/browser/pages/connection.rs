//! The pages of connection checks, for the school and for Kurve, and the Magister of the demo.

use super::look::Look;
use crate::connection::{ask_for_check, check_at};
use crate::support::run;

#[test]
fn every_page_of_a_check_is_fit_for_every_reader_of_the_school() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        look.at("/demo/magister");
        browser.press("[data-action=behave-new]");
        look.here("with a mistake");

        browser.sign_in("contact@rivierenland.example");
        browser.run("document.querySelectorAll('[name=contact]')[2].checked = true", &[]);
        browser.press("[data-action=choose]");
        look.at("/school/verbinding");
        check_at(&browser, "/school");
        look.here("that is over");
        look.at("/school");
        browser.sign_in("contact@vechtstroom.example");
        ask_for_check(&browser, "/school");
        look.here("that runs");

        look.finish();
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
        look.at(&school);
        look.at(&format!("{school}/verbinding"));
        browser.open("/beheer/verbindingen?uitkomst=nooit");
        if browser.has("[data-action=check-list]") {
            browser.press("[data-action=check-list]");
            look.here("");
        }

        look.finish();
    });
}
