//! What a visitor sees first: which option fits, and what Optie A takes.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use strum::IntoEnumIterator;

use crate::domain::onboarding::{Gate, Party};
use crate::links;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::page::{self, Frame};
use crate::words;

/// One of the five gates, at a glance.
struct GateGlance {
    key: &'static str,
    name: &'static str,
    what: &'static str,
    parties: Vec<PartyTag>,
}

/// Who does something for a gate, as a tag.
struct PartyTag {
    kind: &'static str,
    name: &'static str,
}

/// What an option asks of a school: of whom, and when. How long it takes differs from school to school.
struct Ask {
    of: &'static str,
    what: &'static str,
}

const OPTION_A: [Ask; 3] = [
    Ask {
        of: "Mensen",
        what: "De superbeheerder, iemand die in Decibel en bij Beheer > Webservices kan, en iemand die een ticket kan maken \
               bij Magister. Dat mag één persoon zijn. Ook Kurve en Magister doen een stap.",
    },
    Ask {
        of: "Vooraf",
        what: "Eén keer alle stappen, ook als er meer scholen in jullie Magister staan. Een paar kun je tegelijk doen. \
               Tussendoor wacht je op Kurve en op Magister.",
    },
    Ask {
        of: "Daarna",
        what: "Bijwerken doe je met een knop in Numo. Er is geen bestand om te maken of op te ruimen.",
    },
];

const OPTION_B: [Ask; 3] = [
    Ask {
        of: "Mensen",
        what: "Een collega met een speciale AVG-autorisatie en speciale rechten in Magister, en een Beheerder in Numo. Met \
               Single Sign-on (SSO) ook een applicatiebeheerder van Magister.",
    },
    Ask {
        of: "Elke keer",
        what: "Opnieuw een export maken, omzetten, importeren en alle bestanden opruimen: elk schooljaar, en als er leerlingen \
               bij komen of van niveau wisselen. Je wacht niet op Kurve of Magister.",
    },
    Ask {
        of: "Volgend jaar",
        what: "Korter: de kolommen staan dan in een Layout van Magister, en de codes van jullie studies in een tabel.",
    },
];

/// The start page.
#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    frame: Frame,
    gates: Vec<GateGlance>,
    option_a: [Ask; 3],
    option_b: [Ask; 3],
    licence: &'static str,
}

/// Shows the start page.
pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    let gates = Gate::iter().map(glance).collect();
    let (option_a, option_b) = (OPTION_A, OPTION_B);
    page::show(&HomePage { frame: visit.frame(&web), gates, option_a, option_b, licence: words::licence_note() })
}

fn glance(gate: Gate) -> GateGlance {
    let does = |party: &Party| gate.steps().iter().any(|step| step.party() == *party);
    let parties = Party::iter().filter(does).map(tag).collect();
    GateGlance { key: gate.as_str(), name: words::gate_name(gate), what: what_happens(gate), parties }
}

fn tag(party: Party) -> PartyTag {
    let kind = match party {
        Party::School => "neutral",
        Party::Kurve => "kurve",
        Party::Magister => "magister",
    };
    PartyTag { kind, name: words::party_name(party) }
}

fn what_happens(gate: Gate) -> &'static str {
    match gate {
        Gate::Consent => "De superbeheerder van je school zet in Magister een schuifje om.",
        Gate::Webservice => {
            "Via de webservice krijgt Numo de opleiding en het leerjaar van leerlingen. Kurve maakt daarvoor een wachtwoord en een \
             query. Jullie voeren de query uit in Decibel."
        }
        Gate::Password => "Jullie stellen het wachtwoord in Magister in en controleren een paar vinkjes.",
        Gate::Allowlisting => "Jullie vragen dit aan met een ticket. Magister bevestigt het.",
        Gate::Activation => "Kurve activeert de koppeling in Numo. Daarna kunnen jullie importeren.",
    }
}
