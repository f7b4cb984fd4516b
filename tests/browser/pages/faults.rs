//! The look itself: it sees every kind of fault, and no more.

use super::look::Look;
use crate::support::run;

/// One fault of each kind. The first text has too little contrast in dark only, the second in forced colours only.
const FAULTS: &str = r##"
const main = document.querySelector("main");
const add = (name, text, style) => Object.assign(main.appendChild(document.createElement(name)), { textContent: text }).style.cssText = style;
add("input", "", "");
add("p", "Wie leest dit?", "color: light-dark(black, #333)");
add("p", "En dit?", "");
main.lastElementChild.className = "gedwongen";
document.styleSheets[0].insertRule("@media (forced-colors: active) { .gedwongen { forced-color-adjust: none; color: #222; } }");
add("div", "Breed", "width: 321px");
add("p", "Te lang voor dit vak", "width: 40px; overflow: hidden; white-space: nowrap");
add("p", "Op 3 november 2025 en 2025-11-03, niet op maandag 3 november 2025", "");
add("div", "", "height: 1px; width: 45rem");
for (const text of ["Dit", "Of dit"]) Object.assign(main.appendChild(document.createElement("a")), { className: "btn", textContent: text, id: "dubbel" });
main.insertAdjacentHTML("beforeend", `<div data-error-summary><a href="#nergens">Vul dit in</a></div>`);
main.insertAdjacentHTML("beforeend", `<ul class="steps"><li class="step step--blocked"><span class="tag">Kan nog niet</span> <a class="step__body" href="/">Stap</a></li></ul>`);
document.querySelector("[data-help]").remove();
document.documentElement.lang = "en";
console.error("Er gaat iets mis");
fetch("http://elders.example/");
"##;

#[test]
fn a_look_notes_every_kind_of_fault() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::sharp(&browser);
        browser.open("/");
        browser.run(FAULTS, &[]);

        look.here("");

        let noted = look.noted().join("\n");
        let has = |words: &[&str]| look.noted().iter().any(|line| words.iter().all(|word| line.contains(word)));
        let expected: [&[&str]; 19] = [
            &["at 320: scrolls sideways", "321px"],
            &["at 320, unfolded: scrolls sideways"],
            &["at 640: scrolls sideways"],
            &["at 1280: cuts off"],
            &["at 320, light: label "],
            &["at 768, light: label "],
            &["at 1280, light: label "],
            &["at 320, dark: color-contrast "],
            &["at 1280, dark: color-contrast ", "#333333"],
            &["at 768, forced: color-contrast ", "#222222"],
            &["is not in Dutch"],
            &["with a fault on it"],
            &["leads nowhere: #nergens"],
            &["no help"],
            &["loud buttons", "Of dit"],
            &["ids twice: dubbel"],
            &["not at the right", "Kan nog niet"],
            &["leads to what cannot be done yet"],
            &["a date otherwise", "Op 3 november 2025,2025-11-03"],
        ];
        for words in expected {
            assert!(has(words), "{words:?} is not in:\n{noted}");
        }
        assert!(!has(&["light: color-contrast "]), "{noted}");
        assert!(has(&["console", "Er gaat iets mis"]) && has(&["console", "elders.example"]), "{noted}");
    });
}
