//! Who said what, and who has the ball, in sentences.

use std::collections::BTreeMap;

use super::*;
use crate::domain::onboarding::Command;
use crate::domain::onboarding::testing::{Walk, claim, confirm, contact_id, reason, superbeheerder, support, ticket};

fn names() -> Names {
    let contacts = BTreeMap::from([(contact_id(1), "Anna de Wit".into()), (contact_id(2), "Bram Yılmaz".into())]);
    Names { contacts, ..Names::default() }
}

fn meta(walk: &Walk, step: Step) -> String {
    own_meta(&Truths::said(&walk.state), &names(), step)
}

#[test]
fn a_done_step_says_who_when_and_on_what_ground() {
    let mut walk = Walk::start();
    let step = Step::AllowlistingRequested;
    walk.does(superbeheerder(), &claim(step));
    assert_eq!(meta(&walk, step), "Gemeld door Anna de Wit, superbeheerder, op maandag 31 augustus 2026.");

    walk.does(superbeheerder(), &Command::Claim { step, ground: ticket(), credential_version: None });
    assert!(meta(&walk, step).ends_with("Ticket bij Magister: MAG-2026/0815."));

    walk.does(support(), &confirm(Step::ConsentGiven));
    assert_eq!(meta(&walk, Step::ConsentGiven), "Bevestigd door Kurve, op maandag 31 augustus 2026.");
    let issued = Walk::all_but(&[Step::QueryExecuted]);
    assert_eq!(meta(&issued, Step::CredentialsIssued), "Klaargezet door Kurve op maandag 31 augustus 2026.");
    assert_eq!(evidence_sentences(&Truths::said(&walk.state).of(step), &names()).len(), 2);
}

#[test]
fn an_open_step_says_who_has_the_ball_and_why_it_fell() {
    let mut walk = Walk::all_but(&[]);
    let step = Step::PermissionsChecked;
    assert_eq!(holder_sentence(&Truths::said(&walk.state), &names(), step), "");

    walk.does(support(), &Command::SendBack { step, reason: reason("Er staat\neen vinkje te veel.") });
    assert_eq!(
        meta(&walk, step),
        "Kurve vroeg om deze stap opnieuw te doen. Reden: Er staat een vinkje te veel. Jullie zijn aan de beurt sinds maandag 31 augustus 2026."
    );
    assert_eq!(meta(&walk, Step::ActivationConfirmed), "Eerst: de vier vragen hierboven");

    walk.does(superbeheerder(), &Command::HandOver { step, to: contact_id(2) });
    assert!(meta(&walk, step).contains("Bram Yılmaz is aan de beurt sinds"));

    walk.does(superbeheerder(), &Command::ReportStuck { step, reason: reason("Tabblad ontbreekt") });
    assert_eq!(meta(&walk, step), "Gemeld dat het niet lukt. Kurve is aan de beurt sinds maandag 31 augustus 2026.");

    walk.does(support(), &Command::AnswerStuck { step, answer: reason("Kijk bij Lijsten") });
    let both = "Reden: Er staat een vinkje te veel. Kurve heeft geantwoord op de melding. Bram Yılmaz is aan de beurt";
    assert!(meta(&walk, step).contains(both), "{}", meta(&walk, step));
}

#[test]
fn a_long_reason_is_cut_in_the_list() {
    let mut walk = Walk::all_but(&[]);
    walk.does(support(), &Command::SendBack { step: Step::ConsentGiven, reason: reason(&"é".repeat(900)) });

    let meta = meta(&walk, Step::ConsentGiven);

    assert!(meta.contains('…') && meta.chars().count() < 300, "{meta}");
}

#[test]
fn renewed_credentials_are_called_new() {
    let mut walk = Walk::all_but(&[]);
    walk.does(support(), &Command::IssueCredentials);

    assert_eq!(meta(&walk, Step::CredentialsIssued), "Kurve heeft een nieuw wachtwoord klaargezet.");
    assert!(meta(&walk, Step::PasswordSet).starts_with("Kurve heeft een nieuw wachtwoord klaargezet."));
}
