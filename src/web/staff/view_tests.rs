//! What each state of a step looks like to Kurve.

use std::collections::BTreeMap;

use chrono::{Duration, TimeZone};

use super::*;
use crate::domain::check::testing::histories;
use crate::domain::onboarding::Command;
use crate::domain::onboarding::testing::{Walk, contact_id, reason, school_id, superbeheerder, support, ticket};

fn names() -> Names {
    Names { contacts: BTreeMap::from([(contact_id(1), "Anna de Wit".to_owned())]), ..Names::default() }
}

fn rows(walk: &Walk) -> Vec<GateRow> {
    gate_rows(&Truths::said(&walk.state), &names(), walk.now)
}

fn step_of(walk: &Walk, step: Step) -> StepRow {
    rows(walk).into_iter().flat_map(|gate| gate.steps).find(|row| row.step == step).expect("every step has a row")
}

#[test]
fn a_fresh_school_shows_who_has_each_ball() {
    let walk = Walk::start();
    let tags: Vec<_> = rows(&walk).iter().flat_map(|gate| &gate.steps).map(|step| (step.key, step.words)).collect();

    assert_eq!(
        tags,
        [
            ("consent_given", "Bij de school"),
            ("details_submitted", "Bij de school"),
            ("credentials_issued", "Kan nog niet"),
            ("query_executed", "Kan nog niet"),
            ("password_set", "Kan nog niet"),
            ("permissions_checked", "Kan nog niet"),
            ("allowlisting_requested", "Bij de school"),
            ("allowlisting_confirmed", "Kan nog niet"),
            ("activation_confirmed", "Kan nog niet"),
        ]
    );
    assert_eq!(step_of(&walk, Step::QueryExecuted).lines, ["Eerst: Wachtwoord klaarzetten"]);
}

#[test]
fn the_questions_point_at_what_waits_on_kurve() {
    let mut walk = Walk::start();
    walk.answer(Step::DetailsSubmitted);
    walk.answer(Step::ConsentGiven);
    walk.answer(Step::AllowlistingRequested);

    let looks: Vec<_> = rows(&walk).iter().map(|gate| (gate.key, gate.look)).collect();

    assert_eq!(
        looks,
        [
            ("consent", "yes"),
            ("webservice", "now"),
            ("password", "wait"),
            ("allowlisting", "wait"),
            ("activation", "wait"),
        ]
    );
}

#[test]
fn every_piece_of_evidence_is_told_strongest_first() {
    let mut walk = Walk::all_but(&[Step::ActivationConfirmed]);
    walk.does(support(), &Command::Confirm { step: Step::AllowlistingConfirmed, ground: ticket() });
    walk.does(
        crate::domain::actor::Actor::Check,
        &Command::Prove { step: Step::AllowlistingConfirmed, credential_version: 1 },
    );

    let row = step_of(&walk, Step::AllowlistingConfirmed);

    assert_eq!((row.kind, row.lines.len()), ("ready", 3));
    assert!(row.lines[0].starts_with("Gecontroleerd · ") && row.lines[0].ends_with("Controle · wachtwoord versie 1"));
    assert!(row.lines[1].starts_with("Bevestigd · ") && row.lines[1].ends_with(" · Kurve · ticket MAG-2026/0815"));
    assert!(row.lines[2].starts_with("Gemeld · ") && row.lines[2].ends_with(" · Anna de Wit, superbeheerder"));
}

#[test]
fn a_stuck_step_stands_out_with_what_the_school_wrote() {
    let mut walk = Walk::start();
    let why = reason("Regel een.\nRegel twee.");
    walk.does(superbeheerder(), &Command::ReportStuck { step: Step::ConsentGiven, reason: why });
    walk.hours(72);

    let row = step_of(&walk, Step::ConsentGiven);

    assert_eq!((row.kind, row.mark, row.stuck_reason.as_str()), ("stuck", "step--stuck", "Regel een.\nRegel twee."));
    assert_eq!(row.lines, ["Gemeld door Anna de Wit, superbeheerder, op maandag 31 augustus 2026 (3 dagen)"]);
}

#[test]
fn a_fallen_step_says_why_and_who_did_it() {
    let mut walk = Walk::all_but(&[Step::ActivationConfirmed]);
    let why = reason("KurveLeerlingData is niet aangevinkt");
    walk.does(support(), &Command::SendBack { step: Step::PermissionsChecked, reason: why });

    let row = step_of(&walk, Step::PermissionsChecked);

    assert_eq!((row.kind, row.words), ("neutral", "Bij de school"));
    assert!(row.lines[1].starts_with("Kurve vroeg om deze stap opnieuw te doen. (Kurve, "), "{}", row.lines[1]);
    assert!(row.lines[1].ends_with("Reden: KurveLeerlingData is niet aangevinkt"), "{}", row.lines[1]);
}

#[test]
fn days_are_those_of_the_dutch_calendar() {
    let late = Utc.with_ymd_and_hms(2026, 11, 23, 22, 30, 0).single().expect("a moment that exists once");

    assert_eq!(days_words(late, late), "vandaag");
    assert_eq!(days_words(late, late + Duration::minutes(31)), "1 dag");
    assert_eq!(days_words(late, late + Duration::hours(49)), "3 dagen");
    assert_eq!(days_words(late, late - Duration::days(2)), "vandaag");
}

#[test]
fn no_step_of_a_school_that_stopped_or_rests_seems_to_wait_on_anybody() {
    let said = |walk: &Walk| {
        let rows = rows(walk);
        let steps: Vec<_> = rows.iter().flat_map(|gate| &gate.steps).map(|row| (row.words, row.mark)).collect();
        let lines = rows.iter().flat_map(|gate| &gate.steps).flat_map(|row| row.lines.clone()).collect::<String>();
        assert!(
            !lines.contains("Bij Kurve") && !lines.contains("Bij de school") && !lines.contains("Bij Magister"),
            "{lines}"
        );
        assert!(rows.iter().all(|gate| gate.look != "now"), "{:?}", rows[0].look);
        steps
    };
    let mut walk = Walk::all_but(&[Step::ConsentGiven, Step::AllowlistingConfirmed]);
    walk.does(superbeheerder(), &Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Geen schuifje") });
    let until = walk.now.date_naive() + chrono::Days::new(9);
    walk.does(support(), &Command::Pause { reason: reason("Toetsweek"), until });
    let paused = said(&walk);
    walk.does(
        support(),
        &Command::Withdraw { school: school_id(1), reason: reason("Koos Optie B."), chose_option_b: false },
    );
    let stopped = said(&walk);

    assert_eq!((paused[7], stopped[0], stopped[7]), (("Gepauzeerd", ""), ("Gestopt", ""), ("Gestopt", "")));
}

#[test]
fn where_all_is_done_every_question_is_yes() {
    let done = Walk::all_but(&[]);

    assert!(rows(&done).iter().all(|gate| gate.is_yes && gate.look == "yes"));
}

#[test]
fn the_turn_of_the_verdict_stands_out_in_the_timeline() {
    let entry = |action| Entry {
        id: 1,
        connection: None,
        school: None,
        onboarding_version: None,
        at: Walk::start().now,
        by: support(),
        action,
    };

    let opened = timeline_row(&entry(Action::ImportOpened), &names());
    let noted = timeline_row(&entry(Action::DetailsChanged), &names());

    assert!(opened.is_mark && !noted.is_mark);
    assert_eq!((opened.machine.as_str(), opened.who.as_str()), ("2026-08-31T07:00:00Z", "Kurve"));
}

proptest::proptest! {
    #[test]
    fn no_row_of_kurve_calls_a_step_done_whose_newest_check_refused_it(moments in histories()) {
        for moment in moments {
            let Some(step) = moment.refused() else { continue };
            let now = moment.newest.expect("it refused").at;
            let rows = gate_rows(&moment.truths(), &names(), now);
            let gate = rows.iter().find(|row| row.key == step.gate().as_str()).expect("each step has a gate");
            assert_ne!(gate.look, "yes");
            let row = rows.iter().flat_map(|gate| &gate.steps).find(|row| row.step == step).expect("it has its row");

            assert!(row.kind != "ready" && row.words != "Klaar", "{}", row.words);
            assert!(row.lines.iter().all(|line| !line.starts_with("Laatste controle: gezien")), "{:?}", row.lines);
        }
    }
}
