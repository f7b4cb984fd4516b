//! The list of schools as a file: sent while it is read, whatever its length, and never a half that looks whole.

use axum::body::Body;
use chrono::TimeDelta;
use http_body_util::BodyExt;
use koppelklaar::domain::connection::{Carried, Connection, ConnectionDetails};
use koppelklaar::domain::ids::{ConnectionId, SchoolId};
use koppelklaar::domain::onboarding::{Command, Onboarding, Step};
use koppelklaar::domain::option_b::{OptionB, Said};
use koppelklaar::domain::school::{Region, School, SchoolDetails};
use koppelklaar::domain::text::{Brin, SchoolDomain, SchoolName};
use koppelklaar::links;
use koppelklaar::services::onboarding::onboardings as services;
use koppelklaar::services::operations::export::PAGE_ROWS;
use koppelklaar::store::onboarding::bulk::{self, WholeConnection};
use koppelklaar::store::onboarding::onboardings::Versioned;
use koppelklaar::store::onboarding::option_b;
use koppelklaar::store::operations::tally;
use koppelklaar::store::reminders::Attention;

use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::database::sql;
use crate::support::{Page, TestApp, run};

/// Enough for forty pages, and a last one that is not full.
const MANY: u32 = 20_050;

/// So many schools, each with a connection of its own.
async fn fill(app: &TestApp, schools: u32) {
    let mut left = (0..schools).map(|number| whole(app, number)).peekable();
    while left.peek().is_some() {
        let some: Vec<WholeConnection> = left.by_ref().take(1000).collect();
        let tx = app.context().db.begin_write().await.expect("a transaction");
        bulk::insert_all(tx.conn(), &some, app.now()).await.expect("they are new");
        tally::add(tx.conn(), &bulk::tally(&some)).await.expect("they are counted");
        tx.commit().await.expect("it is kept");
    }
}

fn whole(app: &TestApp, number: u32) -> WholeConnection {
    let at = app.now();
    let chance = &app.context().chance;
    let (id, school) = (ConnectionId::from_uuid(chance.uuid_v7(at)), SchoolId::from_uuid(chance.uuid_v7(at)));
    let name = SchoolName::parse(&format!("School {number:05}")).expect("a name");
    let letter = |place: u32| char::from_u32('A' as u32 + number / 100 / place % 26).expect("a letter");
    let brin = Brin::parse(&format!("{:02}{}{}", number % 100, letter(1), letter(26))).expect("a BRIN");
    let domain = SchoolDomain::parse(&format!("school{number}")).expect("a domain");
    let details = ConnectionDetails { name: name.clone(), domain, region: Region::Noord };
    WholeConnection {
        connection: Connection { id, details, carried: Carried::One(brin.clone()), created_at: at },
        schools: vec![School { id: school, connection: id, details: SchoolDetails { name, brin }, created_at: at }],
        contacts: vec![],
        onboarding: Versioned { state: Onboarding::start(at, school), version: 1 },
        changed_at: at,
        attention: Attention { next_at: None, no_answer_since: None },
        credentials: vec![],
        holdings: vec![],
        reminders: vec![],
        next_check_at: None,
    }
}

/// The next part of an answer.
async fn part(body: &mut Body) -> Option<Vec<u8>> {
    let part = body.frame().await?.expect("it goes on");
    Some(part.into_data().expect("bytes").into())
}

/// A long list costs one page of memory at a time, and its first part is on its way while the last is still to be read.
#[test]
fn a_list_of_any_length_comes_in_parts_of_a_page() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        fill(&app, MANY).await;

        let mut body = staff.listen(links::STAFF_SCHOOLS_CSV).await;
        let (mut all, mut parts) = (vec![], 0);
        while let Some(part) = part(&mut body).await {
            let rows = part.iter().filter(|sign| **sign == b'\n').count() as u64;
            assert!(rows <= PAGE_ROWS + 1, "{rows} rows at once");
            parts += 1;
            all.extend(part);
        }

        assert_eq!(parts, u64::from(MANY).div_ceil(PAGE_ROWS));
        let names: Vec<String> = rows(&all).into_iter().map(|row| row[0].clone()).collect();
        let expected = (0..MANY).map(|number| format!("School {number:05}"));
        assert!(names.into_iter().eq(expected), "each is there once, in order");
    });
}

#[test]
fn an_answer_that_cannot_go_on_breaks_off_and_one_that_cannot_begin_is_an_error() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        fill(&app, 3 * u32::try_from(PAGE_ROWS).expect("few")).await;

        for path in [links::STAFF_SCHOOLS_CSV, links::STAFF_SCHOOLS_XLSX] {
            let mut body = staff.listen(path).await;
            let first = if path == links::STAFF_SCHOOLS_CSV { part(&mut body).await } else { None };
            sql(&app.database.url, "ALTER TABLE option_b RENAME TO mislaid").await;
            let rest = body.collect().await;
            let broken = staff.get(path).await;
            sql(&app.database.url, "ALTER TABLE mislaid RENAME TO option_b").await;

            assert!(rest.is_err(), "{path}: a half that looks whole");
            assert!(first.is_none_or(|part| part.starts_with(b"\xef\xbb\xbfSchool;")));
            assert_eq!((broken.status, broken.header("content-disposition")), (500, ""), "{path}");
            assert_eq!(staff.get(path).await.status, 200, "{path}");
        }
    });
}

/// The rows of a CSV file below its headings.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_school_that_went_on_with_optie_b_says_when_it_made_the_file_and_who_cleaned_up() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let first = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.vouch(kurve, &first).await;
        let withdraw = Command::Withdraw { school: first.id, reason: reason("Optie B"), chose_option_b: true };
        services::act(app.context(), &app.call_of(&first), first.connection, &withdraw, None).await.expect("it may");
        let staff = app.staff().await;
        let ends = async || -> Vec<[String; 3]> {
            let all = rows(&staff.get(links::STAFF_SCHOOLS_CSV).await.bytes);
            all.into_iter().map(|row| row[17..20].to_vec().try_into().expect("three")).collect()
        };

        let before = ends().await;
        let (made, cleaned) = (app.now(), app.now() + TimeDelta::days(2));
        let kept = OptionB {
            file_made: Some(made),
            cleaned_up: Some(Said { at: cleaned, by: first.contact }),
            ..OptionB::default()
        };
        option_b::save(app.context().db.writer(), first.id, &kept).await.expect("it is kept");

        let none = || [String::new(), String::new(), String::new()];
        assert_eq!(before, [none(), none()]);
        let said = ["2026-11-23", "2026-11-25", "Anna de Wit"].map(str::to_owned);
        assert_eq!(ends().await, [said, none()]);
        app.new_mails().await;
    });
}

#[test]
fn the_file_is_what_it_always_was() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let open = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let waits = app.school_by_services("De \"Esch\"; locatie Noord", "13CD01", "esch").await;
        app.school_by_services("@Molenveld", "14EF", "molenveld").await;
        app.open_import(kurve, &open).await;
        app.issue(kurve, &waits).await;
        for step in STEPS_OF_SCHOOL.into_iter().filter(|step| *step != Step::ConsentGiven) {
            app.claim(&waits, step).await.expect("its turn has come");
        }
        let staff = app.staff().await;

        let file: Page = staff.get(links::STAFF_SCHOOLS_CSV).await;

        let text = String::from_utf8(file.bytes).expect("UTF-8");
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n"));
        insta::with_settings!({
            prepend_module_to_snapshot => false, omit_expression => true,
            filters => vec![(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")]
        }, {
            insta::assert_snapshot!("export_csv", text);
        });
        app.new_mails().await;
    });
}
