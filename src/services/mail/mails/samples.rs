//! Facts that the samples of several mails share.

use super::Mail;
use super::facts::SchoolFacts;
use super::frame::render;
use crate::mail::message::RenderedMail;

pub(super) const SUPPORT: &str = "support@kurve.nl";
pub(super) const NAME: &str = "Anna de Wit";
pub(super) const LINK: &str = "https://koppelklaar.example/stap?a=1&b=2";
pub(super) const STOP_LINK: &str = "https://koppelklaar.example/afmelden/token";
/// Signs that are dangerous in HTML.
pub(super) const NASTY_NAME: &str = "O'Brien & Zn. \"<b>";
pub(super) const REASON: &str = "Bij Laden zie ik de query niet.\n\nIk zie alleen <oude> bestanden & mappen.";

pub(super) fn school() -> SchoolFacts {
    SchoolFacts {
        name: "Bonhoeffer College".into(),
        brin: "12AB".into(),
        domain: "https://bonhoeffer.swp.nl".into(),
        region: "Midden".into(),
    }
}

pub(super) fn nasty_school() -> SchoolFacts {
    SchoolFacts { name: NASTY_NAME.into(), ..school() }
}

pub(super) fn rendered(mail: &impl Mail) -> RenderedMail {
    render(mail, SUPPORT).expect("templates write into a string")
}

/// Subject and text, as they are kept for the tests.
pub(super) fn as_text(mail: &impl Mail) -> String {
    subject_and_text(&rendered(mail))
}

pub(super) fn subject_and_text(mail: &RenderedMail) -> String {
    format!("Subject: {}\n\n{}", mail.subject, mail.text)
}
