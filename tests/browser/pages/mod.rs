//! Every page from every side: it fits a narrow window, is accessible in light and dark, writes nothing on the console,
//! and asks nothing of another host.

mod look;

mod connection;
mod portal;
mod public;
mod staff;

use crate::support::run;
use look::Look;

/// A page with one fault of each kind. The contrast is good in light only.
const FAULTS: &str = r#"
const add = (name) => document.querySelector("main").appendChild(document.createElement(name));
add("input");
add("p").textContent = "Wie leest dit?";
document.querySelector("main > p:last-child").style.color = "light-dark(black, #333)";
Object.assign(add("div"), { textContent: "Breed" }).style.width = "321px";
console.error("Er gaat iets mis");
fetch("http://elders.example/");
"#;

#[test]
fn a_look_notes_every_kind_of_fault() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.open("/");
        browser.run(FAULTS, &[]);

        look.here("");

        let has = |words: &[&str]| look.noted().iter().any(|line| words.iter().all(|word| line.contains(word)));
        let noted = look.noted().join("\n");
        assert!(has(&["scrolls sideways", "321px"]), "{noted}");
        assert!(has(&["at 320, light: label "]) && has(&["at 1280, dark: label "]), "{noted}");
        assert!(has(&["at 320, dark: color-contrast "]) && has(&["at 1280, dark: color-contrast "]), "{noted}");
        assert!(!has(&["light: color-contrast "]), "{noted}");
        assert!(has(&["console", "Er gaat iets mis"]) && has(&["console", "elders.example"]), "{noted}");
    });
}
