//! What a school sees, in every state that the demo has.

use koppelklaar::domain::onboarding::Step;
use koppelklaar::links;
use strum::IntoEnumIterator;

use super::look::Look;
use crate::option_b::walk::{answer, give_export, give_table, go_on, sample};
use crate::support::{Browser, run};

/// Has everything before it: credentials are issued and no step of the school is done.
pub(super) const ALL_TO_DO: &str = "contact@dewilgen.example";

#[test]
fn every_state_of_a_school_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        assert!(stage.contacts.len() > 10, "the demo says who can sign in: {:?}", stage.contacts);

        for contact in &stage.contacts {
            browser.sign_in(contact);
            if browser.path() == "/school" {
                look.here("");
                browser.press("[data-connection] a");
            }
            look.here(contact);
            if browser.has("a[data-action=next]") {
                browser.press("a[data-action=next]");
                look.here(contact);
            }
        }

        look.finish(&[links::SCHOOLS, links::SCHOOL.route()]);
    });
}

/// Stopped for Optie B, and kept a table.
const CHOSE_OPTION_B: &str = "contact@maasplein.example";

#[test]
fn the_pages_of_a_school_that_chose_optie_b_are_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.sign_in(CHOSE_OPTION_B);
        browser.press("a[data-action=next]");
        look.here("Optie B");

        browser.press("[data-action=edit-table]");
        look.here("the table as a text");
        let table = browser.path();
        browser.fill("[name=studies]", "Studie;opleidingscode\nHavo 4;H4;101001");
        browser.press("[data-action=keep-table]");
        look.here("with a mistake in the table");
        look.at(table.trim_end_matches("/tabel"));

        // A colleague changes it at once.
        browser.open(&table);
        let colleague = stage.browser();
        colleague.sign_in(CHOSE_OPTION_B);
        for (who, code) in [(&colleague, "VAN-DE-COLLEGA"), (&browser, "VAN-MIJ")] {
            if who.path() != table {
                who.open(&table);
            }
            who.fill("[name=studies]", &format!("Studie;opleidingscode\nHavo 4;{code}"));
            who.press("[data-action=keep-table]");
        }
        browser.find("[data-now]");
        look.here("with the table of a colleague");

        look.finish(&[
            links::SCHOOL_OPTION_B.route(),
            links::SCHOOL_OPTION_B_OF.route(),
            links::SCHOOL_OPTION_B_TABLE.route(),
        ]);
    });
}

#[test]
fn the_steps_of_the_converter_with_what_is_kept_are_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.sign_in(CHOSE_OPTION_B);
        browser.press("a[data-action=next]");
        browser.find("[data-place]:not([hidden]) #ob-export");

        give_export(&browser, &sample("in/03-ansi-dubbel.csv"));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        give_table(&browser);
        look.here("with a table to keep");
        browser.click("[data-post=table] button");
        browser.find("[data-table-kept]");
        look.here("with a table that is kept");
        go_on(&browser, "vragen");
        answer(&browser, "ob-q-row-8");
        go_on(&browser, "downloaden");
        look.here("with what a contact says");
        for form in ["made", "cleaned"] {
            browser.click(&format!("[data-post={form}] button"));
        }
        look.here("with what a contact said and what is not ticked yet");

        look.finish(&[]);
    });
}

#[test]
fn every_page_of_a_school_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.sign_in(ALL_TO_DO);

        for step in Step::iter() {
            look.at(&browser.at_school(&format!("/stap/{}", step.as_str())));
        }
        look.at(&browser.at_school("/stap/nergens"));
        let others = ["collegas", "herinneringen", "niet-meer-hier", "pauze", "scholen", "stoppen", "vrije-dagen"];
        for path in others {
            look.at(&browser.at_school(&format!("/{path}")));
        }
        let mistakes = [
            ("/stap/query_executed", "stuck"),
            ("/stap/query_executed", "hand-over"),
            ("/collegas", "add-colleague"),
            ("/herinneringen", "snooze"),
            ("/niet-meer-hier", "leave"),
            ("/pauze", "pause"),
            ("/scholen", "add-schools"),
            ("/stoppen", "withdraw"),
            ("/vrije-dagen", "add-own-days"),
        ];
        for (path, button) in mistakes {
            send_empty(&browser, &browser.at_school(path), button);
            look.here(&format!("with a mistake in {button}"));
        }
        hand_over(&browser, &browser.at_school("/stap/query_executed"));
        look.here("after it was handed over");
        for path in ["", "/collegas", "/stap/query_executed"] {
            browser.open(&browser.at_school(path));
            look.here("with a step at a colleague with a long name");
        }
        browser.open(&browser.at_school("/collegas"));
        browser.press("[data-contact]:last-child a");
        look.here("a colleague with a long name");
        browser.fill("[name=email]", "noreply@dewilgen.example");
        browser.press("[data-action=correct-address]");
        look.here("with an address that is asked about");
        look.at(&browser.at_school("/niet-meer-hier"));
        browser.open(&browser.at_school("/stap/query_executed"));
        browser.unfold("main details:has([data-action=stuck])");
        browser.fill("[name=reason]", "Decibel geeft bij Uitvoeren de melding ‘geen rechten’.");
        browser.press("[data-action=stuck]");
        look.here("after it was stuck");
        look.at(&browser.at_school("/stap/query_executed"));
        browser.open(&browser.at_school("/stap/password_set"));
        // The query comes first, so the password stands folded.
        browser.unfold("main details[data-ask=password]");
        browser.press("[data-action=reveal]");
        look.here("with the password");
        while browser.has("[data-secret]") {
            browser.open(&browser.at_school("/stap/password_set"));
            if !browser.has("[data-action=reveal]") {
                break;
            }
            browser.unfold("main details[data-ask=password]");
            browser.press("[data-action=reveal]");
        }
        look.here("with no password to see any more");
        browser.open(&browser.at_school("/stap/consent_given"));
        browser.press("[data-action=claim]");
        look.here("after a step is done");
        look.at(&browser.at_school("/stap/consent_given"));

        look.finish(&[
            links::SCHOOL_STEP.route(),
            links::SCHOOL_CONTACTS.route(),
            links::SCHOOL_COLLEAGUE.route(),
            links::SCHOOL_LEAVE.route(),
            links::SCHOOL_REMINDERS.route(),
            links::SCHOOL_PAUSE.route(),
            links::SCHOOL_SCHOOLS.route(),
            links::SCHOOL_WITHDRAW.route(),
            links::SCHOOL_OWN_DAYS.route(),
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
