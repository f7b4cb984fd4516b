//! What a machine can see of a page's accessibility.

use serde_json::{Value, json};

use super::light::Colours;
use super::look::texts;
use crate::support::Browser;

/// The vendored checker; see `tests/browser/axe/LICENSE`.
const AXE: &str = include_str!("../axe/axe.min.js");

/// Everything of WCAG 2.2 up to AA, and what is good practice beside it.
const ALL: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const CHECK: &str = r#"
const [rules, done] = arguments;
const why = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message).join(" ");
const where = (one) => one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${why(node)}`).join(" | ");
axe.run(document, { runOnly: rules, resultTypes: ["violations"] }).then(
  (found) => done(found.violations.map((one) => `${one.id} (${one.help}): ${where(one)}`)),
  (error) => done([`axe: ${error}`]));
"#;

/// The checker asks for the fill of letters before their colour, and in forced colours Chromium answers with the fill
/// that it does not use.
const NO_FILL: &str = r#"
const answer = CSSStyleDeclaration.prototype.getPropertyValue;
CSSStyleDeclaration.prototype.getPropertyValue = function (name) {
  return name === "-webkit-text-fill-color" ? "" : answer.call(this, name);
};
"#;

/// Brings the checker along on every page from now on; the policy of the pages does not bind the browser's own tools.
pub(super) fn prepare(browser: &Browser) {
    for source in [AXE, NO_FILL] {
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source }));
    }
}

/// The rules for which it matters which colours are set: what is seen, and how large it is. Other colours hide nothing
/// and show nothing more; [`super::sense`] sees to that.
const OF_COLOURS: [&str; 3] = ["color-contrast", "link-in-text-block", "target-size"];

/// What is wrong in the window that is set, in the colours that are set.
pub(super) fn faults(browser: &Browser, colours: Colours) -> Vec<String> {
    match colours {
        Colours::Light => check(browser, &json!({ "type": "tag", "values": ALL })),
        Colours::Dark | Colours::Forced => check(browser, &json!({ "type": "rule", "values": OF_COLOURS })),
    }
}

/// What is wrong with a mail: a mail program puts it in a page of its own.
pub(super) fn faults_of_mail(browser: &Browser) -> Vec<String> {
    check(browser, &json!({ "type": "tag", "values": ALL[..5] }))
}

fn check(browser: &Browser, rules: &Value) -> Vec<String> {
    texts(&browser.run_async(CHECK, std::slice::from_ref(rules)))
}
