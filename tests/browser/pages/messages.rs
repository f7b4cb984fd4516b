//! Messages between Kurve and a school, on the pages of both.

use koppelklaar::links;

use super::look::Look;
use super::portal::ALL_TO_DO;
use super::staff::page_of;
use crate::support::run;

/// A message with a line that has no place to break.
const LONG: &str = "Beste {{school}},\n\nOpen {{pagina}} en doe:\n{{stappen}}\n\nhttps://een-heel-lang-adres.example/zonder/een/plek/om/af/te/breken/want/zo/zijn/adressen";

#[test]
fn the_pages_of_messages_are_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        browser.sign_in_as_staff("eva@kurve.example");

        look.at("/beheer/berichtsjablonen");
        browser.press("[data-action=add_template]");
        look.here("with mistakes");
        browser.fill("[name=name]", "Samen door de stappen, met een lange naam voor een sjabloon");
        browser.fill("[name=text]", LONG);
        browser.press("[data-action=add_template]");
        look.here("with a template");
        browser.press("[data-template] a");
        look.here("one template");
        browser.fill("[name=text]", "Beste {{naam}},");
        browser.press("[data-action=change_template]");
        look.here("one template with a mistake");
        let school = page_of(&browser, "Bonhoeffer College");
        look.at(&format!("{school}/berichten"));
        browser.press("[data-action=send]");
        look.here("with nothing written");
        browser.fill("[name=text]", LONG);
        browser.press("[data-action=preview]");
        look.here("with a look beforehand");
        browser.press("[data-action=send]");
        look.here("after it was sent");
        look.at(&format!("{school}/berichten"));
        browser.sign_in_as_staff("lezer@kurve.example");
        look.at(&format!("{school}/berichten"));

        browser.sign_in(ALL_TO_DO);
        look.at(&browser.at_school("/berichten"));
        browser.press("[data-action=send]");
        look.here("with nothing written by the school");
        browser.fill("[name=text]", "Het schuifje staat nu aan.\nKijken jullie?");
        let picture = stage.folder.join("scherm.png");
        std::fs::write(&picture, b"\x89PNG\r\n\x1a\nrest").expect("the file is written");
        browser.choose("#file", &picture);
        browser.press("[data-action=send]");
        look.here("after the school wrote");

        look.finish(&[
            links::STAFF_MESSAGES,
            links::STAFF_TEMPLATES,
            links::STAFF_TEMPLATE,
            links::SCHOOL_MESSAGES.route(),
        ]);
    });
}
