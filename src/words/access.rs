//! What stands between the school and its password: why Kurve has the ball, and what comes next.

use std::collections::BTreeSet;

use super::names::step_name;
use super::who::Names;
use crate::domain::ids::ContactId;
use crate::domain::onboarding::progress::{KurveTask, TaskKind};
use crate::domain::onboarding::{Change, Gone, Obstacle};

/// Why a password is not shown any more, in one sentence.
pub fn gone_sentence(gone: Gone) -> &'static str {
    match gone {
        Gone::UsedUp => "Het wachtwoord is zo vaak bekeken als kan. Het is niet meer te zien.",
        Gone::Expired => "De tijd om het wachtwoord te bekijken is voorbij. Het is niet meer te zien.",
        Gone::Proven => "We hebben met dit wachtwoord ingelogd. Daarna is het niet meer te zien.",
    }
}

/// What the school reads where Kurve has to do something before the step can be done.
pub fn obstacle_sentence(obstacle: &Obstacle, names: &Names) -> String {
    match obstacle {
        Obstacle::NotVouched(people) => {
            let who = who_of(people, names);
            format!("Kurve controleert eerst of {who} bij de school hoort. Daarna kan de stap worden gedaan.")
        }
        Obstacle::PasswordGone(gone) => {
            format!("{} Kurve maakt een nieuw wachtwoord.", gone_sentence(*gone))
        }
    }
}

/// What Kurve is to do, for its lists.
pub fn task_name(task: &KurveTask, names: &Names) -> String {
    match &task.kind {
        TaskKind::Do | TaskKind::Answer => step_name(task.step).to_owned(),
        TaskKind::Vouch(people) => format!("Instaan voor {}", who_of(people, names)),
        TaskKind::NewPassword(_) => "Nieuw wachtwoord maken".to_owned(),
    }
}

/// Those of whom one is enough.
fn who_of(people: &BTreeSet<ContactId>, names: &Names) -> String {
    let names: Vec<&str> = people.iter().map(|id| names.contact(*id)).collect();
    match &*names {
        [_, _, _, _, ..] => format!("een van de {} contactpersonen", names.len()),
        [] => "een contactpersoon".to_owned(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} of {last}", rest.join(", ")),
    }
}

pub(super) fn access_change(change: &Change) -> &'static str {
    match change {
        Change::PasswordGone { access } => gone_sentence(access.gone.unwrap_or(Gone::Expired)),
        Change::PasswordAsked => "Gevraagd om een nieuw wachtwoord.",
        Change::PeopleNoted { .. } => "Genoteerd wie het wachtwoord kan ophalen.",
        _ => "Genoteerd of het wachtwoord te zien is.",
    }
}
