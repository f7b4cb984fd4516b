//! How each step is done, in the order and with the menu names of Kurve's manual, in our own sentences.
//!
//! Lines are plain text without numbers: a page makes a list of them, a mail numbers them.

use crate::domain::onboarding::Step;

/// How a step is done, one action a line.
pub fn instruction(step: Step) -> &'static [&'static str] {
    match step {
        Step::ConsentGiven => &[
            "Ga naar accounts.magister.net/admin.",
            "Kies je school en log in als superbeheerder.",
            "Je komt op de landingspagina. Zet daar het schuifje om bij “Numo UWLR smalle set”.",
            "Kom je er niet uit? Deze procedure heet “Toegang verlenen tot derden”. De handleiding staat op hetserc.",
        ],
        Step::DetailsSubmitted => &[
            "Open in Koppelklaar de pagina van je school.",
            "Vul de naam van je school en het BRIN-nummer in.",
            "Vul het schooldomein in. Is het adres van jullie Magister https://bonhoeffer.swp.nl? Dan is dat bonhoeffer.",
            "Kijk alles na en verstuur het. Kurve maakt daarna het wachtwoord en de query.",
        ],
        Step::CredentialsIssued => &[
            "Kijk de gegevens van de school na: naam, BRIN-nummer en schooldomein.",
            "Ga na of de contactpersoon echt van deze school is. Leg vast hoe je dat weet.",
            "Zet het wachtwoord en de query klaar in Koppelklaar. De school krijgt dan vanzelf een mail.",
        ],
        Step::QueryExecuted => &[
            "Download de query in Koppelklaar. Bewaar het bestand op een plek die je vanuit Magister kunt openen.",
            "Klik op het Magister Desktop logo en kies onder “Onderhoud” voor “Decibel”.",
            "Log in met het dagwachtwoord. Dat is bij jullie op school bekend.",
            "Klik op “Batch” en daarna op “Laden”. Kies het bestand met de query.",
            "Kies “Uitvoeren”. Daarna kun je Decibel afsluiten.",
        ],
        Step::PasswordSet => &[
            "Log in bij Koppelklaar en laat het wachtwoord tonen. Houd de pagina open tot je klaar bent.",
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
            "In het vak “IP-adressen” zijn geen IP-nummers nodig: Magister kent ze al. Je kunt er “voor Numo” invullen.",
            "Vink “Voor webservice” aan en dien het ticket in. Magister stuurt je later een bevestiging.",
        ],
        Step::AllowlistingConfirmed => &[
            "Wacht op de bevestiging van Magister. Die komt bij degene die het ticket heeft ingediend.",
            "Is de bevestiging er? Meld dat in Koppelklaar. Vul ook het nummer van het ticket in, als je dat hebt.",
        ],
        Step::ActivationConfirmed => &[
            "Kijk in Koppelklaar of de andere vier vragen met ja zijn beantwoord.",
            "Activeer de koppeling aan de kant van Numo.",
            "Bevestig dat in Koppelklaar. De import gaat dan open en de school krijgt een mail.",
        ],
    }
}

/// Who can do a step.
pub fn who_can(step: Step) -> &'static str {
    match step {
        Step::ConsentGiven => "Alleen de superbeheerder in Magister kan dit doen.",
        Step::DetailsSubmitted => "Iedere contactpersoon van de school kan dit doen.",
        Step::CredentialsIssued | Step::ActivationConfirmed => "Kurve doet dit.",
        Step::QueryExecuted => {
            "Iemand van de school die in Decibel kan inloggen met het dagwachtwoord, zoals de applicatiebeheerder."
        }
        Step::PasswordSet | Step::PermissionsChecked => {
            "Iemand van de school die in Magister bij Beheer > Webservices kan, zoals de applicatiebeheerder."
        }
        Step::AllowlistingRequested => "Iemand van de school die een ticket kan maken bij Magister.",
        Step::AllowlistingConfirmed => "Magister bevestigt. Iemand van de school geeft dat door in Koppelklaar.",
    }
}

/// How one sees that a step went well.
pub fn check_afterwards(step: Step) -> &'static str {
    match step {
        Step::ConsentGiven => "Het schuifje bij “Numo UWLR smalle set” staat aan.",
        Step::DetailsSubmitted => "Je krijgt een mail waarin de naam, het BRIN-nummer en het schooldomein staan.",
        Step::CredentialsIssued => {
            "De contactpersonen van de school krijgen een mail dat wachtwoord en query klaarstaan."
        }
        Step::QueryExecuted => "Ga naar Beheer > Webservices > Gebruikers. Kurve staat nu tussen de gebruikers.",
        Step::PasswordSet => "Je hebt het wachtwoord 2 keer ingevuld en Magister gaf geen fout.",
        Step::PermissionsChecked => {
            "Bij “Services” staan 3 vinkjes en bij “Lijsten” staat er 1. Verder staat er niets aan."
        }
        Step::AllowlistingRequested => {
            "Je ticket is ingediend. Bewaar het nummer: je kunt het straks in Koppelklaar invullen."
        }
        Step::AllowlistingConfirmed => "Je hebt de bevestiging van Magister gezien.",
        Step::ActivationConfirmed => "In Koppelklaar staat dat de import open is.",
    }
}

/// What the school may note in the ticket at Magister.
pub fn ticket_text() -> &'static str {
    "voor Numo"
}

/// What the school does once the import is open, one action a line.
pub fn import_instruction() -> &'static [&'static str] {
    &[
        "Ga in Numo naar TOOLS > IMPORTEREN en kies MAGISTER IMPORT.",
        "Kies wat je wilt doen: nieuwe accounts toevoegen, accounts bijwerken en/of accounts archiveren.",
        "Activeer de vaardigheden en pas het leerplan aan via TOOLS > LEERPLAN. Pas daarna kunnen leerlingen beginnen.",
        "Wil je dat leerlingen met Single Sign-on (SSO) inloggen? Dat kan via Entree van Kennisnet.",
        "Is de import gelukt? Meld dat dan in Koppelklaar.",
    ]
}

/// When a licence is used.
pub fn licence_note() -> &'static str {
    "Importeren kost geen licentie. Een leerling gebruikt een licentie vanaf het moment dat die een sprongtoets start, of \
     een oefening in een taak."
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
                &["Magister Desktop logo", "Onderhoud", "Decibel", "dagwachtwoord", "Batch", "Laden", "Uitvoeren"],
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
    fn the_last_instructions_name_the_buttons_of_numo() {
        let text = import_instruction().join("\n");

        for name in ["TOOLS > IMPORTEREN", "MAGISTER IMPORT", "TOOLS > LEERPLAN", "Entree", "archiveren"] {
            assert!(text.contains(name), "{name}");
        }
        assert!(licence_note().contains("sprongtoets"));
    }
}
