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
        Gone::UsedUp => "Het wachtwoord is zo vaak bekeken als kan. Je kunt het niet meer bekijken.",
        Gone::Expired => "De tijd om het wachtwoord te bekijken is voorbij.",
        Gone::Proven => "We hebben met dit wachtwoord ingelogd. Daarna kun je het niet meer bekijken.",
    }
}

/// What the school reads where Kurve has to do something before the step can be done.
pub fn obstacle_sentence(obstacle: &Obstacle, names: &Names) -> String {
    match obstacle {
        Obstacle::NotVouched(people) if names.reader.is_some_and(|reader| people.contains(&reader)) => {
            let who = with_reader(people, names);
            format!("Kurve controleert eerst of {who} bij de school hoort. Daarna kun je de stap doen.")
        }
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
        TaskKind::Vouch(people) => format!("Toegang geven aan {}", who_of(people, names)),
        TaskKind::NewPassword(_) => "Nieuw wachtwoord maken".to_owned(),
        TaskKind::NewQuery => "Nieuwe query klaarzetten".to_owned(),
    }
}

/// Those of whom one is enough, the reader among them.
fn with_reader(people: &BTreeSet<ContactId>, names: &Names) -> String {
    let others: Vec<&str> = people.iter().filter(|id| !names.is_reader(**id)).map(|id| names.contact(*id)).collect();
    match &*others {
        [] => "je".to_owned(),
        [_] | [_, _] => one_of(&[&["jij"], &*others].concat()),
        [_, _, _, ..] => "jij of een andere contactpersoon".to_owned(),
    }
}

/// Those of whom one is enough.
fn who_of(people: &BTreeSet<ContactId>, names: &Names) -> String {
    let names: Vec<&str> = people.iter().map(|id| names.contact(*id)).collect();
    match &*names {
        [_, _, _, _, ..] => format!("een van de {} contactpersonen", names.len()),
        [] => "een contactpersoon".to_owned(),
        [_, ..] => one_of(&names),
    }
}

/// "Anna, Bram of Cora".
fn one_of(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} of {last}", rest.join(", ")),
        _ => names.join(""),
    }
}

pub(super) fn access_change(change: &Change) -> &'static str {
    match change {
        Change::PasswordGone { access } => gone_sentence(access.gone.unwrap_or(Gone::Expired)),
        Change::PasswordAsked => "Gevraagd om een nieuw wachtwoord.",
        Change::PeopleNoted { .. } => "Genoteerd wie toegang heeft tot het wachtwoord.",
        _ => "Genoteerd of het wachtwoord te bekijken is.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::onboarding::testing::contact_id;

    #[test]
    fn whoever_is_not_vouched_for_yet_is_addressed_and_others_are_named() {
        let contacts = BTreeMap::from([
            (contact_id(1), "Anna de Wit".to_owned()),
            (contact_id(2), "Bram Yılmaz".to_owned()),
            (contact_id(3), "Cora Blom".to_owned()),
        ]);
        for (people, reader, said) in [
            (&[1][..], Some(1), "of je bij de school hoort. Daarna kun je de stap doen."),
            (&[1][..], Some(2), "of Anna de Wit bij de school hoort. Daarna kan de stap worden gedaan."),
            (&[1][..], None, "of Anna de Wit bij de school hoort. Daarna kan de stap worden gedaan."),
            (&[1, 2][..], Some(2), "of jij of Anna de Wit bij de school hoort."),
            (&[1, 2, 3][..], Some(2), "of jij, Anna de Wit of Cora Blom bij de school hoort."),
            (&[1, 2, 3, 4][..], Some(2), "of jij of een andere contactpersoon bij de school hoort."),
            (&[1, 2, 3, 4][..], Some(5), "of een van de 4 contactpersonen bij de school hoort."),
        ] {
            let names = Names { contacts: contacts.clone(), reader: reader.map(contact_id), ..Names::default() };
            let people = people.iter().map(|number| contact_id(*number)).collect();

            let sentence = obstacle_sentence(&Obstacle::NotVouched(people), &names);

            assert!(sentence.contains(said), "{sentence}");
        }
    }
}
