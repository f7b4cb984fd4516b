//! What Kurve reads of a list of schools: why a file cannot be read, what is wrong with a row, and what becomes of it.

use super::names::step_name;
use crate::domain::onboarding::{MOST_SCHOOLS, Step};
use crate::domain::roster::stand::StandFault;
use crate::domain::roster::{Field, Look, MOST_ROWS, MailChoice, Part, RowFacts, Unreadable, Verb, Why};

/// What a column is called.
pub fn field_name(field: Field) -> &'static str {
    match field {
        Field::School => "School",
        Field::Brin => "BRIN",
        Field::Domain => "Schooldomein",
        Field::Region => "Regio",
        Field::Contact => "Contactpersoon",
        Field::Email => "E-mail",
        Field::Role => "Rol",
        Field::Stand => "Status",
    }
}

/// Why a file is no list of schools, and what to do.
pub fn unreadable(why: Unreadable) -> String {
    match why {
        Unreadable::TooLarge => "Dit bestand is te groot. Een bestand mag hoogstens 20 MB zijn.".into(),
        Unreadable::TooManyRows => {
            format!("Dit bestand heeft te veel rijen. Het mag er hoogstens {MOST_ROWS} hebben. Verdeel de scholen.")
        }
        Unreadable::TooMuch => {
            "In dit bestand staat te veel. Maak een bestand met alleen de kolommen die nodig zijn.".into()
        }
        Unreadable::Empty => "Dit bestand is leeg. Kies een bestand met scholen.".into(),
        Unreadable::NoRows => "Onder de namen van de kolommen staat geen rij. Kies een bestand met scholen.".into(),
        Unreadable::Protected => {
            "Dit bestand is met een wachtwoord beveiligd. Sla het op zonder wachtwoord en kies het opnieuw.".into()
        }
        Unreadable::OtherKind => "Dit is geen CSV of Excel. Sla de lijst op als .xlsx of .csv en kies die.".into(),
        Unreadable::Damaged => {
            "Dit bestand is beschadigd. Open het in Excel, sla het opnieuw op als .xlsx en kies dat bestand.".into()
        }
        Unreadable::OpenQuote { row } => {
            format!("In rij {row} begint een tekst met een aanhalingsteken dat nergens sluit. Verbeter die rij.")
        }
    }
}

/// What is wrong with a cell, and what to do.
pub fn row_fault(field: Field, why: &Why) -> String {
    match why {
        Why::Missing => missing(field).into(),
        Why::Spoiled => "Hier staat een foutmelding of een tekst die niet te lezen is. Typ de waarde opnieuw.".into(),
        Why::Text(error) => match field {
            Field::School => "Dit is geen naam van een school. Gebruik 2 tot 120 tekens op één regel.".into(),
            Field::Brin => {
                "Een BRIN-nummer is 2 cijfers en dan 2 letters, soms met 2 cijfers voor de vestiging.".into()
            }
            Field::Domain | Field::Region | Field::Contact | Field::Email | Field::Role | Field::Stand => {
                error.sentence().into()
            }
        },
        Why::UnknownRegion => "Deze regio is er niet. Kies Noord, Midden of Zuid.".into(),
        Why::UnknownRole => {
            "Die rol kennen we niet. Kies superbeheerder, applicatiebeheerder of contactpersoon.".into()
        }
        Why::Stand(StandFault::Unknown(part)) => format!(
            "We begrijpen “{part}” niet. Schrijf wat er gedaan is: consent gegeven, allowlisting aangevraagd, allowlisting \
             bevestigd, wachtwoord ingesteld of import open."
        ),
        Why::Stand(StandFault::Contradicts { done, missing }) => {
            format!("Dat kan niet: “{}” staat op ja, maar “{}” staat op nee.", step_name(*done), step_name(*missing))
        }
        Why::Stand(StandFault::Half) => {
            "Neem de query alleen over samen met het wachtwoord: schrijf “wachtwoord ingesteld”.".into()
        }
        Why::NotWords => "Hier staat een getal of een datum. Schrijf wat er gedaan is, zoals “consent gegeven”.".into(),
        Why::NeedsContact => {
            "Deze koppeling heeft nog geen contactpersoon. Vul bij één van de scholen een naam en een e-mailadres in."
                .into()
        }
        Why::Twice { row } => format!("Staat ook op rij {row}. Houd er één."),
        Why::OtherThan { row } => match field {
            Field::School => format!("Rij {row} noemt deze school anders. Maak de namen gelijk."),
            Field::Brin
            | Field::Domain
            | Field::Region
            | Field::Contact
            | Field::Email
            | Field::Role
            | Field::Stand => format!("Rij {row} heeft bij dit BRIN-nummer een ander schooldomein. Maak ze gelijk."),
        },
        Why::Elsewhere { domain } => {
            format!("Deze school is hier al, bij schooldomein {}. Verplaats de school daar.", domain.label())
        }
        Why::TooManySchools => format!("Bij deze koppeling horen al {MOST_SCHOOLS} scholen. Meer kunnen er niet bij."),
    }
}

fn missing(field: Field) -> &'static str {
    match field {
        Field::School => "De naam van de school ontbreekt.",
        Field::Brin => "Het BRIN-nummer ontbreekt.",
        Field::Domain => "Het schooldomein ontbreekt.",
        Field::Region => "De regio ontbreekt.",
        Field::Contact => "Er is wel een e-mailadres, maar geen naam. Vul de naam in.",
        Field::Email => "Er is wel een naam, maar geen e-mailadres. Vul het adres in.",
        Field::Role => "De rol ontbreekt.",
        Field::Stand => "De status ontbreekt.",
    }
}

/// What somebody has to look at before a row is carried out.
pub fn look(look: &Look) -> String {
    match look {
        Look::ReadsBrin { written: _, brin } => format!("Er staat iets anders dan een BRIN-nummer. We lezen {brin}."),
        Look::NoRegion => "Er staat geen regio. We nemen Midden.".into(),
        Look::OtherRegion { row } => format!("Rij {row} geeft deze koppeling een andere regio. Die telt."),
        Look::OtherName { row } => format!("Op rij {row} heet deze contactpersoon anders. Die naam telt."),
        Look::Joins { name } => format!("Dit schooldomein is hier al. De school komt bij {name}."),
        Look::ContactRemoved => "Deze contactpersoon is hier eerder verwijderd en blijft weg.".into(),
        Look::Fell { step } => {
            format!("“{}” was hier klaar en is weer opengegaan. Het bestand verandert dat niet.", step_name(*step))
        }
        Look::Stopped => {
            "Deze school is hier gestopt. Er verandert niets. Heropen de school op de eigen pagina.".into()
        }
        Look::NeedsCheck => "De school kan nog niet importeren: daarvoor is eerst een geslaagde controle nodig.".into(),
    }
}

/// What becomes of rows, as the name of a list of them.
pub fn verb_name(verb: Verb) -> &'static str {
    match verb {
        Verb::Make => "Wordt gemaakt",
        Verb::Join => "Komt bij een koppeling",
        Verb::Change => "Verandert",
        Verb::Leave => "Blijft gelijk",
    }
}

/// What became of a row.
pub fn verb_done(verb: Verb) -> &'static str {
    match verb {
        Verb::Make => "Gemaakt",
        Verb::Join => "Bij een koppeling gekomen",
        Verb::Change => "Veranderd",
        Verb::Leave => "Bleef gelijk",
    }
}

/// What a row brings about, in one line; empty where it brings about nothing beside the school.
pub fn parts(parts: &[Part]) -> String {
    let word = |part: &Part| match part {
        Part::Name => "naam van de school".to_owned(),
        Part::Region => "regio".to_owned(),
        Part::Contact => "contactpersoon erbij".to_owned(),
        Part::ContactName => "naam van de contactpersoon".to_owned(),
        Part::ContactRoles => "rol van de contactpersoon".to_owned(),
        Part::Step(step) => format!("“{}” klaar", step_name(*step)),
    };
    let is_open = parts.contains(&Part::Step(Step::ActivationConfirmed));
    let named = parts.iter().filter(|part| !is_open || !matches!(part, Part::Step(_))).map(word);
    let open = is_open.then(|| "kan importeren".to_owned());
    named.chain(open).collect::<Vec<_>>().join(", ")
}

/// How a row came out, as its line of a run says it.
pub fn row_said(facts: &RowFacts) -> String {
    let told: Vec<Part> =
        facts.parts.iter().copied().filter(|part| facts.verb != Some(Verb::Make) || *part != Part::Contact).collect();
    match (facts.verb, parts(&told)) {
        (None, _) => facts.wrong.join(" "),
        (Some(verb), told) if told.is_empty() => format!("{}.", verb_done(verb)),
        (Some(verb), told) => format!("{}: {told}.", verb_done(verb)),
    }
}

/// What contacts hear of it, as a choice.
pub fn mail_choice(choice: MailChoice) -> &'static str {
    match choice {
        MailChoice::None => "Geen",
        MailChoice::One => "Eén mail, met uitleg",
        MailChoice::Ordinary => "De gewone mails",
    }
}
