//! What changed since the visit before.

use chrono::Duration;

use super::*;
use crate::domain::onboarding::Ground;
use crate::domain::onboarding::testing::{contact_id, first_morning};
use crate::domain::roles::{ContactRole, Roles};

fn contact(number: u128) -> Actor {
    Actor::Contact { id: contact_id(number), roles: Roles::of(ContactRole::Superbeheerder) }
}

fn entry(hour: i64, by: Actor, action: Action) -> Entry {
    let at = first_morning() + Duration::hours(hour);
    Entry { id: hour, connection: None, school: None, onboarding_version: None, at, by, action }
}

fn done(step: Step) -> Action {
    Action::Onboarding(Change::StepAnswered { step, evidence: Evidence::Claimed, ground: Ground::Word })
}

fn told(mut timeline: Vec<Entry>) -> Option<Since> {
    timeline.reverse();
    let names = [(contact_id(1), "Anna".to_owned()), (contact_id(2), "Bram".to_owned())].into();
    let names = Names { contacts: names, ..Names::default() };
    let signed_in_at = first_morning() + Duration::hours(50);
    since(&timeline, Visitor { me: contact_id(1), signed_in_at, names: &names })
}

#[test]
fn it_tells_what_others_did_since_the_visit_before_the_newest_first() {
    let since = told(vec![
        entry(1, contact(2), done(Step::ConsentGiven)),
        entry(2, contact(1), Action::ContactSignedIn),
        entry(3, contact(1), done(Step::AllowlistingRequested)),
        entry(30, contact(2), done(Step::QueryExecuted)),
        entry(31, contact(2), Action::ContactSignedIn),
        entry(40, Actor::Check, Action::ConnectionBack),
        entry(50, contact(1), Action::ContactSignedIn),
    ])
    .expect("something changed");

    assert_eq!(since.day, "maandag 31 augustus 2026");
    assert_eq!(since.lines.len(), 2, "{since:?}");
    assert_eq!(since.lines.iter().map(|line| line.who.as_str()).collect::<Vec<_>>(), ["", "Bram"]);
    assert!(since.lines[1].text.contains("Query uitvoeren in Decibel"), "{since:?}");
}

#[test]
fn of_one_step_it_tells_only_what_came_of_it_and_never_more_than_three_things() {
    let steps = [Step::ConsentGiven, Step::QueryExecuted, Step::PasswordSet, Step::PermissionsChecked];
    let mut timeline = vec![entry(2, contact(1), Action::ContactSignedIn)];
    timeline.extend((10..).zip(steps).map(|(hour, step)| entry(hour, contact(2), done(step))));
    let step = Step::PermissionsChecked;
    let to = contact_id(1);
    timeline.push(entry(20, contact(2), Action::Onboarding(Change::StepHandedOver { step, to })));

    let lines = told(timeline).expect("something changed").lines;

    assert_eq!(lines.iter().map(|line| line.turn).collect::<Vec<_>>(), ["", "good", "good"]);
}

#[test]
fn a_first_visit_and_one_since_which_nothing_changed_have_nothing_to_tell() {
    assert_eq!(
        told(vec![entry(1, contact(2), done(Step::ConsentGiven)), entry(50, contact(1), Action::ContactSignedIn)]),
        None
    );
    assert_eq!(
        told(vec![entry(2, contact(1), Action::ContactSignedIn), entry(3, contact(2), Action::ContactSignedIn)]),
        None
    );
}
