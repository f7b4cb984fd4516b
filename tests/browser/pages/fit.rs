//! Whether a page fits its window.

use super::look::texts;
use crate::support::Browser;

/// What sticks out of the page, and what is cut off within it.
const FAULTS: &str = r#"
const faults = [];
const all = [...document.querySelectorAll("body *")];
const told = (list) => list.slice(-3).map((one) => one.outerHTML.slice(0, 80)).join(" | ");
const wide = document.scrollingElement.scrollWidth;
if (wide > innerWidth) {
  faults.push(`scrolls sideways, ${wide} px: ${told(all.filter((one) => one.getBoundingClientRect().right > innerWidth))}`);
}
const cut = all.filter((one) => !one.matches("input, textarea") && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1
  && ["hidden", "clip"].includes(getComputedStyle(one).overflowX));
if (cut.length) faults.push(`cuts off: ${told(cut)}`);
return faults;
"#;

/// What is wrong in the window that is set.
pub(super) fn faults(browser: &Browser) -> Vec<String> {
    texts(&browser.run(FAULTS, &[]))
}
