//! The copy buttons: what they put on the clipboard, and what is left where the clipboard is closed.

use crate::support::keys::{CONTROL, PASTE};
use crate::support::{Browser, run};

/// Has a password to show and a ticket to write.
const CONTACT: &str = "contact@dewilgen.example";

/// As on a PC where no page may touch the clipboard.
const CLOSED: &str = "Object.defineProperty(navigator, 'clipboard', { value: undefined })";

#[test]
fn the_password_and_the_text_for_the_ticket_are_copied_by_a_button() {
    run(|stage| {
        let browser = stage.browser();
        let password = show_password(&browser);

        browser.click("[data-secret] + .copy-row button");
        is_said(&browser, "Gekopieerd");
        assert_eq!(pasted(&browser), password, "without the spaces that are seen");
        open_ticket(&browser);
        browser.click("#ticket-text + .copy-row button");
        is_said(&browser, "Gekopieerd");
        assert_eq!(pasted(&browser), "voor Numo");
    });
}

#[test]
fn where_the_clipboard_is_closed_the_text_stands_ready_for_control_c() {
    run(|stage| {
        let browser = stage.browser();
        let password = show_password(&browser);
        browser.run(CLOSED, &[]);

        browser.click("[data-secret] + .copy-row button");
        is_said(&browser, "Geselecteerd: druk op Ctrl+C");
        browser.chord(CONTROL, 'c');
        assert_eq!(pasted(&browser), password, "without the spaces that are seen");
        open_ticket(&browser);
        browser.run(CLOSED, &[]);
        browser.click("#ticket-text + .copy-row button");
        is_said(&browser, "Geselecteerd: druk op Ctrl+C");
        browser.chord(CONTROL, 'c');
        assert_eq!(pasted(&browser), "voor Numo");
    });
}

fn open_ticket(browser: &Browser) {
    browser.open(&browser.at_school("/stap/allowlisting_requested"));
    if browser.has("main details:has(#ticket-text)") {
        browser.unfold("main details:has(#ticket-text)");
    }
}

fn show_password(browser: &Browser) -> String {
    browser.sign_in(CONTACT);
    browser.open(&browser.at_school("/stap/password_set"));
    // The query comes first, so the password stands folded.
    browser.unfold("main details[data-ask=password]");
    browser.press("[data-action=reveal]");
    let password = browser.text("[data-secret]");
    assert_eq!(password.len(), 28);
    password
}

/// The button says what it did, and so does the page to who cannot see the button.
fn is_said(browser: &Browser, text: &str) {
    let said = browser.until(|| (browser.text(".copy-row button") == text).then_some(()));
    assert!(said.is_some(), "{}", browser.told());
    let aloud = browser.run("return document.querySelector('body > [role=status]').textContent", &[]);
    assert!(aloud.as_str().is_some_and(|aloud| !aloud.is_empty()), "{aloud}");
}

/// What is on the clipboard, as it comes out in a field of another page.
fn pasted(browser: &Browser) -> String {
    browser.open("/aanmelden");
    browser.fill("[name=school_name]", PASTE);
    let value = browser.run("return document.querySelector('[name=school_name]').value", &[]);
    value.as_str().unwrap_or_default().to_owned()
}
