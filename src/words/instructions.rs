//! How each step is done, in the order and with the menu names of Kurve's manual, in our own sentences.
//!
//! Lines are plain text without numbers: a page makes a list of them, a mail numbers them.

use crate::domain::help_links::{Help, HelpLinks};
use crate::domain::onboarding::Step;

/// How a step is done, one action a line.
pub fn instruction(step: Step) -> &'static [&'static str] {
    match step {
        Step::ConsentGiven => &[
            "Ga naar accounts.magister.net/admin.",
            "Kies je school en log in als superbeheerder.",
            "Je komt op de landingspagina. Zet daar het schuifje om bij “Numo UWLR smalle set”.",
            "Kom je er niet uit? Lees de handleiding voor de school op ‘hetserc’. De procedure heet “Toegang verlenen tot derden”.",
            "Let op: met consent alleen ben je er nog niet. In de UWLR smalle set staat niet welke opleiding en welk leerjaar een leerling heeft. Zonder die gegevens kun je het leerplan in Numo niet instellen. Numo krijgt ze via de webservice.",
        ],
        Step::DetailsSubmitted => &[
            "Open in Koppelklaar de pagina van je school.",
            "Vul de naam van je school en het BRIN-nummer in.",
            "Vul het schooldomein in. Is het adres van jullie Magister https://bonhoeffer.swp.nl? Dan is dat bonhoeffer.",
            "Kijk alles na en verstuur het. Kurve maakt daarna het wachtwoord en de query.",
        ],
        Step::CredentialsIssued => &[
            "Kijk de gegevens van de school na: naam, BRIN-nummer en schooldomein.",
            "Controleer of de contactpersoon bij deze school werkt. Schrijf op hoe je dat weet.",
            "Zet het wachtwoord en de query klaar in Koppelklaar. De school krijgt dan vanzelf een mail.",
        ],
        Step::QueryExecuted => &[
            "Download de query in Koppelklaar. Bewaar het bestand op een plek die je vanuit Magister kunt openen.",
            "Klik op het logo van Magister Desktop en kies onder “Onderhoud” voor “Decibel”.",
            "Log in met het dagwachtwoord. Dat kennen jullie op school. Kurve kent het niet.",
            "Klik op “Batch” en daarna op “Laden”. Kies het bestand met de query.",
            "Kies “Uitvoeren”. Daarna kun je Decibel afsluiten.",
        ],
        Step::PasswordSet => &[
            "Log in bij Koppelklaar en klik op “Wachtwoord bekijken”. Houd de pagina open tot je klaar bent.",
            "Ga in Magister naar Beheer > Webservices > Gebruikers en kies Kurve.",
            "Druk op “Wachtwoord” en vul het wachtwoord 2 keer in.",
            "Typ kleine letters en cijfers, zonder spaties. De groepjes van 4 zijn er alleen om het lezen makkelijk te maken.",
        ],
        Step::PermissionsChecked => &[
            "Ga in Magister naar Beheer > Webservices > Gebruikers en kies Kurve.",
            "Open het tabblad “Services”. Alleen deze 3 mogen aangevinkt zijn: Data.GetData, Algemeen.Login en Algemeen.Logout.",
            "Open het tabblad “Lijsten”. Alleen KurveLeerlingData mag aangevinkt zijn.",
            "Staat er een vinkje te veel of te weinig? Pas het aan.",
        ],
        Step::AllowlistingRequested => &[
            "Maak een ticket aan in het ticketsysteem van Magister.",
            "Kies de categorie “Allowlisting IP-adressen”.",
            "Kies bij “Gewenste actie” voor “Toevoegen”.",
            "Vul bij “IP-adressen” geen nummers in: Magister kent ze al. Je mag er “voor Numo” invullen.",
            "Vink “Voor webservice” aan en dien het ticket in. Magister stuurt je later een bevestiging.",
        ],
        Step::AllowlistingConfirmed => &[
            "Wacht op de bevestiging van Magister. De collega die het ticket indiende, krijgt die.",
            "Is de bevestiging er? Meld dat in Koppelklaar. Heb je een ticketnummer? Vul dat ook in.",
        ],
        Step::ActivationConfirmed => &[
            "Kijk in Koppelklaar of de andere vier vragen met ja zijn beantwoord.",
            "Activeer de koppeling aan de kant van Numo.",
            "Bevestig dat in Koppelklaar. De school kan dan importeren en krijgt een mail.",
        ],
    }
}

/// Who can do a step.
pub fn who_can(step: Step) -> &'static str {
    match step {
        Step::ConsentGiven => "Alleen de superbeheerder in Magister kan dit doen.",
        Step::DetailsSubmitted => "Iedere contactpersoon van de school kan dit doen.",
        Step::CredentialsIssued | Step::ActivationConfirmed => "Kurve doet dit.",
        Step::QueryExecuted => "De collega die in Decibel kan inloggen, bijvoorbeeld de applicatiebeheerder.",
        Step::PasswordSet | Step::PermissionsChecked => {
            "De collega die in Magister bij Beheer > Webservices kan komen, bijvoorbeeld de applicatiebeheerder."
        }
        Step::AllowlistingRequested => "De collega die een ticket kan maken bij Magister.",
        Step::AllowlistingConfirmed => "Magister bevestigt. Daarna meldt iemand van de school dat in Koppelklaar.",
    }
}

/// How one sees that a step went well.
pub fn check_afterwards(step: Step) -> &'static str {
    match step {
        Step::ConsentGiven => "Het schuifje bij “Numo UWLR smalle set” staat aan.",
        Step::DetailsSubmitted => "Je krijgt een mail waarin de naam, het BRIN-nummer en het schooldomein staan.",
        Step::CredentialsIssued => {
            "De contactpersonen met toegang krijgen een mail dat het wachtwoord en de query klaarstaan."
        }
        Step::QueryExecuted => "Ga naar Beheer > Webservices > Gebruikers. Kurve staat nu tussen de gebruikers.",
        Step::PasswordSet => "Je hebt het wachtwoord 2 keer ingevuld en Magister gaf geen fout.",
        Step::PermissionsChecked => {
            "Bij “Services” staan 3 vinkjes en bij “Lijsten” staat er 1. Verder staat er niets aan."
        }
        Step::AllowlistingRequested => {
            "Je ticket is ingediend. Krijg je een ticketnummer? Bewaar het: je kunt het straks in Koppelklaar invullen."
        }
        Step::AllowlistingConfirmed => "Je hebt de bevestiging van Magister gezien.",
        Step::ActivationConfirmed => "In Koppelklaar staat dat de school kan importeren.",
    }
}

/// What the school may note in the ticket at Magister.
pub fn ticket_text() -> &'static str {
    "voor Numo"
}

/// What the school does once it may import, one action a line.
pub fn import_instruction() -> &'static [&'static str] {
    &[
        "Ga in Numo naar TOOLS > IMPORTEREN en kies MAGISTER IMPORT.",
        "Kies wat je wilt doen: nieuwe accounts toevoegen, accounts bijwerken en/of accounts archiveren.",
        "Ga naar TOOLS > LEERPLAN. Activeer de vaardigheden en pas het leerplan aan. Daarna kunnen leerlingen beginnen.",
        "Wil je dat leerlingen met Single Sign-on (SSO) inloggen? Dat kan via Entree van Kennisnet.",
        "Is de import gelukt? Meld dat dan in Koppelklaar.",
    ]
}

/// Help that this installation knows of: what it is called, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLink {
    /// As the words of a link.
    pub words: &'static str,
    /// The address.
    pub address: String,
}

/// The help that the manual points to at a step.
pub fn step_help(step: Step, known: &HelpLinks) -> Vec<HelpLink> {
    match step {
        Step::ConsentGiven => links(known, &[Help::Consent]),
        Step::DetailsSubmitted
        | Step::CredentialsIssued
        | Step::QueryExecuted
        | Step::PasswordSet
        | Step::PermissionsChecked
        | Step::AllowlistingRequested
        | Step::AllowlistingConfirmed
        | Step::ActivationConfirmed => vec![],
    }
}

/// The help that the manual points to once the school may import.
pub fn import_help(known: &HelpLinks) -> Vec<HelpLink> {
    links(known, &[Help::LeerplanVideo, Help::LeerplanDocument, Help::Sso])
}

fn links(known: &HelpLinks, wanted: &[Help]) -> Vec<HelpLink> {
    let words = |help| match help {
        Help::Consent => "Lees de handleiding over consent geven",
        Help::LeerplanVideo => "Bekijk de instructievideo over het leerplan",
        Help::LeerplanDocument => "Lees het hulpdocument over het leerplan",
        Help::Sso => "Lees hoe je inloggen met SSO via Entree regelt",
    };
    let link = |help: &Help| Some(HelpLink { words: words(*help), address: known.get(*help)?.to_owned() });
    wanted.iter().filter_map(link).collect()
}

/// When a licence is used.
pub fn licence_note() -> &'static str {
    "Importeren kost geen licentie. Alleen een leerling voor wie een docent of beheerder een leerplan of taak klaarzet, \
     kan een licentie gebruiken. Dat gebeurt als de leerling een sprongtoets start, of een oefening in een taak."
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    fn text(step: Step) -> String {
        instruction(step).join("\n")
    }

    #[test]
    fn every_step_says_how_by_whom_and_what_to_see_afterwards() {
        for step in Step::iter() {
            assert!(instruction(step).len() >= 2, "{}", step.as_str());
            for line in instruction(step).iter().chain(&[who_can(step), check_afterwards(step)]) {
                assert!(line.ends_with(['.', '?']) && !line.contains("  ") && !line.contains('\n'), "{line}");
            }
        }
    }

    #[test]
    fn the_menu_names_are_those_of_the_manual() {
        let table: [(Step, &[&str]); 6] = [
            (
                Step::ConsentGiven,
                &["accounts.magister.net/admin", "Numo UWLR smalle set", "Toegang verlenen tot derden", "hetserc"],
            ),
            (Step::DetailsSubmitted, &["BRIN-nummer", "schooldomein", ".swp.nl"]),
            (
                Step::QueryExecuted,
                &["Magister Desktop", "Onderhoud", "Decibel", "dagwachtwoord", "Batch", "Laden", "Uitvoeren"],
            ),
            (Step::PasswordSet, &["Beheer > Webservices > Gebruikers", "Kurve", "“Wachtwoord”", "2 keer"]),
            (
                Step::PermissionsChecked,
                &["Services", "Lijsten", "Data.GetData", "Algemeen.Login", "Algemeen.Logout", "KurveLeerlingData"],
            ),
            (
                Step::AllowlistingRequested,
                &["Allowlisting IP-adressen", "Gewenste actie", "Toevoegen", "IP-adressen", "Voor webservice"],
            ),
        ];
        for (step, names) in table {
            for name in names {
                assert!(text(step).contains(name), "{}: {name}", step.as_str());
            }
        }
        assert!(text(Step::AllowlistingRequested).contains(ticket_text()));
        assert!(who_can(Step::ConsentGiven).contains("superbeheerder"));
    }

    #[test]
    fn only_help_that_is_known_has_a_link() {
        let known: HelpLinks = "sso=https://numo.nl/sso,consent=https://numo.nl/c".parse().expect("good links");

        assert_eq!(step_help(Step::ConsentGiven, &known).len() + import_help(&known).len(), 2);
        assert_eq!(import_help(&known)[0].address, "https://numo.nl/sso");
        assert_eq!(import_help(&HelpLinks::default()), vec![]);
    }

    #[test]
    fn the_last_instructions_name_the_buttons_of_numo() {
        let text = import_instruction().join("\n");

        for name in ["TOOLS > IMPORTEREN", "MAGISTER IMPORT", "TOOLS > LEERPLAN", "Entree", "archiveren"] {
            assert!(text.contains(name), "{name}");
        }
        assert!(licence_note().contains("sprongtoets"));
    }
}
