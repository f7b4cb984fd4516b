//! When a form that comes back is a conflict, and what a refusal reads like.

use super::*;
use crate::domain::actor::{Actor, StaffRole};
use crate::domain::audit::Action;
use crate::domain::onboarding::testing::{Walk, confirm, reason, school_id, staff, support};
use crate::domain::onboarding::{Ground, Step};

/// What a command leaves in the audit.
fn entries(walk: &mut Walk, actor: Actor, command: &Command) -> Vec<Entry> {
    let taken = walk.does(actor, command);
    let entry = |event: crate::domain::onboarding::Event| Entry {
        id: 1,
        connection: None,
        school: event.school,
        onboarding_version: Some(2),
        at: event.at,
        by: event.by,
        action: Action::Onboarding(event.change),
    };
    taken.events.into_iter().map(entry).collect()
}

fn send_back(text: &str) -> Command {
    Command::SendBack { step: Step::PasswordSet, reason: reason(text) }
}

#[test]
fn a_form_that_arrives_twice_is_no_conflict() {
    let mut walk = Walk::all_but(&[]);
    let back = entries(&mut walk, support(), &send_back("Typ het opnieuw"));
    let renewed = entries(&mut walk, support(), &Command::IssueCredentials);
    let withdraw = Command::Withdraw { school: school_id(1), reason: reason("Kiest Optie B"), chose_option_b: false };
    let withdrawn = entries(&mut walk, support(), &withdraw);
    let reopened = entries(&mut walk, support(), &Command::Reopen { school: school_id(1) });

    assert!(is_same_press(&send_back("Typ het opnieuw"), &support(), &back));
    assert!(is_same_press(&Command::IssueCredentials, &support(), &renewed));
    assert!(is_same_press(&withdraw, &support(), &withdrawn));
    assert!(is_same_press(&Command::Reopen { school: school_id(1) }, &support(), &reopened));
}

#[test]
fn what_a_colleague_did_or_what_was_written_otherwise_is_a_conflict() {
    let mut walk = Walk::all_but(&[]);
    let back = entries(&mut walk, support(), &send_back("Typ het opnieuw"));

    assert!(!is_same_press(&send_back("Iets anders"), &support(), &back));
    assert!(!is_same_press(&send_back("Typ het opnieuw"), &staff(StaffRole::Admin), &back));
    assert!(!is_same_press(&Command::IssueCredentials, &support(), &back));
    assert!(!is_same_press(&confirm(Step::PasswordSet), &support(), &[]));
}

#[test]
fn another_step_or_ground_is_another_press() {
    let mut walk = Walk::all_but(&[Step::ActivationConfirmed]);
    let done = entries(&mut walk, support(), &confirm(Step::ActivationConfirmed));
    let remark = Command::Confirm { step: Step::ActivationConfirmed, ground: Ground::Remark(reason("Zelf gezien")) };

    assert!(is_same_press(&confirm(Step::ActivationConfirmed), &support(), &done));
    assert!(!is_same_press(&confirm(Step::PasswordSet), &support(), &done));
    assert!(!is_same_press(&remark, &support(), &done));
}

#[test]
fn what_was_done_to_another_school_is_another_press() {
    let mut walk = Walk::all_but(&[]);
    let add = Command::AddSchool { school: school_id(2), asked_by: None };
    let added = entries(&mut walk, support(), &add);
    let activate = |number| Command::Activate { school: school_id(number), ground: Ground::Word };
    let activated = entries(&mut walk, support(), &activate(2));
    let deactivate = |number| Command::Deactivate { school: school_id(number), reason: reason("Te vroeg") };
    let deactivated = entries(&mut walk, support(), &deactivate(2));
    let to = ConnectionId::from_uuid(uuid::Uuid::from_u128(7));
    let remove = |text: &str| Command::RemoveSchool { school: school_id(2), to, reason: reason(text) };
    let removed = entries(&mut walk, support(), &remove("Andere Magister"));

    for (command, done) in [(&add, &added), (&activate(2), &activated), (&deactivate(2), &deactivated)] {
        assert!(is_same_press(command, &support(), done), "{command:?}");
    }
    assert!(is_same_press(&remove("Andere Magister"), &support(), &removed));
    assert!(!is_same_press(&remove("Iets anders"), &support(), &removed));
    assert!(!is_same_press(&activate(1), &support(), &activated));
    assert!(!is_same_press(&deactivate(1), &support(), &deactivated));
    assert!(!is_same_press(&activate(2), &staff(StaffRole::Admin), &activated));
}

#[test]
fn a_refusal_reads_as_advice_to_a_colleague() {
    let details = sentence(Refusal::DetailsInUse.into()).expect("a refusal has a sentence");
    let vouch = sentence(ServiceError::NobodyVouched).expect("a refusal has a sentence");

    assert!(details.contains("Stuur de stap") && !details.contains("Neem dan contact op met Kurve"));
    assert!(vouch.ends_with('.'));
    assert_eq!(field_of(&ServiceError::NobodyVouched), Some("contact"));
    assert_eq!(field_of(&ServiceError::MovesNowhere), Some("domain"));
    assert_eq!(field_of(&Refusal::BadResumeDate.into()), Some("until"));
    assert!(matches!(sentence(ServiceError::NotFound), Err(PageError::NotFound)));
}
