//! The one card on top.

use super::*;
use crate::domain::check::testing::histories;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::testing::{Walk, contact_id, first_morning, reason, school_id, superbeheerder, support};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::text::{EmailAddress, PersonName};

fn someone(number: u128, role: ContactRole) -> Contact {
    Contact {
        id: contact_id(number),
        connection: ConnectionId::from_uuid(uuid::Uuid::from_u128(9)),
        name: PersonName::parse("Anna de Wit").expect("a plain name"),
        email: EmailAddress::parse("a@school.nl").expect("a plain address"),
        roles: Roles::of(role),
        proposed: None,
        vouch: None,
        created_at: first_morning(),
        removed_at: None,
    }
}

proptest::proptest! {
    #[test]
    fn no_card_says_that_all_is_yes_while_the_newest_check_refuses_a_step(moments in histories()) {
        for moment in moments {
            let Some(step) = moment.refused() else { continue };
            let card = card(&moment.truths(), &someone(1, ContactRole::Superbeheerder), &Names::default());
            let said = card.lines.join(" ");

            let is_yes = moment.state.is_yes(step);
            assert!(!is_yes || !said.contains("Op alle vijf vragen") && !said.contains("is klaar"), "{said}");
        }
    }
}

fn told(walk: &Walk, role: ContactRole) -> NextCard {
    let number = if role == ContactRole::Superbeheerder { 1 } else { 2 };
    let names = [(contact_id(1), "Anna".to_owned()), (contact_id(2), "Bram".to_owned())].into();
    card(&Truths::said(&walk.state), &someone(number, role), &Names { contacts: names, ..Names::default() })
}

#[test]
fn the_first_open_step_comes_first_and_the_others_are_named() {
    let card = told(&Walk::start(), ContactRole::Superbeheerder);

    assert_eq!((card.kind, card.about), ("now", "consent_given"));
    assert_eq!(card.also.len(), 2);
}

#[test]
fn who_is_no_superbeheerder_starts_with_what_they_may_do() {
    assert_eq!(told(&Walk::start(), ContactRole::Applicatiebeheerder).about, "details_submitted");

    let walk = Walk::all_but(&[Step::ConsentGiven]);
    let card = told(&walk, ContactRole::Applicatiebeheerder);

    assert_eq!((card.kind, card.about), ("now", "consent_given"));
    assert_eq!(card.link.map(|link| link.label), Some("Vraag een collega".to_owned()));
}

#[test]
fn a_step_that_a_colleague_has_comes_last() {
    let mut walk = Walk::all_but(&[Step::ConsentGiven]);
    let to = contact_id(1);
    walk.does(superbeheerder(), &Command::HandOver { step: Step::ConsentGiven, to });

    assert_eq!(told(&walk, ContactRole::Superbeheerder).kind, "now");
    assert_eq!(told(&walk, ContactRole::Applicatiebeheerder).label, "Een collega is aan de beurt");
}

#[test]
fn magister_and_kurve_are_named_when_they_have_the_ball() {
    let magister = told(&Walk::all_but(&[Step::AllowlistingConfirmed]), ContactRole::Superbeheerder);
    assert_eq!((magister.kind, magister.about), ("wait", "allowlisting_confirmed"));

    let kurve = told(&Walk::all_but(&[Step::ActivationConfirmed]), ContactRole::Superbeheerder);
    assert!(kurve.title.starts_with("Kurve is aan de beurt sinds maandag 31 augustus 2026"), "{}", kurve.title);

    let mut stuck = Walk::all_but(&[Step::PasswordSet]);
    stuck.does(superbeheerder(), &Command::ReportStuck { step: Step::PasswordSet, reason: reason("Geen knop") });
    let card = told(&stuck, ContactRole::Superbeheerder);
    assert!(card.kind == "wait" && card.lines[0].contains("niet lukt"), "{card:?}");
}

#[test]
fn a_step_sent_back_says_why() {
    let mut walk = Walk::all_but(&[]);
    let back = Command::SendBack { step: Step::PermissionsChecked, reason: reason("Een vinkje te veel.") };
    walk.does(support(), &back);

    let card = told(&walk, ContactRole::Superbeheerder);

    assert_eq!(card.lines[..2], ["Kurve vroeg om deze stap opnieuw te doen.", "Reden: Een vinkje te veel."]);
}

#[test]
fn open_completed_paused_and_stopped_have_their_own_card() {
    let mut walk = Walk::all_but(&[]);
    assert_eq!(told(&walk, ContactRole::Contactpersoon).about, "import");
    walk.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });
    assert_eq!(told(&walk, ContactRole::Contactpersoon).about, "completed");

    let mut walk = Walk::start();
    let until = walk.now.date_naive() + chrono::Days::new(9);
    walk.does(superbeheerder(), &Command::Pause { reason: reason("Toetsweek"), until });
    let paused = told(&walk, ContactRole::Contactpersoon);
    assert_eq!(paused.title, "De koppeling staat op pauze tot woensdag 9 september 2026");
    assert!(paused.post.is_some());
    walk.does(
        superbeheerder(),
        &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false },
    );
    assert_eq!(told(&walk, ContactRole::Contactpersoon).about, "withdrawn");
}
