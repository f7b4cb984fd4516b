//! The page of a connection on a colleague's PC: what is needed daily is above the fold of two screens.

use super::light::Window;
use crate::support::{Browser, run};

/// What a colleague needs daily, as the headings of the page call it.
const DAILY: [&str; 6] = ["nu", "stappen", "contactpersonen", "notities", "post", "verbinding"];

/// Above this line, in pixels, in a window of 1280 wide.
const LINE: f64 = 1200.0;

/// Where the part under a heading ends, from the top of the page.
const END: &str =
    "return document.querySelector(`[aria-labelledby='${arguments[0]}']`).getBoundingClientRect().bottom + scrollY";

#[test]
fn what_is_needed_daily_ends_above_the_line_on_a_pc() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in_as_staff("eva@kurve.example");
        for school in ["Lyceum De Wilgen", "Het Molenveld", "Bonhoeffer College"] {
            let page = page_of(&browser, school);
            make_typical(&browser, &page);
            browser.open(&page);
            Window::DESK.set(&browser);

            let ends = DAILY.map(|part| (part, browser.run(END, &[part.into()]).as_f64().expect("a place")));

            let below: Vec<_> = ends.iter().filter(|(_, end)| *end > LINE).collect();
            assert!(below.is_empty(), "{school}: {below:?} of {ends:?}");
            let wide = browser.run("return document.scrollingElement.scrollWidth <= innerWidth", &[]);
            assert_eq!(wide, true, "{school}");
        }
    });
}

/// Two contacts, three notes and ten mails.
fn make_typical(browser: &Browser, page: &str) {
    let count = |selector: &str| {
        browser.open(page);
        browser.run(&format!("return document.querySelectorAll(`{selector}`).length"), &[]).as_u64().expect("a number")
    };
    for number in 0.. {
        let (people, mails) = (count("[data-contact]"), count("[data-mail]"));
        if people == 2 && mails >= 10 {
            break;
        }
        assert!(number < 40, "{page} has {people} contacts and {mails} mails");
        if people > 2 || (people == 2 && mails < 10) {
            let last = "[...document.querySelectorAll('[data-form=remove_contact]')].at(-1).submit()";
            browser.leads_on("removing a contact", || drop(browser.run(last, &[])));
        } else {
            browser.unfold("[data-ask=add_contact]");
            browser.fill("[data-form=add_contact] [name=name]", "Piet van den Berg");
            browser.fill("[data-form=add_contact] [name=email]", &format!("p.vandenberg{number}@school.example"));
            browser.run(
                "document.querySelector('[data-form=add_contact] [name=role]').value = 'applicatiebeheerder'",
                &[],
            );
            browser.press("[data-form=add_contact] [data-action]");
        }
    }
    for number in count("[data-note]")..3 {
        browser.open(page);
        browser.unfold("[data-ask=note]");
        browser.fill(
            "[data-form=note] [name=text]",
            &format!("Ingrid werkt op di en do. Bel Sanne als het haast heeft, op toestel {number}."),
        );
        browser.press("[data-form=note] [data-action]");
    }
}

fn page_of(browser: &Browser, name: &str) -> String {
    browser.open("/beheer/scholen");
    let found = browser.attributes_found(&format!("//tr[@data-school-row]//a[normalize-space()='{name}']"), "href");
    found.into_iter().next().unwrap_or_else(|| panic!("no {name} on {}", browser.told()))
}
