//! What everybody can see: the way in, and everything that can go wrong on it.

use koppelklaar::links;

use super::look::Look;
use crate::support::{Browser, Mailbox, run};

const CONTACT: &str = "contact@dewilgen.example";

/// As long as a token is, and none.
const NO_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn every_public_page_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        let plain = [
            "/",
            "/optie-b",
            "/woorden",
            "/api",
            "/aanmelden",
            "/inloggen",
            "/inloggen/code",
            "/nergens",
            "/beheer/inloggen",
        ];
        for path in plain {
            look.at(path);
        }
        for start in ["/aanmelden/bevestig", "/inloggen/link", "/beheer/uitnodiging", "/afmelden"] {
            look.at(&format!("{start}/{NO_TOKEN}"));
        }
        look.at("/demo/post");
        look.at("/demo/codes");
        look.at("/demo/magister");
        // An address that only takes forms.
        look.at("/uitloggen");
        forge(&mut look);
        write_too_much(&mut look);

        look.finish(&[
            links::HOME,
            links::OPTION_B,
            links::WORDS,
            links::API,
            links::REGISTER,
            links::SIGN_IN,
            links::SIGN_IN_CODE,
            links::STAFF_SIGN_IN,
            links::UNSUBSCRIBE,
            links::DEMO_MAILS,
            links::DEMO_CODES,
            links::DEMO_MAGISTER,
        ]);
    });
}

#[test]
fn every_page_of_an_error_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        for status in [403, 404, 409, 413, 422, 429, 500, 503] {
            look.at(&format!("/demo/fout/{status}"));
        }

        look.finish(&[links::DEMO_ERROR]);
    });
}

#[test]
fn every_page_of_a_request_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        browser.open("/aanmelden");
        browser.press("main form [data-action=register]");
        look.here("with mistakes");
        let mut mailbox = Mailbox::of("anna@nieuwebrug.example");
        request(&browser, "anna@nieuwebrug.example");
        look.here("");
        let link = mailbox.open(&browser, "/aanmelden/bevestig/");
        look.here("with the mail");
        look.at(&link);
        look.at(&format!("{link}/wijzigen"));
        browser.forget_cookies();
        browser.open(&link);
        browser.press("[data-action=confirm]");
        look.here("confirmed elsewhere");
        look.at(&link);
        request(&browser, "bea@nieuwebrug.example");
        Mailbox::of("bea@nieuwebrug.example").follow(&browser, "/aanmelden/bevestig/");
        browser.press("[data-action=confirm]");
        look.here("for a school that is here already");

        look.finish(&[links::REGISTER_SENT, links::REGISTER_CONFIRM, links::REGISTER_CHANGE, links::DEMO_MAIL]);
    });
}

#[test]
fn every_page_of_signing_in_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        let mut mailbox = Mailbox::of(CONTACT);

        browser.open("/inloggen");
        browser.press("[data-action=send-link]");
        look.here("with a mistake");
        browser.open("/inloggen/code");
        send_code(&browser, "12345678");
        look.here("with a code that was not asked for");
        browser.ask_for_link(CONTACT);
        let replaced = mailbox.open(&browser, "/inloggen/link/");
        browser.ask_for_link(CONTACT);
        look.here("after asking");
        let link = mailbox.open(&browser, "/inloggen/link/");
        look.here("with the mail");
        look.at(&link);
        // Since the second was asked for, the first no longer works.
        look.at(&replaced);
        use_elsewhere(&mut look, &link);
        wear_out(&mut look, &mut mailbox);

        look.finish(&[links::SIGN_IN_LINK]);
    });
}

/// A form whose token is not this browser's.
fn forge(look: &mut Look<'_>) {
    look.browser.open("/inloggen");
    look.browser.run("document.querySelector('main [name=csrf]').value = 'x'", &[]);
    look.browser.press("[data-action=send-link]");
    look.here("with a forged form");
}

/// More than a form may hold.
fn write_too_much(look: &mut Look<'_>) {
    look.browser.open("/inloggen");
    look.browser.run("document.querySelector('[name=email]').value = 'a'.repeat(70000)", &[]);
    look.browser.press("[data-action=send-link]");
    assert_eq!(look.browser.text("h1"), "Dit is te veel tekst");
    look.here("with too much text");
}

/// The link in another browser, which must give the code too; then once more.
fn use_elsewhere(look: &mut Look<'_>, link: &str) {
    look.browser.forget_cookies();
    look.at(link);
    send_code(look.browser, "00000000");
    look.here("with a wrong code");
    let mut mailbox = Mailbox::of(CONTACT);
    mailbox.open(look.browser, link);
    let code = mailbox.code(look.browser);
    look.browser.open(link);
    send_code(look.browser, &code);
    assert!(look.browser.path().starts_with("/school/"), "{}", look.browser.told());
    look.browser.forget_cookies();
    look.browser.open(link);
    if look.browser.has("[name=code]") {
        send_code(look.browser, &code);
    }
    look.here("used");
}

/// Wrong codes until no more are taken.
fn wear_out(look: &mut Look<'_>, mailbox: &mut Mailbox) {
    look.browser.ask_for_link(CONTACT);
    mailbox.open(look.browser, "/inloggen/link/");
    let wrong = if mailbox.code(look.browser) == "00000000" { "11111111" } else { "00000000" };
    look.browser.open("/inloggen/code");
    send_code(look.browser, wrong);
    look.here("with a wrong code");
    while look.browser.has("[name=code]") {
        send_code(look.browser, wrong);
    }
    look.here("after too many wrong codes");
}

pub(super) fn send_code(browser: &Browser, code: &str) {
    browser.fill("[name=code]", code);
    browser.press("main [data-action=sign-in]");
}

pub(super) fn request(browser: &Browser, address: &str) {
    browser.open("/aanmelden");
    let fields =
        [("school_name", "De Nieuwe Brug"), ("brin", "98ZZ"), ("domain", "nieuwebrug"), ("name", "Anna de Wit")];
    for (name, value) in fields.into_iter().chain([("email", address)]) {
        browser.fill(&format!("[name={name}]"), value);
    }
    browser.click("[name=region][value=zuid]");
    browser.click("[name=role][value=superbeheerder]");
    browser.press("main form [data-action=register]");
}
