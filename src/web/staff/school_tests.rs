//! Which buttons apply in which state.

use uuid::Uuid;

use super::*;
use crate::domain::check::ActivationFacts;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Command;
use crate::domain::onboarding::testing::{
    Walk, confirm, contact_id, first_morning, reason, school_id, superbeheerder, support,
};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::samples;
use crate::domain::school::{Contact, Vouch};
use crate::domain::text::{EmailAddress, PersonName};
use crate::services::Call;
use crate::services::mail::reach::Reach;
use crate::web::staff::ask::Weight;
use crate::words::Names;

fn file(walk: &Walk, is_vouched: bool) -> ConnectionFile {
    let id = ConnectionId::from_uuid(Uuid::from_u128(1));
    let by = crate::domain::ids::StaffId::from_uuid(Uuid::from_u128(100));
    let vouch = Vouch { at: first_morning(), by, ground: reason("Teruggebeld") };
    let person = Contact {
        id: contact_id(1),
        connection: id,
        name: PersonName::parse("Anna de Wit").expect("a plain name"),
        email: EmailAddress::parse("anna@school.nl").expect("a plain address"),
        roles: Roles::of(ContactRole::Superbeheerder),
        proposed: None,
        vouch: is_vouched.then_some(vouch),
        created_at: first_morning(),
        removed_at: None,
    };
    let (connection, school) = samples::connection(1, "Bonhoeffer College", first_morning());
    ConnectionFile {
        connection,
        schools: vec![school],
        state: walk.state.clone(),
        version: 4,
        contacts: vec![person],
        checked: ActivationFacts::default(),
        reach: Reach::Everyone,
    }
}

fn keys(asks: &[Ask]) -> Vec<&'static str> {
    asks.iter().map(|ask| ask.key).collect()
}

fn call(walk: &Walk) -> Call {
    Call::by_machine(support(), walk.now, "test")
}

#[test]
fn each_state_of_a_step_has_its_own_buttons() {
    let mut walk = Walk::start();
    walk.answer(Step::DetailsSubmitted);
    let report = Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Het lukt niet") };
    walk.does(superbeheerder(), &report);
    let of = |walk: &Walk, step| keys(&asks(&file(walk, true), step, first_morning()));

    assert_eq!(of(&walk, Step::ConsentGiven), ["answer", "confirm"]);
    assert_eq!(of(&walk, Step::DetailsSubmitted), ["confirm", "send_back"]);
    assert_eq!(of(&walk, Step::CredentialsIssued), [""; 0]);
    assert_eq!(of(&walk, Step::QueryExecuted), [""; 0]);
    assert_eq!(of(&walk, Step::AllowlistingRequested), ["confirm"]);
    walk.does(support(), &confirm(Step::DetailsSubmitted));
    assert_eq!(of(&walk, Step::DetailsSubmitted), ["send_back"]);
    walk.answer(Step::CredentialsIssued);
    assert_eq!(of(&walk, Step::CredentialsIssued), [""; 0]);
}

#[test]
fn a_school_that_stopped_has_no_buttons_but_reopening() {
    let mut walk = Walk::all_but(&[]);
    walk.does(support(), &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false });
    let file = file(&walk, true);
    let mut gates = gate_rows(&Truths::said(&file.state), &Names::default(), walk.now);

    add_asks(&mut gates, &file, first_morning());
    let panel = panels::credentials(&file, None, &call(&walk), true);

    assert!(gates.iter().flat_map(|gate| &gate.steps).all(|step| step.asks.is_empty()));
    assert!(panel.asks.is_empty() && panel.blocked.contains("gestopt"));
    assert_eq!(keys(&panels::life(&file, true).asks), ["reopen"]);
    assert!(panels::life(&file, false).asks.is_empty());
}

#[test]
fn first_credentials_ask_who_picks_them_up_when_nobody_is_vouched_for() {
    let mut walk = Walk::start();
    walk.answer(Step::DetailsSubmitted);
    let asked = |is_vouched| panels::credentials(&file(&walk, is_vouched), None, &call(&walk), true).asks;

    let (unknown, known) = (asked(false), asked(true));

    assert_eq!(unknown[0].fields.iter().map(|field| field.name).collect::<Vec<_>>(), ["contact", "ground"]);
    assert!(known[0].fields.is_empty() && known[0].weight == Weight::Primary && known[0].is_open);
}

#[test]
fn renewing_warns_of_exactly_what_falls() {
    let walk = Walk::all_but(&[]);

    let asks = panels::credentials(&file(&walk, true), None, &call(&walk), true).asks;

    assert_eq!((asks[0].weight, asks[0].is_open), (Weight::Warning, false));
    assert_eq!(asks[0].notes[1], "Deze stappen gaan weer open: Koppeling activeren, Wachtwoord instellen.");
    assert_eq!(asks[0].notes[2], "De school kan dan niet meer importeren.");
}

#[test]
fn credentials_that_cannot_be_issued_say_what_is_missing() {
    let walk = Walk::start();

    let panel = panels::credentials(&file(&walk, true), None, &call(&walk), true);

    assert!(panel.asks.is_empty() && panel.blocked.contains("Schoolgegevens naar Kurve sturen"));
}

#[test]
fn the_last_contact_cannot_be_removed_and_a_reader_sees_no_buttons() {
    let walk = Walk::start();

    let vouched = panels::contacts(&file(&walk, true), &Names::default(), true);
    let unknown = panels::contacts(&file(&walk, false), &Names::default(), true);
    let read = panels::contacts(&file(&walk, false), &Names::default(), false);

    assert_eq!(keys(&vouched[0].asks), ["change_contact", "correct_address"]);
    assert_eq!(vouched[0].vouched, "een collega, maandag 31 augustus 2026: Teruggebeld");
    assert_eq!(keys(&unknown[0].urgent), ["vouch"]);
    assert_eq!(keys(&unknown[0].asks), ["change_contact", "correct_address"]);
    assert!(read[0].urgent.is_empty() && read[0].asks.is_empty());
}

#[test]
fn every_form_of_the_onboarding_carries_the_version_it_was_made_from() {
    let walk = Walk::all_but(&[]);
    let file = file(&walk, true);
    let mut all = asks(&file, Step::PasswordSet, first_morning());
    all.extend(panels::life(&file, true).asks);
    all.extend(panels::credentials(&file, None, &call(&walk), true).asks);

    assert_eq!(keys(&all), ["confirm", "send_back", "pause", "withdraw", "issue"]);
    assert!(all.iter().all(|ask| ask.hidden.iter().any(|hidden| hidden.name == "version" && hidden.value == "4")));
}
