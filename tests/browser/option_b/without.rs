//! Where the converter cannot work, the manual is there.

use serde_json::json;

use super::walk::PATH;
use crate::support::run;

#[test]
fn without_javascript_the_page_has_the_manuals_steps() {
    run(|stage| {
        let browser = stage.browser_without_scripts();
        browser.open(PATH);

        assert_eq!(browser.text("h1"), "Maak het bestand voor Numo");
        assert!(browser.text("main").contains("JavaScript staat uit"));
        assert!(browser.text("[data-by-hand]").contains("wachtwoord"));
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
        assert!(browser.text("[data-by-hand]").contains("wachtwoord"));
    });
}
