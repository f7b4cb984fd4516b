//! The card on top of the overview, where it speaks of each of several schools and not of the connection.

use crate::domain::check::Truths;
use crate::domain::onboarding::progress::open_steps;
use crate::domain::onboarding::{Lifecycle, Step};
use crate::domain::school::{Contact, School};
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::portal::evidence;
use crate::web::portal::next::{DOUBTED, IMPORT_AGAIN, Link, NextCard};
use crate::web::portal::school_rows::{Standing, listed, standing_so};
use crate::words;

/// What is to be said of several schools; nothing while there is one, and while what all share comes first.
pub(super) fn card(file: &ConnectionFile, truths: &Truths<'_>, me: &Contact) -> Option<NextCard> {
    if !file.connection.has_many() {
        return None;
    }
    match file.state.lifecycle() {
        Lifecycle::Paused { .. } => None,
        Lifecycle::Withdrawn { at, .. } => {
            let card = NextCard::new("wait", "withdrawn", "Gestopt", "Alle scholen zijn gestopt");
            let card = card.say(format!("De laatste stopte op {}.", words::date_nl(at)));
            let card = card.leading_to_option_b(&file.state, me);
            Some(card.say("Willen jullie toch verder? Staat er hieronder bij een school “Terugdraaien”, dan kan het met die knop. Anders kun je het Kurve vragen."))
        }
        Lifecycle::Completed { at } => {
            let done = listed(&standing_so(file, Standing::Done));
            let card = NextCard::new("done", "completed", "Klaar", "De import in Numo is gedaan");
            let card = card.say(format!("Gemeld voor {done}. De laatste keer op {}.", words::date_nl(at)));
            let card = card.say("Jullie hoeven hier niets meer te doen.");
            Some(card.say(IMPORT_AGAIN))
        }
        Lifecycle::Active => match &*standing_so(file, Standing::Open) {
            [] => kurves_turn(file, truths, me),
            open => Some(to_import(file, open)),
        },
    }
}

/// What Kurve's turn means once all that schools share is done, and the newest check denies none of it.
const ALL_READY: &str = "Alles van jullie kant is klaar. Kurve activeert elke school in Numo.";

fn to_import(file: &ConnectionFile, open: &[&School]) -> NextCard {
    let (title, of_each) = match open {
        [only] => (format!("Je kunt importeren voor {}", only.details.name), "de school"),
        several => (format!("Je kunt importeren voor {} scholen", several.len()), "elke school"),
    };
    let mut card = NextCard::new("done", "import", "Jouw volgende stap", title);
    if open.len() > 1 {
        card = card.say(format!("Dat kan voor {}.", listed(open)));
    }
    card = card.say(format!("Hieronder staat hoe je importeert. Meld daarna bij {of_each} dat het gedaan is."));
    let others = match standing_so(file, Standing::Closed).len() {
        0 => return card,
        1 => "De andere wacht",
        _ => "De andere wachten",
    };
    let counted = evidence::activated_text(&file.state).map(|said| format!("{said}. ")).unwrap_or_default();
    card.say(format!("{counted}{others} op Kurve."))
}

/// Everything but the activation is done: for some schools, or for none yet.
fn kurves_turn(file: &ConnectionFile, truths: &Truths<'_>, me: &Contact) -> Option<NextCard> {
    let step = Step::ActivationConfirmed;
    let open = match &*open_steps(&file.state) {
        [only] if only.step == step => *only,
        _ => return None,
    };
    let title = format!("Kurve is aan de beurt sinds {}", words::date_nl(open.since));
    let counted = evidence::activated_text(&file.state).map(|said| format!("{said}. ")).unwrap_or_default();
    let mut card = NextCard::new("wait", step.as_str(), "Nu niets te doen", title)
        .say(if truths.has_doubts() { DOUBTED } else { ALL_READY })
        .say(format!("{counted}Hieronder staat bij elke school of je kunt importeren."));
    card.link = Some(Link { label: "Deze stap openen".to_owned(), ..Link::to_step(me, step) });
    Some(card)
}
