//! What Kurve sees.

use std::path::Path;

use koppelklaar::links;

use super::look::Look;
use crate::support::{Browser, run};

/// As long as a name of a view may be.
const LONG_VIEW: &str = "Vastgelopen scholen van Sjoerd en Fatima";

#[test]
fn every_page_of_kurve_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        browser.open("/beheer/inloggen");
        browser.press("[data-action=sign_in]");
        look.here("with mistakes");
        invite(&mut look, &stage.operate(&["staff", "add", "noor@kurve.example", "--name", "Noor de Boer"]));
        browser.sign_in_as_staff("eva@kurve.example");
        look.here("");
        let paths = [
            "scholen",
            "scholen?q=nergens",
            "scholen?holder=kurve",
            "scholen/toevoegen",
            "scholen/uit-bestand",
            "inzicht",
            "post",
            "post?stand=failed",
            "scholen/nergens",
            "collegas",
            "sleutels",
            "webhooks",
            "privacy",
            "systeem",
            "account",
            "account/code-app",
        ];
        for path in paths {
            look.at(&format!("/beheer/{path}"));
        }
        add_a_webhook(&mut look);
        keep_a_view(&mut look);
        do_for_many(&mut look);
        look_at_mails(&mut look);
        bring_a_list(&mut look, &stage.folder.join("scholen.csv"));
        let school = page_of(&browser, "Bonhoeffer College");
        look.at(&format!("{school}/gegevens"));
        for form in ["issue", "add_contact", "note", "pause", "snooze", "own_days", "withdraw"] {
            send_empty(&browser, &school, form);
            look.here(&format!("with a mistake in {form}"));
        }
        fall_behind(&mut look, &school);
        browser.sign_in_as_staff("lezer@kurve.example");
        look.here("as a reader");
        look.at(&school);
        look.at(&format!("{school}/gegevens"));

        look.finish(&[
            links::STAFF,
            links::STAFF_SCHOOLS,
            links::STAFF_NEW_SCHOOL,
            links::STAFF_ROSTERS,
            links::STAFF_ROSTER,
            links::STAFF_BULK,
            links::STAFF_BULK_RUN,
            links::STAFF_INSIGHT,
            links::STAFF_COLLEAGUES,
            links::STAFF_API_KEYS,
            links::STAFF_WEBHOOKS,
            links::STAFF_WEBHOOK,
            links::STAFF_PRIVACY,
            links::STAFF_SYSTEM,
            links::STAFF_ACCOUNT,
            links::STAFF_ACCOUNT_FACTOR,
            links::STAFF_MAILS,
            links::STAFF_MAIL,
            links::STAFF_INVITE,
            links::STAFF_DETAILS,
        ]);
    });
}

#[test]
fn every_state_of_a_school_is_fit_for_every_colleague() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.sign_in_as_staff("eva@kurve.example");
        browser.open("/beheer/scholen");
        let schools = browser.attributes_found("//tr[@data-school-row]//th//a", "href");
        assert!(schools.len() > 10, "{}", browser.told());

        look.at(&format!("{}?verloop=by_kurve", schools[0]));
        look.at(&format!("{}?verloop=connection", schools[0]));
        for school in schools {
            look.at(&school);
        }

        look.finish(&[links::STAFF_SCHOOL]);
    });
}

/// An endpoint whose host does not exist, first with a wrong address; then what was sent to it.
fn add_a_webhook(look: &mut Look<'_>) {
    let form = "[data-form=add_webhook]";
    for (url, state) in [
        ("http://numo.example", "with a wrong address"),
        ("https://numo-die-er-niet-is.example/een/heel/lang/adres/waar/berichten/naartoe/gaan", "with a new webhook"),
    ] {
        look.browser.open(links::STAFF_WEBHOOKS);
        look.browser.unfold(&format!("details:has({form})"));
        look.browser.fill(&format!("{form} [name=url]"), url);
        look.browser.press(&format!("{form} button"));
        look.here(state);
    }
    look.browser.press("[data-made] a");
    look.here("before anything was sent");
    look.browser.unfold("details:has([data-form=test])");
    look.browser.press("[data-form=test] button");
    look.here("with a message that tries it");
}

/// A filter that is kept, first without a name and then with a long one.
fn keep_a_view(look: &mut Look<'_>) {
    for (name, state) in [("", "with a view without a name"), (LONG_VIEW, "with a view that was kept")] {
        look.browser.open("/beheer/scholen?holder=kurve");
        look.browser.unfold("details:has([data-form=save_view])");
        look.browser.fill("[data-form=save_view] [name=name]", name);
        look.browser.press("[data-form=save_view] button");
        look.here(state);
    }
}

/// Rows that are chosen, a run that is to begin, one with mistakes, and one that ended.
fn do_for_many(look: &mut Look<'_>) {
    look.browser.open("/beheer/scholen");
    look.browser.run("document.getElementById('kies-bladzijde').click()", &[]);
    look.here("with rows that are chosen");
    look.browser.unfold(".more");
    look.browser.press("[data-action=bulk-put_off]");
    look.here("before it begins");
    look.browser.press("[data-action=begin]");
    look.here("with mistakes");
    look.browser.open("/beheer/scholen");
    look.browser.run("document.getElementById('kies-bladzijde').click()", &[]);
    look.browser.press("[data-action=bulk-vouch_and_issue]");
    look.here("with a ground to choose");
    look.browser.open("/beheer");
    look.browser.run("document.querySelectorAll('tbody .tick-box').forEach((one) => one.click())", &[]);
    look.here("with rows that are chosen");
    look.browser.run("document.getElementById('kies-bladzijde').click()", &[]);
    look.browser.press("[data-action=bulk-take]");
    look.here("before many are taken");
    look.at("/beheer/veel");
}

/// A mail that left, one that did not arrive, and a list without mails.
fn look_at_mails(look: &mut Look<'_>) {
    for status in ["sent", "failed"] {
        look.browser.open(&format!("/beheer/post?stand={status}"));
        let mails = look.browser.attributes_found("//tr[@data-mail]//th//a", "href");
        look.at(mails.first().unwrap_or_else(|| panic!("no mail on {}", look.browser.told())));
    }
    look.at("/beheer/post?stand=dropped");
}

/// Schools from a spreadsheet: no file, one without a column, and one with a row of each sort.
fn bring_a_list(look: &mut Look<'_>, file: &Path) {
    look.browser.open("/beheer/scholen/uit-bestand");
    look.browser.press("[data-action=bring]");
    look.here("without a file");
    let rows = "De Zonnebloem;98ZB;zonnebloem;Zuid;Els van Dam;els@zonnebloem.example\n\
        De Vlieger met een heel erg lange naam aan de rivier;12A8;vlieger;Oost;Bo Bos;bo@vlieger\n\
        De Toorts;1OAB;toorts;;Jo Jansen;jo@toorts.example\n";
    for (head, state) in [
        ("School;BRIN;Adres;Regio;Contact;E-mail", "without a column"),
        ("School;BRIN;Magister;Regio;Contact;E-mail", "after the dry run"),
    ] {
        std::fs::write(file, format!("{head}\n{rows}")).expect("the file is written");
        look.browser.open("/beheer/scholen/uit-bestand");
        look.browser.choose("#file", file);
        look.browser.press("[data-action=bring]");
        look.here(state);
    }
}

/// The page that a new colleague gets, and the same with mistakes.
fn invite(look: &mut Look<'_>, printed: &str) {
    let link = printed.lines().find_map(|line| line.trim().strip_prefix(&look.browser.base)).expect("a link");
    look.at(link);
    look.browser.press("[data-action=enrol]");
    look.here("with mistakes");
}

/// A form of a page that is older than the school.
fn fall_behind(look: &mut Look<'_>, school: &str) {
    look.browser.open(school);
    unfold(look.browser);
    look.browser.fill("[data-form=withdraw] [name=reason]", "De school kiest toch Optie B.");
    look.browser.run("document.querySelector('[data-form=withdraw] [name=version]').value = '0'", &[]);
    look.browser.press("[data-form=withdraw] [data-action=withdraw]");
    assert!(look.browser.has("[data-conflict]"), "{}", look.browser.told());
    look.here("too late");
}

fn send_empty(browser: &Browser, school: &str, form: &str) {
    browser.open(school);
    unfold(browser);
    browser.press(&format!("[data-form={form}] [data-action]"));
}

fn unfold(browser: &Browser) {
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })", &[]);
}

pub(super) fn page_of(browser: &Browser, name: &str) -> String {
    browser.open("/beheer/scholen");
    let found = browser.attributes_found(&format!("//tr[@data-school-row]//a[normalize-space()='{name}']"), "href");
    found.into_iter().next().unwrap_or_else(|| panic!("no {name} on {}", browser.told()))
}
