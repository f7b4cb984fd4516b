//! The manual beside the converter: its ticks, and all of it on paper.

use serde_json::{Value, json};

use super::kept::CONTACT;
use super::walk::{PATH, at, give_export, go_on, open, sample};
use crate::support::{Browser, run};

/// The steps that are ticked off.
const TICKED: &str =
    "return [...document.querySelectorAll('[data-manual] .tick-box:checked')].map((one) => one.id).join()";

#[test]
fn a_tick_of_the_manual_stays_while_the_file_is_made_and_is_kept_nowhere() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        browser.unfold("[data-manual-place]");
        for tick in ["#h1", "#h2", "#h14b"] {
            browser.click(tick);
        }
        give_export(&browser, &sample("in/05-oud.xls"));
        go_on(&browser, "kolommen");
        browser.click("[data-action=back]");
        at(&browser, "bestand");
        assert_eq!(browser.run(TICKED, &[]), "h1,h2,h14b");
        browser.click("[data-action=wipe]");
        browser.find("[data-file=export]:not(.file--good)");
        assert_eq!(browser.run(TICKED, &[]), "h1,h2,h14b", "they are of the manual, not of the file");

        let kept = "return [Object.keys(localStorage).length, Object.keys(sessionStorage).length, location.search, location.hash]";
        assert_eq!(browser.run(kept, &[]), json!([0, 0, "", ""]));
        assert!(browser.text("[data-manual]").contains("sluit je deze pagina, dan zijn ze weg"));
        browser.leads_on("the page anew", || {
            browser.run("location.reload()", &[]);
        });
        assert_eq!(browser.run(TICKED, &[]), "");
    });
}

/// What of the manual is on paper, noted when the browser prints it.
const ON_PAPER: &str = r##"
window.addEventListener("beforeprint", () => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  window.onPaper = {
    steps: seen("[data-manual-step]").map((one) => one.dataset.manualStep),
    boxes: seen("[data-manual] .tick-box").length,
    cleaned: seen("[data-clean-up] li").length,
    mail: seen("#handleiding-mail").length,
    useless: seen("button, summary, .drop, .file, nav, [data-by-page], .no-print").map((one) => one.outerHTML.slice(0, 80)),
  };
});
"##;

#[test]
fn on_paper_the_manual_has_all_its_fourteen_steps_also_while_it_is_folded() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        assert!(browser.has("[data-manual-place]:not([open])"), "on the screen it is folded");
        has_all_steps_on_paper(&browser);
        assert!(browser.has("[data-manual-place]:not([open])"), "and it is folded again");

        browser.sign_in(CONTACT);
        browser.open(&browser.at_school("/optie-b"));
        browser.find("[data-place]:not([hidden]) #ob-export");
        has_all_steps_on_paper(&browser);

        let plain = stage.browser_without_scripts();
        plain.open(PATH);
        plain.command("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
        let shown = plain.text("[data-manual]");
        for step in 1..=14 {
            assert!(shown.contains(&format!("{step}. ")), "{step}: {shown}");
        }
    });
}

fn has_all_steps_on_paper(browser: &Browser) {
    browser.run(ON_PAPER, &[]);
    browser.command("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    browser.command("Page.printToPDF", &json!({ "paperWidth": 8.27, "paperHeight": 11.69 }));
    browser.command("Emulation.setEmulatedMedia", &json!({ "media": "" }));
    let seen = browser.run("return window.onPaper", &[]);
    let steps: Vec<String> = (1..=14).map(|step| step.to_string()).collect();
    assert_eq!(seen["steps"], json!(steps), "{seen}");
    assert_eq!((&seen["boxes"], &seen["cleaned"], &seen["mail"]), (&json!(19), &json!(5), &json!(1)), "{seen}");
    assert_eq!(seen["useless"], Value::Array(vec![]), "{seen}");
}
