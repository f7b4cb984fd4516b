//! The truth about a step through the front door: what a real server says, and what every page and the API tell of it
//! then. Each row is a sentence that once was not so.

use std::time::Duration;

use axum::http::{HeaderMap, Method, header};
use chrono::TimeDelta;
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::domain::onboarding::Step::{
    AllowlistingConfirmed, AllowlistingRequested, ConsentGiven, PasswordSet, PermissionsChecked, QueryExecuted,
};
use koppelklaar::domain::onboarding::{Evidence, Party, Step};
use koppelklaar::links;
use koppelklaar::magister::Limits;
use koppelklaar::words;

use super::support::{Checks, limits, run, run_with};
use super::truth_rows::ROWS;
use crate::support::{Page, TestSchool, Visitor};

/// Silence has to end some time; everything else answers at once.
fn short() -> Limits {
    Limits { connect: Duration::from_secs(2), ..limits() }
}

async fn kurves_page(staff: &Visitor, school: &TestSchool) -> Page {
    staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await
}

/// What the API says of a step.
async fn api(checks: &Checks, key: &str, brin: &str, step: Step) -> (bool, Option<String>) {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"));
    let path = format!("/api/v1/import-gate/{brin}");
    let answer = checks.app.anonymous().send(Method::GET, &path, headers, String::new()).await;
    let verdict: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    let answers = verdict["answers"].as_array().expect("five answers");
    let mut steps = answers.iter().flat_map(|gate| gate["steps"].as_array().expect("its steps"));
    let told = steps.find(|told| told["step"] == step.as_str()).expect("each step");
    (told["yes"] == true, told["check"].as_str().map(str::to_owned))
}

#[test]
fn all_pages_and_the_api_tell_the_same_of_a_step() {
    run_with(CheckPolicy::Advise, short(), |checks: Checks| async move {
        let (staff, key) = (checks.app.staff().await, checks.app.api_key().await);
        for (number, row) in ROWS.iter().enumerate() {
            let (brin, label) = (format!("{}AA", 10 + number), format!("school-{number}"));
            let school = checks.school(&brin, &label).await;
            if row.worked {
                checks.check(&school).await;
            }
            for step in row.said {
                checks.app.claim(&school, *step).await.unwrap_or_else(|error| panic!("{}: {error}", row.name));
            }
            let portal = checks.app.portal(&school).await;
            checks.behaves(&school, &label, row.preset).await;
            checks.check(&school).await;

            let (on_check, overview) = (portal.open("/verbinding").await, portal.open("").await);
            let own = portal.open(&format!("/stap/{}", row.step.as_str())).await;
            let kurves = kurves_page(&staff, &school).await;
            let place = format!("[data-step={}]", row.step.as_str());

            let turn = on_check.text("[data-check] .next-step__label");
            let is_right = if row.turn.is_empty() { turn.starts_with("Gecontroleerd op") } else { turn == row.turn };
            assert!(is_right, "{}: {turn}", row.name);
            assert!(
                on_check.text("[data-check]").contains(row.advice),
                "{}: {}",
                row.name,
                on_check.text("[data-check]")
            );
            assert_eq!(own.text("[data-state] [data-tag]"), row.tags[0], "{}: its own page", row.name);
            assert_eq!(overview.text(&format!("{place} [data-tag]")), row.tags[0], "{}: overview", row.name);
            // What waits on Kurve stands above the steps as well.
            let line = format!(".ledger {place}");
            assert_eq!(kurves.text(&format!("{line} [data-tag]")), row.tags[1], "{}: Kurve's page", row.name);
            let told = [own.texts("[data-sight]").join(" "), overview.text(&place), kurves.text(&line)];
            let when = format!("Controle van {}: ", words::moment_nl(checks.app.now()));
            for told in told {
                assert!(told.contains(row.seen), "{}: {told}", row.name);
                assert_eq!(told.contains(&when), !row.seen.is_empty(), "{}: {told}", row.name);
                assert_eq!(told.contains("Controle van"), !row.seen.is_empty(), "{}: {told}", row.name);
            }
            let worklist = staff.get(links::STAFF).await;
            let rows = worklist.texts("[data-kind=check], [data-kind=password]");
            let rows: Vec<&String> = rows.iter().filter(|told| told.contains(&brin)).collect();
            assert_eq!(rows.len(), usize::from(!row.work.is_empty()), "{}: worklist: {rows:?}", row.name);
            for part in row.work {
                assert!(rows.iter().all(|told| told.contains(part)), "{}: worklist: {rows:?}", row.name);
            }
            let list = staff.get(links::STAFF_CONNECTIONS).await.texts("[data-connection-row]");
            let of_school = list.iter().find(|line| line.contains(&brin)).expect("it has its row");
            let party = row.turn.split(' ').next().map(|who| who.replace("Jullie", "De school")).unwrap_or_default();
            let is_told = match party.is_empty() {
                true => !of_school.contains("Aan de beurt:"),
                false => of_school.contains(&format!("Aan de beurt: {party}")),
            };
            assert!(is_told, "{}: Verbindingen: {of_school}", row.name);
            let (done, seen) = row.api;
            assert_eq!(api(&checks, &key, &brin, row.step).await, (done, seen.map(str::to_owned)), "{}", row.name);
            // One school's Magister at a time.
            checks.behaves(&school, &label, "right").await;
        }
    });
}

#[test]
fn a_refusal_closes_an_import_that_rests_on_a_word_and_a_check_that_passes_opens_it() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in
            [QueryExecuted, PasswordSet, PermissionsChecked, AllowlistingRequested, AllowlistingConfirmed, ConsentGiven]
        {
            checks.app.claim(&school, step).await.expect("its turn has come");
        }
        checks.activate(&school).await.expect("all before it is yes");
        checks.mailed().await;

        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;

        let state = checks.state(&school).await;
        assert_eq!(state.holder(PasswordSet), Some(Party::School));
        assert_eq!(state.answer(QueryExecuted).map(|answer| answer.evidence()), Some(Evidence::Claimed));
        assert!(state.activated().is_empty() && !checks.connection(&school).await.is_lost);
        let told = checks.mailed().await;
        assert!(told.iter().all(|(_, subject)| subject.contains("Wachtwoord instellen")), "{told:?}");
        assert_eq!(told.len(), 2, "{told:?}");

        checks.behaves(&school, "bonhoeffer", "right").await;
        checks.check(&school).await;
        assert!(!checks.state(&school).await.activated().is_empty());
    });
}

#[test]
fn a_school_whose_word_is_refused_hears_so_once_and_reads_what_was_said_and_seen() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in [QueryExecuted, PasswordSet] {
            checks.app.claim(&school, step).await.expect("its turn has come");
        }
        checks.mailed().await;
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;

        checks.check(&school).await;
        checks.check(&school).await;

        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].1.contains("Doe opnieuw: Wachtwoord instellen"), "{told:?}");
        let portal = checks.app.portal(&school).await;
        let page = portal.open("/stap/password_set").await;
        assert!(
            page.text("[data-fallen]").contains("Dit was gemeld, maar bij de controle weigerde Magister"),
            "{}",
            page.body
        );
        let panel = ".verdict[data-check=login_refused]";
        let states = page.attributes(&format!("{panel} .rungs li[data-rung]"), "data-state");
        assert_eq!(states, ["held", "held", "held", "broke", "wait", "wait", "wait"], "{}", page.body);
        let seen = page.texts(&format!("{panel} dl.fork dt"));
        assert_eq!(seen, ["Kurve staat erbij", "Kurve staat er niet bij"]);
        let query = portal.at("/stap/query_executed");
        assert_eq!(page.attributes(&format!("{panel} dl.fork a"), "href"), [query.as_str()]);
        assert!(page.has(&format!("{panel} .actions, .verdict [data-check-instead]")), "{}", page.body);
    });
}

#[test]
fn what_is_reported_while_the_check_runs_or_after_it_stays_until_the_next() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.app.claim(&school, QueryExecuted).await.expect("it is open");
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;

        checks.app.advance(TimeDelta::minutes(2));
        checks.app.claim(&school, PasswordSet).await.expect("it is open");
        let portal = checks.app.portal(&school).await;
        let page = portal.open("/stap/password_set").await;

        assert_eq!(page.text("[data-state] [data-tag]"), "Klaar");
        assert!(page.text("[data-sight]").starts_with("De laatste controle was daarvoor, op"), "{}", page.body);
        checks.check(&school).await;
        assert!(!checks.state(&school).await.is_yes(PasswordSet));
    });
}
