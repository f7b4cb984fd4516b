//! The order of the worklist and its actions.

use super::*;
use crate::domain::onboarding::Command;
use crate::domain::onboarding::testing::{Walk, reason, superbeheerder};
use crate::domain::samples;

fn overview(number: u128, walk: &Walk) -> Overview {
    let (connection, _) = samples::connection(number, &format!("School {number}"), walk.now);
    Overview { connection, state: walk.state.clone(), version: 7, kurve_since: Some(walk.now) }
}

fn said(waiting: &[Overview], walk: &Walk) -> Vec<(String, &'static str, String)> {
    work_rows(waiting, &Names::default(), walk.now).into_iter().map(|row| (row.school, row.verb, row.waits)).collect()
}

#[test]
fn stuck_comes_first_and_then_what_waits_longest() {
    let mut old = Walk::start();
    old.answer(Step::DetailsSubmitted);
    let mut stuck = old.clone();
    stuck.hours(48);
    stuck.does(superbeheerder(), &Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Het lukt niet") });
    let mut ready = Walk::all_but(&[Step::ActivationConfirmed]);
    ready.hours(72);

    let rows = said(&[overview(1, &ready), overview(2, &old), overview(3, &stuck)], &ready);

    let order: Vec<_> = rows.iter().map(|(school, verb, _)| (school.as_str(), *verb)).collect();
    assert_eq!(
        order,
        [
            ("School 3", "Antwoorden"),
            ("School 2", "Klaarzetten"),
            ("School 3", "Klaarzetten"),
            ("School 1", "Bevestigen")
        ]
    );
}

#[test]
fn only_activation_is_done_with_one_press() {
    let ready = Walk::all_but(&[Step::ActivationConfirmed]);
    let mut details = Walk::start();
    details.answer(Step::DetailsSubmitted);

    let rows = work_rows(&[overview(1, &ready), overview(2, &details)], &Names::default(), ready.now);
    let (issue, activate): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.confirm.is_empty());

    assert!(issue[0].href.ends_with("#wachtwoord") && issue[0].step == "credentials_issued");
    assert!(activate[0].confirm.ends_with("/bevestigen") && activate[0].version == 7);
    assert!(activate[0].href.ends_with("#stap-activation_confirmed"));
}

#[test]
fn a_long_reason_is_cut_to_one_line() {
    assert_eq!(shorten("Regel een.\n\nRegel twee."), "Regel een. Regel twee.");
    assert_eq!(shorten(&"é".repeat(EXCERPT_SIGNS)).chars().count(), EXCERPT_SIGNS);

    let cut = shorten(&"é ".repeat(200));

    assert!(cut.chars().count() <= EXCERPT_SIGNS && cut.ends_with("é…"), "{cut}");
}
