//! The ladder on a page, without one.

use strum::IntoEnumIterator;

use super::*;
use crate::domain::check::{Counts, Oddity};
use crate::domain::onboarding::testing::Walk;

fn reader() -> Reader {
    Reader::School(ConnectionId::from_uuid(uuid::Uuid::from_u128(7)))
}

/// Where the school reported all its steps, and no check was made later.
fn newest() -> Beside {
    Beside { state: Walk::all_but(&[]).state, is_newest: true }
}

fn at() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().expect("a moment")
}

fn ended(code: CheckCode, rung: Rung) -> CheckResult {
    let tried = Rung::iter().filter(|one| *one <= rung);
    CheckResult {
        times: tried.map(|rung| RungTime { rung, millis: 250 }).collect(),
        columns: vec!["idGebr".into(), "stamnr".into()],
        counts: (rung == Rung::Rows).then_some(Counts { rows: 612, without_opleidingscode: 3, ..Counts::default() }),
        ..CheckResult::ended(code, rung)
    }
}

fn states(view: &LadderView) -> Vec<&'static str> {
    view.rungs.iter().map(|rung| rung.state).collect()
}

#[test]
fn a_check_that_climbs_shows_what_held_and_what_is_tried() {
    let held = [RungTime { rung: Rung::Name, millis: 20 }, RungTime { rung: Rung::Tcp, millis: 1_250 }];

    let view = LadderView::new(Stand::Climbing { held: &held, trying: Some(Rung::Tls) }, at(), &newest(), reader());

    assert!(view.is_running);
    assert_eq!(states(&view), ["held", "held", "trying", "ahead", "ahead", "ahead", "ahead"]);
    assert_eq!(view.said, "Vraag 3 van 7: Is de verbinding beveiligd?");
    assert_eq!(view.rungs[1].time, "1,2 seconden");
}

#[test]
fn a_check_between_two_rungs_tries_the_next_one() {
    let held = [RungTime { rung: Rung::Name, millis: 20 }];

    let view = LadderView::new(Stand::Climbing { held: &held, trying: None }, at(), &newest(), reader());

    assert_eq!(states(&view)[..3], ["held", "trying", "ahead"]);
}

#[test]
fn a_check_that_works_shows_the_receipt_and_what_it_proves() {
    let view = LadderView::new(Stand::Done(&ended(CheckCode::Ok, Rung::Rows)), at(), &newest(), reader());

    assert_eq!((view.kind, view.key, view.is_running), ("done", "ok", false));
    assert_eq!(states(&view), ["held"; 7]);
    assert_eq!(view.receipt, "612 leerlingen, 3 zonder opleidingscode");
    assert_eq!(view.proven.len(), 5);
    assert!(view.details.is_empty(), "columns are for Kurve");
}

#[test]
fn a_check_that_fails_says_who_acts_and_leads_the_school_there() {
    let result = ended(CheckCode::LoginRefused, Rung::Login);

    let school = LadderView::new(Stand::Done(&result), at(), &newest(), reader());
    let kurve = LadderView::new(Stand::Done(&result), at(), &newest(), Reader::Kurve);

    assert_eq!(states(&school), ["held", "held", "held", "broke", "ahead", "ahead", "ahead"]);
    assert_eq!((school.kind, school.label.as_str()), ("now", "Jullie zijn aan de beurt"));
    assert!(school.lines[0].starts_with("Magister laat Kurve niet inloggen"), "{:?}", school.lines);
    assert_eq!(
        school.link.map(|(href, _)| href).as_deref(),
        Some("/school/00000000-0000-0000-0000-000000000007/stap/password_set")
    );
    assert_eq!((kurve.label.as_str(), kurve.link), ("Aan de beurt: De school", None));
    assert!(kurve.details.iter().any(|(name, value)| *name == "Kolommen" && value == "idGebr, stamnr"));
}

#[test]
fn what_was_odd_is_for_kurve() {
    let result = CheckResult { oddity: Some(Oddity::Status(503)), ..ended(CheckCode::UnexpectedAnswer, Rung::Data) };

    let kurve = LadderView::new(Stand::Done(&result), at(), &newest(), Reader::Kurve);
    let school = LadderView::new(Stand::Done(&result), at(), &newest(), reader());

    assert!(kurve.details.contains(&("Wat er vreemd was", "Het antwoord had HTTP-status 503.".to_owned())));
    assert_eq!((school.kind, school.label.as_str()), ("wait", "Kurve is aan de beurt"));
}

#[test]
fn every_code_has_a_ladder_for_every_reader() {
    for code in CheckCode::iter() {
        for reader in [reader(), Reader::Kurve] {
            let view = LadderView::new(Stand::Done(&ended(code, Rung::Login)), at(), &newest(), reader);

            assert!(view.title.len() > 10 && view.lines[0].len() > 20, "{}", code.as_str());
            assert_eq!(view.key, code.as_str());
        }
    }
}

#[test]
fn what_to_do_now_only_the_newest_check_tells() {
    let result = ended(CheckCode::LoginRefused, Rung::Login);
    let older = Beside { is_newest: false, ..newest() };

    let school = LadderView::new(Stand::Done(&result), at(), &older, reader());

    assert_eq!((school.kind, school.label.as_str()), ("wait", "Een eerdere controle"));
    assert!(school.lines.iter().chain([&school.said]).all(|line| !line.contains("wachtwoord")), "{:?}", school.lines);
    assert_eq!(
        school.link.map(|(href, _)| href).as_deref(),
        Some("/school/00000000-0000-0000-0000-000000000007/verbinding")
    );
}
