//! What somebody sees who changes very much in a short time: "Even wachten", with what they typed.

use koppelklaar::links;
use serde_json::json;

use super::look::Look;
use crate::support::{Later, run};

const CONTACT: &str = "contact@dewilgen.example";

/// Sends the form with a button as it stands, over and over, until it is one too many; then once more with something typed
/// in a field, as the browser sends it. Each time it is refused for what it misses, so that nothing changes.
const SEND_TOO_MUCH: &str = r#"
const [button, field, text] = arguments;
const form = document.querySelector(button).closest("form");
const body = new URLSearchParams(new FormData(form));
for (let sent = 1; sent <= 100; sent += 1) {
    const request = new XMLHttpRequest();
    request.open("POST", form.action, false);
    request.send(body);
    if (request.status === 429) {
        form.querySelector(field).value = text;
        form.submit();
        return { sent, wait: request.getResponseHeader("Retry-After") };
    }
}
return null;
"#;

#[test]
fn the_page_of_who_must_wait_is_fit_for_every_reader_and_sends_again_what_was_typed() {
    run(|stage| {
        let mut browser = stage.browser();
        let later = Later::where_little_may_change(stage);
        browser.base.clone_from(&later.base);
        let mut look = Look::with(&browser);
        later.sign_in(&browser, CONTACT);
        let pause = browser.at_school("/pauze");
        browser.open(&pause);
        let typed = "We gaan verder na de toetsweek: mavo, havo & vwo.";

        browser.leads_on("too many forms", || {
            let end = browser.run(SEND_TOO_MUCH, &[json!("[data-action=pause]"), json!("[name=reason]"), json!(typed)]);
            let wait = end["wait"].as_str().and_then(|wait| wait.parse::<u64>().ok());
            assert!(wait.is_some_and(|wait| (1..=60).contains(&wait)), "{end}");
        });
        // The browser writes down each that the test sent.
        let sent = browser.console();
        assert!(sent.iter().all(|(_, text)| text.contains("status of 4")), "{sent:?}");
        assert_eq!(browser.text("h1"), "Even wachten");
        assert!(browser.text("main").contains("Wacht een minuut"), "{}", browser.told());
        look.here("after too many forms");

        // Later it is the form again, with what was typed, and what it misses.
        browser.until(|| {
            browser.press("[data-action=send-again]");
            browser.has("[data-action=pause]").then_some(())
        });
        let kept = browser.run("return document.querySelector('[name=reason]').value", &[]);
        assert_eq!(kept, json!(typed), "{}", browser.told());

        look.finish(&[links::SCHOOL_PAUSE.route()]);
    });
}
