//! The forms of one school of a connection. Where a connection has one, they read as forms of the connection.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::ask::{Ask, AskField, Choice, Weight};
use super::forms;
use crate::domain::ids::ContactId;
use crate::domain::onboarding::Step;
use crate::domain::school::School;
use crate::links::{self, OfConnection};
use crate::services::onboarding::onboardings::ConnectionFile;

/// Why a school stops, and whether it goes on with Optie B.
#[derive(Debug, Default, Deserialize)]
pub(super) struct WithdrawForm {
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    option_b: String,
}

impl WithdrawForm {
    pub(super) fn chose_option_b(&self) -> bool {
        !self.option_b.is_empty()
    }
}

/// "School toevoegen".
pub(super) fn add_school(file: &ConnectionFile, name: &str, brin: &str) -> Ask {
    let action = links::STAFF_ADD_SCHOOL.at(file.connection.id);
    Ask::new("add_school", "School toevoegen", "School toevoegen", action)
        .hidden("version", file.version)
        .note("De school komt bij dezelfde Magister, met hetzelfde wachtwoord. Activeren doe je daarna.")
        .field(AskField::line("name", "Naam van de school", name))
        .field(brin_field(brin))
}

/// "Activeren", of one school alone.
pub(super) fn activate(file: &ConnectionFile, school: &School, ground: &str, now: DateTime<Utc>) -> Ask {
    let ask = of_school("activate", "Activeren", links::STAFF_ACTIVATE, file, school);
    forms::with_ground_of_activation(ask, file, ground, now)
}

/// "Terugsturen", of the activation of one school alone.
pub(super) fn deactivate(file: &ConnectionFile, school: &School, reason: &str) -> Ask {
    of_school("deactivate", "Terugsturen", links::STAFF_DEACTIVATE, file, school)
        .note("De import van deze school gaat dicht.")
        .note(forms::mail_to_school(file, "De school krijgt een mail met je uitleg."))
        .field(AskField::area("reason", "Wat klopt er niet?", reason))
        .weight(Weight::Warning)
}

/// "Stoppen".
pub(super) fn withdraw(file: &ConnectionFile, school: &School, typed: &WithdrawForm) -> Ask {
    let ask = of_school("withdraw", "Stoppen", links::STAFF_WITHDRAW, file, school);
    let is_last = file.state.live().all(|(id, _)| id == school.id);
    let ask = match (file.connection.has_many(), is_last) {
        (false, _) => ask.titled("Stoppen met de koppeling").note(
            "De koppeling stopt. De school kan niet meer importeren en niemand kan het wachtwoord nog ophalen. Je \
                 kunt de koppeling later heropenen.",
        ),
        (true, false) => ask.note(
            "Deze school kan niet meer importeren. De andere scholen gaan door. Je kunt de school later \
                heropenen.",
        ),
        (true, true) => ask.note(
            "Dit is de laatste school die nog meedoet. Ze kan niet meer importeren en niemand kan het wachtwoord nog \
             ophalen. Je kunt de koppeling later heropenen.",
        ),
    };
    ask.field(AskField::area("reason", "Waarom stopt de school?", &typed.reason).hint("De school leest dit ook."))
        .tick("option_b", "De school gaat verder met Optie B", typed.chose_option_b())
        .weight(Weight::Warning)
}

/// "Heropenen".
pub(super) fn reopen(file: &ConnectionFile, school: &School) -> Ask {
    let ask = of_school("reopen", "Heropenen", links::STAFF_REOPEN, file, school);
    let ask = if file.connection.has_many() { ask } else { ask.titled("Koppeling heropenen") };
    if file.state.lifecycle().is_withdrawn() && file.state.is_yes(Step::CredentialsIssued) {
        return ask
            .note("Het oude wachtwoord is ingetrokken. Zet daarna een nieuw wachtwoord en een nieuwe query klaar.");
    }
    ask
}

/// Name and BRIN of one of several schools.
pub(super) fn change_school(file: &ConnectionFile, school: &School, name: &str, brin: &str) -> Ask {
    of_school("change_school", "Gegevens wijzigen", links::STAFF_CHANGE_SCHOOL, file, school)
        .field(AskField::line("name", "Naam van de school", name))
        .field(brin_field(brin))
}

/// A move as it was typed.
#[derive(Debug, Clone, Default)]
pub(super) struct TypedMove {
    pub(super) domain: String,
    pub(super) reason: String,
    pub(super) contacts: BTreeSet<ContactId>,
}

/// "Verplaatsen", to the Magister at another school domain.
pub(super) fn move_school(file: &ConnectionFile, school: &School, typed: &TypedMove) -> Ask {
    let ask = of_school("move", "Verplaatsen", links::STAFF_MOVE, file, school)
        .note(
            "De school gaat naar de Magister op een ander schooldomein en kan pas weer importeren als daar alles \
             klaar is. Staat dat schooldomein nog niet in Koppelklaar? Dan komt er een nieuwe koppeling.",
        )
        .field(
            AskField::line("domain", "Nieuw schooldomein", &typed.domain)
                .hint("Het deel dat voor .swp.nl staat, bijvoorbeeld bonhoeffer."),
        );
    let is_last = file.state.schools().all(|(id, _)| id == school.id);
    let ask = if is_last {
        ask.note(
            "Alle contactpersonen gaan mee. Kurve moet hun daar opnieuw toegang geven. Het wachtwoord van deze koppeling \
             is daarna niet meer op te halen.",
        )
    } else {
        let choices = forms::active(file)
            .map(|person| Choice { value: person.id.to_string(), label: forms::named(person) })
            .collect();
        let ticked: Vec<String> = typed.contacts.iter().map(ToString::to_string).collect();
        ask.field(
            AskField::boxes("contact", "Wie wordt daar ook contactpersoon?", &ticked.join(" "), choices)
                .hint("Ze blijven ook hier contactpersoon. Kurve moet hun daar opnieuw toegang geven."),
        )
    };
    ask.field(AskField::area("reason", "Waarom?", &typed.reason).hint("De school leest dit ook."))
        .weight(Weight::Warning)
}

fn of_school(key: &'static str, verb: &'static str, path: OfConnection, file: &ConnectionFile, school: &School) -> Ask {
    let mut place = school.reference();
    // A school that went elsewhere meanwhile stays the school of the page that the form is on.
    place.connection = file.connection.id;
    Ask::new(key, verb, format!("{verb}: {}", school.details.name), path.school(place))
        .about(&school.id.to_string())
        .hidden("version", file.version)
}

fn brin_field(brin: &str) -> AskField {
    AskField::line("brin", "BRIN-nummer", brin).hint("Bijvoorbeeld 12AB of 12AB00.")
}
