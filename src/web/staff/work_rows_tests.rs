//! What rows of the worklist say, and what is done with one press.

use uuid::Uuid;

use super::*;
use crate::domain::onboarding::Command;
use crate::domain::onboarding::testing::{Walk, reason, superbeheerder};
use crate::domain::samples;
use crate::domain::work::waiting_in;

/// The rows of one connection that stands so.
fn rows(walk: &Walk) -> Vec<WorkRow> {
    let (connection, _) = samples::connection(1, "School 1", walk.now);
    let id = connection.id;
    let known = Overview { connection, state: walk.state.clone(), version: 7, kurve_since: None };
    let details = Details { connections: [(id, known)].into(), ..Details::default() };
    let query = WorklistQuery::default();
    let reader = Reader { me: StaffId::from_uuid(Uuid::from_u128(9)), now: walk.now, query: &query };
    let items = waiting_in(&walk.state).into_iter().map(|waiting| WorkItem {
        key: format!("{id}.{}.{}", waiting.kind.as_str(), waiting.subject),
        kind: waiting.kind,
        connection: Some(id),
        subject: waiting.subject,
        since: waiting.since,
        taken_by: Some(reader.me),
    });
    items.filter_map(|item| reader.row(&item, &details)).collect()
}

#[test]
fn a_row_says_why_since_when_and_whose_and_holds_one_action() {
    let mut walk = Walk::start();
    walk.answer(Step::DetailsSubmitted);
    walk.does(superbeheerder(), &Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Het lukt niet") });
    walk.hours(48);

    let said: Vec<_> = rows(&walk).into_iter().map(|row| (row.words, row.verb, row.excerpt, row.waits)).collect();

    let two_days = || "2 dagen".to_owned();
    assert_eq!(
        said,
        [
            ("Lukt niet", "Antwoorden", "Het lukt niet".to_owned(), two_days()),
            ("Nieuwe school", "Klaarzetten", String::new(), two_days()),
        ]
    );
    assert!(
        rows(&walk).iter().all(|row| row.is_mine && row.press.is_empty() && row.opens && row.link.contains("open="))
    );
}

#[test]
fn only_activation_is_done_with_one_press() {
    let ready = Walk::all_but(&[Step::ActivationConfirmed]);

    let rows = rows(&ready);

    assert!(rows[0].press.ends_with("/bevestigen") && rows[0].verb == "Activeren", "{rows:?}");
    assert!(rows[0].href.ends_with("#stap-activation_confirmed"));
    let fields: Vec<_> = rows[0].fields.iter().map(|field| (field.name, field.value.as_str())).collect();
    assert_eq!(fields, [("version", "7"), ("step", "activation_confirmed")]);
}

#[test]
fn a_long_reason_is_cut_to_one_line() {
    assert_eq!(shorten("Regel een.\n\nRegel twee."), "Regel een. Regel twee.");
    assert_eq!(shorten(&"é".repeat(EXCERPT_SIGNS)).chars().count(), EXCERPT_SIGNS);

    let cut = shorten(&"é ".repeat(200));

    assert!(cut.chars().count() <= EXCERPT_SIGNS && cut.ends_with("é…"), "{cut}");
}
