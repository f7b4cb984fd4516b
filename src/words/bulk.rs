//! What one submit for many is called, how an item of it came out, and why one was left out or refused.

use super::checks::check_short;
use super::dates::date_only_nl;
use super::names::step_name;
use crate::domain::bulk::{BulkKind, BulkOutcome, MOST_ITEMS, WhyNot};
use crate::domain::check::CheckCode;

/// What the button of a sort of work says under a list.
pub fn bulk_button(kind: BulkKind) -> &'static str {
    match kind {
        // As beside each row of the worklist.
        BulkKind::Take => "Ik pak deze",
        BulkKind::Issue
        | BulkKind::VouchAndIssue
        | BulkKind::Activate
        | BulkKind::Check
        | BulkKind::Remind
        | BulkKind::PutOff
        | BulkKind::Close
        | BulkKind::Roster => bulk_verb(kind),
    }
}

/// A sort of work with for how many it is.
pub fn bulk_title(kind: BulkKind, total: u32) -> String {
    let schools = if total == 1 { "1 school".to_owned() } else { format!("{total} scholen") };
    match kind {
        BulkKind::Take => format!("{schools} oppakken"),
        BulkKind::Issue
        | BulkKind::VouchAndIssue
        | BulkKind::Activate
        | BulkKind::Check
        | BulkKind::Remind
        | BulkKind::PutOff
        | BulkKind::Close
        | BulkKind::Roster => format!("{} voor {schools}", bulk_verb(kind)),
    }
}

/// What a sort of work is called.
pub fn bulk_verb(kind: BulkKind) -> &'static str {
    match kind {
        BulkKind::Issue => "Klaarzetten",
        BulkKind::VouchAndIssue => "Toegang geven en klaarzetten",
        BulkKind::Activate => "Activeren",
        BulkKind::Check => "Controleren",
        BulkKind::Remind => "Herinneren",
        BulkKind::Take => "Oppakken",
        BulkKind::PutOff => "Op pauze zetten",
        BulkKind::Close => "Stoppen",
        BulkKind::Roster => "Spreadsheet uitvoeren",
    }
}

/// What is done to each, as a sentence that says what comes of it.
pub fn bulk_promise(kind: BulkKind) -> &'static str {
    match kind {
        BulkKind::Issue => {
            "Koppelklaar maakt een wachtwoord en een query. Contactpersonen met toegang krijgen een mail."
        }
        BulkKind::VouchAndIssue => {
            "De enige contactpersoon krijgt toegang, en Koppelklaar maakt een wachtwoord en een query. De \
             contactpersoon krijgt een mail zonder wachtwoord."
        }
        BulkKind::Activate => {
            "De school kan dan importeren. De mails hierover gaan na 2 minuten weg. Tot dan kun je het op de werklijst ongedaan maken."
        }
        BulkKind::Check => "De controles gaan op de achtergrond. Bij de school zie je hoe een controle afloopt.",
        BulkKind::Remind => {
            "Wie aan de beurt is, krijgt één mail over alles wat openstaat. Die gaat weg als er op school gewerkt wordt."
        }
        BulkKind::Take => {
            "Op de werklijst staat dat jij deze scholen oppakte. Dat zet niets op slot: een collega kan er ook mee verder."
        }
        BulkKind::PutOff => "De scholen krijgen een mail met je uitleg. Tot die dag komen er geen herinneringen.",
        BulkKind::Close => {
            "De koppeling stopt en de scholen kunnen niet meer importeren. Ze krijgen een mail met je uitleg. Later heropenen kan."
        }
        BulkKind::Roster => "Elke rij van het bestand wordt uitgevoerd zoals de proefronde het zei.",
    }
}

/// How an item came out, in a word or two.
pub fn bulk_outcome(outcome: BulkOutcome) -> &'static str {
    match outcome {
        BulkOutcome::Done => "Gelukt",
        BulkOutcome::Already => "Was al zo",
        BulkOutcome::Refused => "Niet gelukt",
        BulkOutcome::Failed => "Mislukt",
        BulkOutcome::LeftOut => "Niet meegenomen",
    }
}

/// Why an item is not done, and what to do where that is not plain.
pub fn why_not(why: &WhyNot) -> String {
    match why {
        WhyNot::Changed => "Hier is intussen iets veranderd. Open de school en kijk wat nu nodig is.".into(),
        WhyNot::Gone => "Deze school is hier niet meer.".into(),
        WhyNot::NotAllowed => "Met jouw account kan dit niet meer.".into(),
        WhyNot::NotYet { missing } => {
            let names: Vec<String> = missing.iter().map(|step| format!("“{}”", step_name(*step))).collect();
            format!("Eerst moet dit klaar zijn: {}.", names.join(", "))
        }
        WhyNot::AlreadySo => "Dit was al zo.".into(),
        WhyNot::Paused => "De koppeling staat op pauze.".into(),
        WhyNot::Withdrawn => "De school is gestopt.".into(),
        WhyNot::Completed => "De koppeling is al klaar.".into(),
        WhyNot::HasPassword => "Er staat al een wachtwoord klaar. Een nieuw maak je bij de school zelf.".into(),
        WhyNot::NoPassword => "Er is nog geen wachtwoord om mee te controleren.".into(),
        WhyNot::NobodyVouched => "Nog niemand heeft toegang.".into(),
        WhyNot::NoContact => "Er is geen contactpersoon.".into(),
        WhyNot::SeveralContacts => {
            "Er zijn meer contactpersonen. Kies bij de school zelf wie toegang krijgt tot het wachtwoord.".into()
        }
        WhyNot::AddedByOneself => {
            "Je hebt deze contactpersoon zelf toegevoegd, of de collega via wie die erbij kwam. Laat een collega \
             die de school terugbelt, toegang geven."
                .into()
        }
        WhyNot::RequestOpen => "Er staat nog een aanmelding open. Beslis daar eerst over.".into(),
        WhyNot::AsksToJoin => {
            "Dit is iemand die wil meedoen met deze koppeling. Beslis daarover bij de aanmelding zelf.".into()
        }
        WhyNot::AsksToBegin => "Deze school wacht of die mag beginnen. Beslis daarover bij de aanmelding zelf.".into(),
        WhyNot::NotConfirmed => {
            "Deze aanmelding is nog niet bevestigd. Op de werklijst stuur je de mail opnieuw.".into()
        }
        WhyNot::TakenByAnother => "Een collega pakte deze al op. Overnemen kan bij de school zelf.".into(),
        WhyNot::CheckNotPassed { code } => match code.as_deref().map(str::parse) {
            Some(Ok(CheckCode::Ok)) => "De laatste geslaagde controle is te oud, of van een ander wachtwoord.".into(),
            Some(Ok(code)) => format!("De laatste controle is niet geslaagd: {}.", check_short(code)),
            Some(Err(_)) | None => "Er is nog geen geslaagde controle.".into(),
        },
        WhyNot::ChecksOff => "Controles staan uit op deze installatie.".into(),
        WhyNot::JustChecked => "Hier is net om een controle gevraagd.".into(),
        WhyNot::NotSchoolsTurn => "De school is niet aan de beurt.".into(),
        WhyNot::Snoozed { until } => format!("De herinneringen zijn uitgesteld tot {}.", date_only_nl(*until)),
        WhyNot::MailedToday => "Wie aan de beurt is, kreeg vandaag al een herinnering.".into(),
        WhyNot::NobodyToRemind => {
            "Niemand hier krijgt herinneringen: het adres werkt niet, of ze zijn afgemeld.".into()
        }
        WhyNot::BadDay => "Deze dag kan niet meer. Kies een dag na vandaag, hoogstens een jaar vooruit.".into(),
        WhyNot::HoldsPassword => "In je uitleg staat het wachtwoord van deze koppeling.".into(),
        WhyNot::Unreadable => "Gegevens van deze school zijn niet te lezen. Vraag het de beheerder.".into(),
        WhyNot::Fault => "Er ging iets mis. Probeer het bij de school zelf.".into(),
        WhyNot::Otherwise => "Dit kan nu niet. Open de school om te zien waarom.".into(),
    }
}

/// Why more than a run takes is not taken.
pub fn too_many_items() -> String {
    format!("Kies hoogstens {} scholen tegelijk. Maak je zoekvraag kleiner.", thousands(MOST_ITEMS))
}

fn thousands(number: usize) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::domain::onboarding::Step;

    #[test]
    fn every_reason_is_a_sentence() {
        let until = chrono::NaiveDate::from_ymd_opt(2026, 12, 7).expect("a date");
        let mut all = vec![
            WhyNot::Changed,
            WhyNot::Gone,
            WhyNot::NotAllowed,
            WhyNot::NotYet { missing: Step::iter().collect() },
            WhyNot::AlreadySo,
            WhyNot::Paused,
            WhyNot::Withdrawn,
            WhyNot::Completed,
            WhyNot::HasPassword,
            WhyNot::NoPassword,
            WhyNot::NobodyVouched,
            WhyNot::NoContact,
            WhyNot::SeveralContacts,
            WhyNot::AddedByOneself,
            WhyNot::RequestOpen,
            WhyNot::AsksToJoin,
            WhyNot::AsksToBegin,
            WhyNot::NotConfirmed,
            WhyNot::TakenByAnother,
            WhyNot::check_not_passed(None),
            WhyNot::ChecksOff,
            WhyNot::JustChecked,
            WhyNot::NotSchoolsTurn,
            WhyNot::Snoozed { until },
            WhyNot::MailedToday,
            WhyNot::NobodyToRemind,
            WhyNot::BadDay,
            WhyNot::HoldsPassword,
            WhyNot::Unreadable,
            WhyNot::Fault,
            WhyNot::Otherwise,
        ];
        all.extend(CheckCode::iter().map(|code| WhyNot::check_not_passed(Some(code))));
        let promises = BulkKind::iter().map(|kind| bulk_promise(kind).to_owned());
        for sentence in all.iter().map(why_not).chain(promises).chain([too_many_items()]) {
            assert!(sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
        }
    }
}
