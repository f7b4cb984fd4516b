//! A school that waits to begin: what who asks sees, its row of the worklist, and its page.

use koppelklaar::links;

use super::look::Look;
use super::public::request;
use crate::support::{Mailbox, run_with};

#[test]
fn a_school_that_waits_to_begin_is_fit_for_who_asks_and_for_every_colleague() {
    run_with(&[("KOPPELKLAAR_NEW_SCHOOLS", "review")], |stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        for address in ["anna@nieuwebrug.example", "een.heel.lang.adres.van.bea.bakker@nieuwebrug.example"] {
            request(&browser, address);
            look.here("where new schools wait");
            Mailbox::of(address).follow(&browser, "/aanmelden/bevestig/");
            browser.press("[data-action=confirm]");
            look.here("and waits");
        }
        browser.sign_in_as_staff("lezer@kurve.example");
        browser.press("[data-kind=begin] th a");
        look.here("as a reader");
        browser.sign_in_as_staff("eva@kurve.example");
        look.at("/beheer?soort=begin");
        browser.press("[data-kind=begin] .work__do a");
        look.here("that waits");
        let page = browser.path();
        browser.unfold("details:has([data-form=decline])");
        browser.press("[data-form=decline] button");
        look.here("with a mistake in decline");
        browser.open(&page);
        browser.press("[data-form=begin] button");
        look.here("that begins");
        look.at(&page);
        look.at("/beheer?soort=begin");
        browser.press("[data-kind=begin] .work__do a");
        look.here("whose BRIN came meanwhile");
        browser.press("[data-form=begin] button");
        look.here("that asks to join instead");

        look.finish(&[links::STAFF_REGISTRATION]);
    });
}
