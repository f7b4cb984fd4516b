//! The digest as Kurve reads it: each of its parts with since when, and what does not fit on it.

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::domain::check::{Certificate, CheckCode};
use koppelklaar::domain::ids::ConnectionId;
use koppelklaar::jobs::Job;
use koppelklaar::services::operations::audit::{Finding, verify_with};
use koppelklaar::store::checks::check_status::{self, CheckStatus};
use koppelklaar::store::mail::outbox;

use crate::dispatch::{put_in_outbox, spoil, waiting};
use crate::journey::Table;
use crate::support::app::BASE;
use crate::support::database::sql;
use crate::support::post::Mail;
use crate::support::{TestApp, Visitor, run, run_to_failure};

/// Asks for the digest of today and reads it; the other mails of the moment are read too.
async fn digest(app: &TestApp) -> Mail {
    app.new_mails().await;
    app.run(Job::Digest).await;
    app.only_mail_to("support@kurve.nl").await
}

/// The text in one line, so that it can be searched over line ends.
fn dense(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page behind the link that follows some words.
async fn follow(visitor: &Visitor, mail: &Mail, words: &str) -> String {
    let text = dense(&mail.text);
    let (_, rest) = text.split_once(words).unwrap_or_else(|| panic!("no {words} in:\n{}", mail.text));
    let link = rest.split_whitespace().next().expect("a link");
    let page = visitor.get(link.strip_prefix(BASE).expect("a link to this installation")).await;
    assert_eq!(page.status, 200, "{link}");
    page.body
}

async fn lose(app: &TestApp, connection: ConnectionId, since: DateTime<Utc>) {
    let conn = app.context().db.writer();
    let known = check_status::load(conn, connection).await.expect("the store answers");
    let lost = CheckStatus {
        last: Some((CheckCode::LoginRefused, app.now())),
        is_failing: true,
        is_lost: true,
        failing_since: Some(since),
        ..known
    };
    let tx = app.context().db.begin_write().await.expect("the store answers");
    check_status::save(tx.conn(), &lost).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
}

#[test]
fn the_digest_tells_of_each_thing_that_waits_on_kurve_and_since_when() {
    run_to_failure(|app| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        table.school("consent_given", "stuck", &[("reason", "Het schuifje is grijs.")]).await;
        app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        // Eight weeks of silence; on the way Christmas.
        for _ in 0..56 {
            app.advance(TimeDelta::days(1));
            app.run(Job::PlanReminders).await;
            app.send_mails().await;
        }
        // Tuesday 19 January.
        app.advance(TimeDelta::days(1));
        let third = app.school_by_services("Het Baken", "14EF", "baken").await;
        lose(&app, third.connection, app.now() - TimeDelta::days(1)).await;
        let failed = put_in_outbox(&app, &third, 1).await[0];
        spoil(&app, failed, "status = 'failed', last_error = 'RCPT TO: refused with 550 5.1.1'").await;

        let mail = digest(&app).await;

        let text = dense(&mail.text);
        for part in [
            "Wacht op Kurve: - Bonhoeffer College (12AB): lukt niet: Consent geven in Magister, sinds maandag 23 november 2026",
            "- Het Molenveld (13CD): nieuwe school: Wachtwoord en query klaarzetten, sinds maandag 23 november 2026",
            "- Het Baken (14EF): nieuwe school: Wachtwoord en query klaarzetten, sinds dinsdag 19 januari 2027",
            "Geen antwoord: - ",
            "Verbinding werkt niet meer: - Het Baken (14EF): inloggen geweigerd, sinds maandag 18 januari 2027",
            "Mails die niet weg konden: 1.",
        ] {
            assert!(text.contains(part), "{part}\n{}", mail.text);
        }
        assert!(!text.contains("En nog"), "{}", mail.text);
        let (_, silent) = text.split_once("Geen antwoord: ").expect("it is there");
        assert!(silent.contains("- Het Molenveld (13CD): geen antwoord op herinneringen, sinds "), "{silent}");
        assert!(mail.subject == "Dagoverzicht: 3 stappen wachten op Kurve en meer", "{}", mail.subject);
        let staff = app.staff().await;
        assert!(follow(&staff, &mail, "Mails die niet weg konden: 1.").await.contains(&failed.to_string()));
    });
}

#[test]
fn the_digest_says_where_the_audit_ends() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.school("consent_given", "stuck", &[("reason", "Het schuifje is grijs.")]).await;

        let mail = digest(&app).await;

        let (_, rest) = mail.text.split_once("Het controlegetal van de laatste is:").expect("it says so");
        let head = rest.split_whitespace().next().expect("a hash");
        let head = head.parse().expect("a hash of the audit");
        let found = verify_with(app.context(), &[head]).await.expect("the audit can be read");
        assert!(matches!(found, Finding::Whole { .. }), "{found:?}");
    });
}

#[test]
fn a_lost_connection_alone_is_worth_a_digest_and_that_of_a_school_that_stopped_is_not() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        lose(&app, table.school.connection, app.now()).await;

        let lost = digest(&app).await;
        let stopped = table.kurve("", "withdraw", &[("reason", "De school kiest Optie B.")]).await;
        app.new_mails().await;
        app.advance(TimeDelta::days(1));
        app.run(Job::Digest).await;
        let after = app.new_mails().await;

        assert_eq!(lost.subject, "Dagoverzicht: 1 verbinding werkt niet meer");
        assert_eq!(stopped.status, 303, "{}", stopped.body);
        assert_eq!(after.iter().map(|mail| &mail.subject).collect::<Vec<_>>(), Vec::<&String>::new());
    });
}

#[test]
fn a_certificate_that_ends_is_told_of_thirty_days_ahead_and_seven_and_on_no_day_between() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        let (conn, connection) = (app.context().db.writer(), table.school.connection);
        let until = app.now() + TimeDelta::days(30) - TimeDelta::hours(1);
        let certificate = Some(Certificate { until, seen_at: app.now() - TimeDelta::days(2) });
        let known = check_status::load(conn, connection).await.expect("the store answers");
        let tx = app.context().db.begin_write().await.expect("the store answers");
        check_status::save(tx.conn(), &CheckStatus { certificate, ..known }).await.expect("the store answers");
        tx.commit().await.expect("the store answers");

        let first = digest(&app).await;
        let mut told = vec![];
        for day in 1..30 {
            app.advance(TimeDelta::days(1));
            app.run(Job::Digest).await;
            let mails = app.new_mails().await;
            told.extend(
                mails.into_iter().filter(|mail| mail.text.contains("ertificaat")).map(|mail| (day, mail.subject)),
            );
        }

        let subject = "Dagoverzicht: 1 certificaat verloopt bijna";
        let row =
            "Certificaat dat bijna verloopt: - Bonhoeffer College (12AB): geldt tot woensdag 23 december 2026, sinds";
        assert!(dense(&first.text).contains(row), "{}", first.text);
        assert_eq!((first.subject.as_str(), told), (subject, vec![(23, subject.to_owned())]));
    });
}

#[test]
fn what_does_not_fit_on_the_digest_is_counted_with_a_link() {
    run_to_failure(|app| async move {
        let staff = app.staff().await;
        let mut last = None;
        for number in 0..42 {
            let (brin, label) = (format!("{}AA", 10 + number), format!("school{number}"));
            last = Some(app.school_by_services(&format!("School {number}"), &brin, &label).await);
        }
        let last = last.expect("the last of them");
        app.rewrite("UPDATE onboarding SET no_answer_since = kurve_since").await;
        let mails: Vec<_> = (0..101).map(|number| waiting(&app, &last, &number.to_string())).collect();
        app.send_mails().await;
        outbox::insert_all(app.context().db.writer(), &mails).await.expect("fresh keys");
        sql(&app.database.url, "UPDATE outbox SET status = 'failed' WHERE status = 'waiting'").await;

        let mail = digest(&app).await;

        let text = dense(&mail.text);
        assert_eq!(text.matches("En nog 2 scholen. Kijk verder:").count(), 2, "{}", mail.text);
        assert_eq!(text.matches("nieuwe school:").count(), 40, "{}", mail.text);
        assert!(text.contains("Mails die niet weg konden: 101."), "{}", mail.text);
        let subject =
            "Koppelklaar: meer dan 40 stappen wachten op Kurve, 42 scholen zonder antwoord, 101 mails mislukt";
        assert_eq!(mail.subject, subject);
        let newest = mails.iter().map(|mail| mail.id).max().expect("they are many");
        assert!(follow(&staff, &mail, "Mails die niet weg konden: 101.").await.contains(&newest.to_string()));
        let (_, silent) = mail.text.split_once("Geen antwoord:").expect("it is there");
        let silent = Mail { text: silent.to_owned(), ..mail.clone() };
        assert!(follow(&staff, &silent, "Kijk verder:").await.contains("School 41"));
    });
}

#[test]
fn the_link_to_lost_connections_shows_those_that_are_lost_and_no_others() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let mut schools = vec![];
        for number in 0..42 {
            let (brin, label) = (format!("{}AA", 10 + number), format!("school{number}"));
            schools.push(app.school_by_services(&format!("School {number}"), &brin, &label).await);
        }
        for (school, days) in schools.iter().skip(1).zip(0..) {
            lose(&app, school.connection, app.now() - TimeDelta::days(days)).await;
        }

        let mail = digest(&app).await;

        let (_, lost) = mail.text.split_once("Verbinding werkt niet meer:").expect("it is there");
        assert!(dense(lost).contains("En nog 1 school. Kijk verder:"), "{lost}");
        assert!(lost.contains("School 41 (51AA)") && !lost.contains("School 1 (11AA)"), "the longest first: {lost}");
        let page = follow(&staff, &Mail { text: lost.to_owned(), ..mail.clone() }, "Kijk verder:").await;
        assert!(page.contains(">School 1<") && !page.contains(">School 0<"), "{page}");
    });
}
