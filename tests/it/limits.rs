//! How often strangers, colleagues and schools may do what costs us work or makes us write to others.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::crypto::Token;
use koppelklaar::domain::ids::ContactId;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::people::portal_access;
use koppelklaar::services::people::staff_auth::{self, SignIn};
use koppelklaar::services::{Context, ServiceError};
use koppelklaar::store::people::contacts;
use koppelklaar::web::rate_limit::Allowance;
use sea_orm::ConnectionTrait;
use tokio::sync::Mutex;

use crate::journey::Table;
use crate::support::app::nonzero;
use crate::support::{Page, TestApp, Visitor, on_each_database, run};

async fn ask_for_link(app: &TestApp, context: &Context) -> Result<(), ServiceError> {
    let email = EmailAddress::parse("iemand@nergens.example").expect("an address");
    let browser = Token::new(&context.chance);
    portal_access::request_link(context, AnonymousCall::new(app.now(), "test"), &email, &browser).await
}

#[test]
fn one_address_gets_twenty_links_a_day_and_hears_when_there_is_room_again() {
    run(|app: TestApp| async move {
        for quarter in 0..4 {
            for link in 0..5 {
                let asked = ask_for_link(&app, app.context()).await;
                assert!(asked.is_ok(), "{quarter}/{link}: {asked:?}");
            }
            app.advance(TimeDelta::minutes(16));
        }

        let Err(ServiceError::TooOften { retry_after_seconds }) = ask_for_link(&app, app.context()).await else {
            panic!("a twenty-first link");
        };
        let wait = TimeDelta::seconds(retry_after_seconds.try_into().expect("less than a day"));
        app.advance(wait - TimeDelta::seconds(2));
        let too_soon = ask_for_link(&app, app.context()).await;
        app.advance(TimeDelta::seconds(2));
        let later = ask_for_link(&app, app.context()).await;

        assert_eq!(wait, TimeDelta::hours(24) - TimeDelta::minutes(64) + TimeDelta::seconds(1));
        assert!(too_soon.is_err() && later.is_ok(), "{too_soon:?} {later:?}");
    });
}

#[test]
fn what_was_typed_about_a_step_stays_when_there_were_too_many_forms_from_one_place() {
    let allowance = Allowance { per_client: nonzero(4), per_address: nonzero(100) };
    on_each_database(async |kind| {
        let app = TestApp::start_with(kind, allowance).await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let portal = app.portal(&school).await;
        let page = portal.open("/stap/consent_given").await;
        let mut answers = vec![];
        for number in 1..=5 {
            let reason = format!("Het schuifje is er niet, ook niet na poging {number}.");
            let answer = page.submit(&portal, "form[action$='/lukt-niet']", &[("reason", &reason)]).await;
            answers.push((answer.status, answer.body.contains(&reason)));
        }

        assert_eq!(answers.first(), Some(&(303, false)));
        assert_eq!(answers.last(), Some(&(422, true)));
        app.finish().await;
    });
}

#[test]
fn an_installation_that_allows_more_links_allows_them_all_day() {
    run(|app: TestApp| async move {
        let context = Context { links_per_quarter: 30, ..app.context().clone() };

        for link in 0..30 {
            let asked = ask_for_link(&app, &context).await;
            assert!(asked.is_ok(), "{link}: {asked:?}");
        }

        assert!(matches!(ask_for_link(&app, &context).await, Err(ServiceError::TooOften { .. })));
    });
}

#[test]
fn sign_ins_at_one_door_do_not_close_another_for_the_same_address() {
    on_each_database(async |kind| {
        let allowance = Allowance { per_client: nonzero(100), per_address: nonzero(2) };
        let app = TestApp::start_with(kind, allowance).await;
        let visitor = app.anonymous();
        let email = "eva@kurve.nl";

        let mut as_school = vec![];
        for _ in 0..3 {
            let page = visitor.get("/inloggen").await;
            as_school.push(page.submit(&visitor, "main form", &[("email", email)]).await.status);
        }
        let as_kurve = sign_in_as_kurve(&visitor, email).await;

        assert_eq!(as_school, [303, 303, 429]);
        assert_eq!(as_kurve.status, 422);
    });
}

async fn sign_in_as_kurve(visitor: &Visitor, email: &str) -> Page {
    let page = visitor.get("/beheer/inloggen").await;
    let fields = [("email", email), ("password", "een of ander wachtwoord"), ("code", "123456")];
    page.submit(visitor, "main form", &fields).await
}

#[test]
fn who_comes_while_many_sign_ins_wait_is_told_to_come_back() {
    run(|app: TestApp| async move {
        let gate = Arc::new(Mutex::new(()));
        let held = Arc::clone(&gate).lock_owned().await;
        let mut waiting = vec![];
        for _ in 0..4 + 64 {
            let gate = Arc::clone(&gate);
            let work = move || drop(gate.blocking_lock());
            let hashing = app.context().hashing.clone();
            let mut hash = Box::pin(async move { hashing.run(work).await });
            // Polled once it has its place.
            let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(hash.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
            waiting.push(hash);
        }

        let refused = sign_in_as_kurve(&app.anonymous(), "eva@kurve.nl").await;
        drop(held);
        for hash in waiting {
            hash.await.expect("its turn comes");
        }
        let taken = sign_in_as_kurve(&app.anonymous(), "eva@kurve.nl").await;

        assert_eq!((refused.status, refused.header("retry-after")), (429, "5"));
        assert_eq!(taken.status, 422);
    });
}

#[test]
fn a_sign_in_with_an_unknown_address_waits_for_the_database_as_a_known_one_does() {
    run(|app: TestApp| async move {
        app.enrolled("eva@kurve.nl").await;
        let tx = app.context().db.begin_write().await.expect("the database answers");
        if !app.context().db.is_sqlite() {
            tx.conn().execute_unprepared("LOCK TABLE session, staff IN EXCLUSIVE MODE").await.expect("a lock");
        }
        let try_it = |email: &str| {
            let email = EmailAddress::parse(email).expect("an address");
            let typed = SignIn { email, password: "een of ander wachtwoord".into(), code: "123456".to_owned() };
            tokio::time::timeout(
                Duration::from_secs(1),
                staff_auth::sign_in(app.context(), AnonymousCall::new(app.now(), "test"), typed),
            )
        };

        let known = try_it("eva@kurve.nl").await;
        let unknown = try_it("niemand@kurve.nl").await;
        drop(tx);

        assert!(known.is_err(), "a known address does not write");
        assert!(unknown.is_err(), "an unknown address does not write");
        let left = app.anonymous();
        assert_eq!(sign_in_as_kurve(&left, "niemand@kurve.nl").await.status, 422);
    });
}

async fn hand_over(table: &Table, number: usize) -> Page {
    let email = format!("collega{number}@bonhoeffer.example");
    hand_over_to(table, &email).await
}

async fn hand_over_to(table: &Table, email: &str) -> Page {
    let fields = [("colleague_name", "Piet Bakker"), ("colleague_email", email), ("colleague_role", "contactpersoon")];
    table.school("allowlisting_requested", "hand-over", &fields).await
}

#[test]
fn a_school_makes_ten_contacts_a_day_and_twenty_in_all() {
    run(|app: TestApp| async move {
        let mut table = Table::set(&app).await;

        for number in 1..=10 {
            assert_eq!(hand_over(&table, number).await.status, 303, "{number}");
        }
        let eleventh = hand_over(&table, 11).await;
        let known = hand_over(&table, 1).await;
        app.advance(TimeDelta::hours(24));
        table.portal = app.portal(&table.school).await;
        for number in 11..=19 {
            assert_eq!(hand_over(&table, number).await.status, 303, "{number}");
        }
        let twenty_first = hand_over(&table, 20).await;

        assert_eq!((eleventh.status, known.status, twenty_first.status), (422, 303, 422));
        assert!(eleventh.body.contains("maximaal 20 contactpersonen"), "{}", eleventh.body);
        assert_eq!(eleventh.attributes("[name=colleague_email]", "value"), ["collega11@bonhoeffer.example"]);
        let here = contacts::list(app.context().db.reader(), table.school.connection).await.expect("the store answers");
        assert_eq!(here.len(), 20);
        assert!(here.iter().all(|contact| !contact.email.as_str().starts_with("collega20@")));
        app.new_mails().await;
    });
}

#[test]
fn handing_over_counts_per_client_and_per_address() {
    on_each_database(async |kind| {
        let allowance = Allowance { per_client: nonzero(100), per_address: nonzero(2) };
        let app = TestApp::start_with(kind, allowance).await;
        let table = Table::set(&app).await;

        let mut statuses = vec![];
        for _ in 0..3 {
            statuses.push(hand_over(&table, 1).await.status);
        }
        let other = hand_over(&table, 2).await.status;

        assert_eq!((statuses, other), (vec![303, 303, 429], 303));
    });
}

#[test]
fn a_step_of_a_removed_colleague_is_nobodys_and_handing_it_over_again_tells_them() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let piet = "piet@bonhoeffer.example";
        hand_over_to(&table, piet).await;
        app.only_mail_to(piet).await;
        let said = || async { table.portal.open("/stap/allowlisting_requested").await.body };
        let before = said().await;

        let id = contact(&app, &table, piet).await;
        let page = table.staff_page().await;
        let form = format!("[data-contact='{id}'] form[data-form=remove_contact]");
        assert_eq!(page.submit(&table.staff, &form, &[]).await.status, 303);
        let removed = said().await;
        let for_kurve = table.staff_page().await.text("[data-step=allowlisting_requested]");
        let again = hand_over_to(&table, piet).await;

        assert!(before.contains("Piet Bakker is aan de beurt"), "{before}");
        assert!(!removed.contains("Piet Bakker is aan de beurt"), "{removed}");
        assert!(!for_kurve.contains("Doorgegeven aan"), "{for_kurve}");
        assert_eq!(again.status, 303);
        let told = app.only_mail_to(piet).await;
        assert!(told.subject.contains("vraagt je: "), "{}", told.subject);
        assert!(said().await.contains("Piet Bakker is aan de beurt"));
    });
}

async fn contact(app: &TestApp, table: &Table, email: &str) -> ContactId {
    let all = contacts::list(app.context().db.reader(), table.school.connection).await.expect("the store answers");
    all.into_iter().find(|one| one.email.as_str() == email).expect("a contact").id
}

#[test]
fn a_request_that_comes_too_often_comes_back_as_it_was_typed() {
    on_each_database(async |kind| {
        let allowance = Allowance { per_client: nonzero(1), per_address: nonzero(100) };
        let app = TestApp::start_with(kind, allowance).await;
        let visitor = app.anonymous();
        let fields = [("school_name", "Bonhoeffer College"), ("email", "anna@bonhoeffer.example")];

        let page = visitor.get("/aanmelden").await;
        let first = page.submit(&visitor, "main form", &fields).await;
        let second = page.submit(&visitor, "main form", &fields).await;

        assert_eq!((first.status, second.status), (422, 429));
        assert!(second.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert_eq!(second.attributes("[name=school_name]", "value"), ["Bonhoeffer College"]);
        assert_eq!(second.attributes("[name=email]", "value"), ["anna@bonhoeffer.example"]);
        assert!(second.text("[data-refusal][role=alert]").contains("te vaak"), "{}", second.body);
    });
}
