//! Where the converter cannot work, the manual is there.

use serde_json::json;

use super::kept::CONTACT;
use super::walk::PATH;
use crate::support::{Browser, run};

#[test]
fn without_javascript_the_page_has_the_manuals_steps() {
    run(|stage| {
        let browser = stage.browser_without_scripts();
        browser.open(PATH);

        assert_eq!(browser.text("h1"), "Maak het bestand voor Numo");
        assert!(browser.text("main").contains("JavaScript staat uit"));
        assert_has_the_steps_by_hand(&browser);
    });
}

#[test]
fn without_javascript_a_contact_still_says_that_the_file_is_made_and_all_is_cleaned_up() {
    run(|stage| {
        let browser = stage.browser_without_scripts();
        browser.sign_in(CONTACT);
        browser.open(&browser.at_school("/optie-b"));
        assert_has_the_steps_by_hand(&browser);

        browser.press("[data-action=note-made]");
        assert!(browser.text("[data-file-made]").starts_with("Gemaakt op "), "{}", browser.told());
        assert_eq!(browser.text("[data-cleaned-up]"), "Nog niet genoteerd");
        browser.press("[data-action=note-cleaned]");
        assert!(browser.text("[data-cleaned-up]").starts_with("Opgeruimd op "), "{}", browser.told());
    });
}

#[test]
fn where_webassembly_is_blocked_the_page_has_the_manuals_steps() {
    run(|stage| {
        let browser = stage.browser();
        let blocked = "WebAssembly.compileStreaming = async () => { throw new WebAssembly.CompileError('blocked'); };";
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": blocked }));
        browser.open(PATH);

        browser.find("[data-blocked]:not([hidden])");
        assert!(browser.text("main").contains("De omzetter werkt niet in deze browser"));
        assert_has_the_steps_by_hand(&browser);
    });
}

/// The steps that the converter does, seen on the page.
#[track_caller]
fn assert_has_the_steps_by_hand(browser: &Browser) {
    for (step, named) in
        [(7, "gebruikersnaam"), (8, "wachtwoord"), (9, "rol"), (10, "opleidingscode"), (11, "IDGebr"), (12, ".csv")]
    {
        let text = browser.text(&format!("[data-by-hand] [data-manual-step='{step}']"));
        assert!(text.starts_with(&format!("{step}.")) && text.contains(named), "{step}: {text}");
    }
}
