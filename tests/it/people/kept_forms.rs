//! What was typed outlives the session: it comes back filled in, in the same browser, for an hour, and is never sent by itself.

use chrono::TimeDelta;
use koppelklaar::jobs::Job;
use koppelklaar::links;

use crate::journey::Table;
use crate::registration::request;
use crate::support::database::texts;
use crate::support::{Page, TestApp, Visitor, run};

const REASON: &str = "Ik zie de knop niet & het schuifje is grijs.";
const STUCK: &str = "form:has([data-action=stuck])";

async fn sign_in(app: &TestApp, visitor: &Visitor, email: &str) {
    let asked = visitor.get("/inloggen").await.submit(visitor, "main form", &[("email", email)]).await;
    let link = app.only_mail_to(email).await.path_of("/inloggen/link/");
    visitor.follow(&asked).await;
    let page = visitor.get(&link).await;
    let signed_in = page.submit(visitor, "main form", &[]).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.body);
}

async fn kept(app: &TestApp) -> usize {
    texts(&app.database.url, "SELECT path FROM kept_form").await.len()
}

/// Anna types a report, and the session ends as she does.
async fn type_too_late(app: &TestApp, table: &Table) -> Page {
    let page = table.portal.open("/stap/consent_given").await;
    app.advance(TimeDelta::hours(13));
    page.submit(&table.portal, STUCK, &[("reason", REASON)]).await
}

#[test]
fn a_form_that_met_no_session_comes_back_filled_in_and_is_forgotten_once_it_is_sent() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let sent = type_too_late(&app, &table).await;
        let told = table.portal.follow(&sent).await;
        sign_in(&app, &table.portal, &table.school.email).await;

        let page = table.portal.open("/stap/consent_given").await;
        let again = table.portal.open("/stap/consent_given").await;
        let other = table.portal.open("/stap/allowlisting_requested").await;
        let before = kept(&app).await;
        let reported = page.submit(&table.portal, STUCK, &[]).await;
        let after = table.portal.open("/stap/consent_given").await;
        app.new_mails().await;

        assert_eq!((sent.status, sent.location()), (303, links::SIGN_IN));
        assert!(told.text("[data-flash]").contains("Daarna staat er nog wat je typte"), "{}", told.body);
        for page in [&page, &again] {
            assert_eq!(page.text("[name=reason]"), REASON, "{}", page.body);
            assert!(page.text("[data-flash]").contains("staat er nog"), "{}", page.body);
        }
        assert_eq!(other.text("[name=reason]"), "");
        assert_eq!((before, reported.status, kept(&app).await), (1, 303, 0), "{}", reported.body);
        assert!(after.text("[data-stuck]").contains("schuifje is grijs"), "{}", after.body);
    });
}

#[test]
fn nothing_is_done_by_itself_and_what_is_kept_is_sealed() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        type_too_late(&app, &table).await;
        sign_in(&app, &table.portal, &table.school.email).await;

        let page = table.staff_page().await;
        let rows = texts(&app.database.url, "SELECT path FROM kept_form").await;

        assert!(!page.body.contains("schuifje is grijs"), "{}", page.body);
        assert_eq!(rows.len(), 1);
        assert!(rows[0].ends_with("/stap/consent_given/lukt-niet"), "{rows:?}");
        app.new_mails().await;
    });
}

#[test]
fn another_browser_and_who_waits_for_more_than_an_hour_find_nothing() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        type_too_late(&app, &table).await;
        let elsewhere = app.portal(&table.school).await;
        let there = elsewhere.open("/stap/consent_given").await;
        app.advance(TimeDelta::minutes(61));
        sign_in(&app, &table.portal, &table.school.email).await;
        let late = table.portal.open("/stap/consent_given").await;
        app.run(Job::DeleteExpired).await;

        assert_eq!((there.text("[name=reason]"), late.text("[name=reason]")), (String::new(), String::new()));
        assert_eq!(kept(&app).await, 0);
        app.new_mails().await;
    });
}

#[test]
fn a_form_of_another_site_is_not_kept() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::hours(13));
        let path = format!(
            "{}/lukt-niet",
            table.school.at_step(links::SCHOOL_STEP, koppelklaar::domain::onboarding::Step::ConsentGiven)
        );

        let sent = table.portal.post(&path, &[("reason".to_owned(), REASON.to_owned())]).await;

        assert_eq!((sent.status, sent.location()), (303, links::SIGN_IN));
        assert_eq!(kept(&app).await, 0);
    });
}

#[test]
fn other_forms_of_the_portal_come_back_too() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        app.new_mails().await;
        for (place, form, field, typed) in [
            ("/berichten", "form[data-form=message]", "text", "Wij zijn maandag dicht."),
            ("/pauze", "main form", "reason", "We gaan verder na de toetsweek."),
            ("/collegas", "form[data-form=add-colleague]", "name", "Piet Bakker"),
            ("/stoppen", "main form", "reason", "We zijn met Optie B begonnen."),
        ] {
            let page = table.portal.open(place).await;
            app.advance(TimeDelta::hours(13));
            page.submit(&table.portal, form, &[(field, typed)]).await;
            sign_in(&app, &table.portal, &table.school.email).await;

            let back = table.portal.open(place).await;

            let shown = [back.attributes(&format!("[name={field}]"), "value"), back.texts(&format!("[name={field}]"))];
            assert!(shown.concat().iter().any(|value| value == typed), "{place}\n{}", back.body);
        }
        app.new_mails().await;
    });
}

#[test]
fn a_request_comes_back_filled_in_and_says_where_the_mail_goes() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        request(&visitor, &[]).await;
        let mail = app.only_mail_to("anna@bonhoeffer.example").await;

        let sent = visitor.get(links::REGISTER_SENT).await;
        let form = visitor.get(links::REGISTER).await;
        let path = mail.path_of("/aanmelden/bevestig/");
        let elsewhere = app.anonymous();
        let confirm = elsewhere.get(&path).await;
        let change = elsewhere.get(&confirm.attributes("[data-change]", "href").remove(0)).await;
        let nothing = elsewhere.get(links::REGISTER_SENT).await;

        assert_eq!(sent.text("[data-email]"), "anna@bonhoeffer.example");
        for page in [&form, &change] {
            assert_eq!(page.attributes("[name=name]", "value"), ["Anna de Wit"], "{}", page.body);
            assert_eq!(page.attributes("[name=region][checked]", "value"), ["noord"]);
        }
        assert!(!nothing.has("[data-email]"), "{}", nothing.body);
    });
}

#[test]
fn a_request_from_a_page_that_stood_open_too_long_comes_back_filled_in() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        let page = visitor.get(links::REGISTER).await.with_field("csrf", "van-een-ander");

        let stale = page.submit(&visitor, "main form", &[("school_name", "Bonhoeffer College")]).await;

        assert_eq!(stale.status, 403);
        assert!(stale.has("[data-refusal]"), "{}", stale.body);
        assert_eq!(stale.attributes("[name=school_name]", "value"), ["Bonhoeffer College"]);
        assert!(app.new_mails().await.is_empty());
    });
}
