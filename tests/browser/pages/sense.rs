//! What every page has in common, whatever it is about.

use super::look::texts;
use crate::support::Browser;

const FAULTS: &str = r#"
const faults = [];
const must = (holds, fault) => { if (!holds) faults.push(fault); };
const all = (selector) => [...document.querySelectorAll(selector)];

must(document.documentElement.lang === "nl", "is not in Dutch");
must(document.title.endsWith(" · Koppelklaar") && document.title.length > 16, `is called "${document.title}"`);
must(all("meta[name=robots]").length + all("meta[name=description]").length === 1, "is neither kept from search engines nor described to them");
must(all("h1").length === 1, `has ${all("h1").length} h1`);

const failed = all("[data-error-summary], [aria-invalid=true], [data-refusal] .banner--error").length > 0;
must(document.title.startsWith("Fout: ") === failed, `is called "${document.title}" with${failed ? "" : "out"} a fault on it`);
const lost = all("[data-error-summary] a").filter((link) => !document.querySelector(`${link.getAttribute("href")}`));
must(lost.length === 0, `has a fault that leads nowhere: ${lost.map((link) => link.hash)}`);

const help = all("[data-help]");
must(help.length === 1 && help[0] === document.querySelector(".site-footer .wrap > :first-child") && help[0].innerText.trim(),
  "has no help at the start of its foot");

const loud = all(".btn:not([class*=btn--secondary], [class*=btn--warning], [class*=btn--link], [class*=btn--text])");
must(loud.length < 2, `has ${loud.length} loud buttons: ${loud.map((one) => one.textContent.trim())}`);

// On a telephone it stands below.
const end = (one) => one.getBoundingClientRect().right;
const adrift = innerWidth < 700 ? [] : all(".steps > .step, .ledger__step").filter((step) => end(step.querySelector(".tag")) < end(step) - 60);
must(adrift.length === 0, `has a state that is not at the right: ${adrift.map((step) => step.innerText)}`);
must(all(".step--blocked a").length === 0, "leads to what cannot be done yet");

// So that what holds of a page in light holds in other colours too, but for the colours.
const inOtherColours = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  .filter((rule) => /forced-colors|prefers-color-scheme/.test(rule.conditionText ?? "")).map((rule) => rule.cssText).join("\n");
must(!/[{;\s](display|visibility|content|position|order|float|opacity|clip-path|(min-|max-)?(width|height)):/.test(inOtherColours),
  "hides, shows or moves something in other colours");

const ids = all("[id]").map((one) => one.id);
const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
must(twice.length === 0, `has ids twice: ${twice}`);
return faults;
"#;

/// Dates that are written otherwise than all others.
const DATES: &str = r#"
const months = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december";
const said = document.body.innerText;
const bare = [...said.matchAll(new RegExp(`(\\S*)\\s*\\b\\d{1,2} (${months})( \\d{4})?`, "gi"))]
  .filter(([, day, , year]) => !/\b((maan|dins|woens|donder|vrij|zater|zon)dag|ma|di|wo|do|vr|za|zo)$/.test(day) || !year).map(([date]) => date);
const digits = said.match(/\b(\d{4}-\d{2}-\d{2}|\d{1,2}[-/]\d{1,2}[-/]\d{4})\b/g) || [];
return bare.length + digits.length === 0 ? [] : [`writes a date otherwise than "maandag 23 november 2026": ${[...bare, ...digits]}`];
"#;

/// What is wrong.
pub(super) fn faults(browser: &Browser) -> Vec<String> {
    texts(&browser.run(FAULTS, &[])).into_iter().chain(faults_of_dates(browser)).collect()
}

/// What is wrong with the dates on a page or in a mail.
pub(super) fn faults_of_dates(browser: &Browser) -> Vec<String> {
    texts(&browser.run(DATES, &[]))
}
