//! What is done on a step stays in view: beside the instructions, or in the bar of a phone, which hides nothing that has the
//! focus.

use serde_json::json;

use crate::support::{Browser, run};

/// Has a query to download and everything still to do.
const ALL_TO_DO: &str = "contact@dewilgen.example";

/// Whether the button is whole within the window.
const IN_VIEW: &str = r#"
const box = document.querySelector(arguments[0]).getBoundingClientRect();
return box.width > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
"#;

/// What of the page lies under the bar when it has the focus.
const HIDDEN: &str = r#"
const bar = document.querySelector(".dock");
const stops = [...document.querySelectorAll("main a[href], main summary, main button")].filter((one) => one.checkVisibility());
return stops.filter((one) => {
  one.focus();
  const [box, over] = [one.getBoundingClientRect(), bar.getBoundingClientRect()];
  const isSticky = getComputedStyle(bar).position === "sticky";
  return isSticky && !bar.contains(one) && box.bottom > over.top && box.top < over.bottom && box.left < over.right && box.right > over.left;
}).map((one) => one.outerHTML.slice(0, 80));
"#;

fn window(browser: &Browser, width: u32, height: u32) {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    browser.command("Emulation.setDeviceMetricsOverride", &metrics);
}

#[test]
fn the_buttons_of_a_step_stay_in_view_and_hide_nothing_that_has_the_focus() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in(ALL_TO_DO);
        for (width, height) in [(390, 844), (320, 640), (1280, 800)] {
            window(&browser, width, height);
            browser.open(&browser.at_school("/stap/query_executed"));

            for button in ["#doen [data-action=download]", "#doen [data-action=claim]"] {
                for place in ["0", "document.body.scrollHeight / 3"] {
                    browser.run(&format!("scrollTo(0, {place})"), &[]);
                    let is_in_view = browser.run(IN_VIEW, &[json!(button)]);
                    assert_eq!(is_in_view, json!(true), "{button} at {place} of {width} by {height}");
                }
            }
            assert_eq!(browser.run(HIDDEN, &[]), json!([]), "{width} by {height}");
        }
    });
}
