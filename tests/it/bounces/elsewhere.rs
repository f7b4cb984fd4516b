//! Reports that name another mailbox than that of the mail, or say nothing certain of it: what Kurve sees of them.

use koppelklaar::links;
use koppelklaar::mail::message::BuiltMail;
use koppelklaar::services::Context;
use koppelklaar::services::mail::bounces::{self, Outcome};
use koppelklaar::store::mail::outbox::MailStatus;

use super::{actions, id_of, is_marked, sent, stored, take};
use crate::journey::Table;
use crate::support::{Page, TestApp, TestSchool, reports, run_to_failure};

/// A report of a server about the contact of a school, with what it said.
fn refused(mail: &BuiltMail, said: &str) -> String {
    reports::about(reports::POLICY, mail)
        .replace("Status: 5.7.1", "Status: 5.0.0")
        .replace("550 5.7.1 Message rejected =\nas spam", said)
}

async fn page_of(app: &TestApp, mail: &BuiltMail) -> Page {
    app.staff().await.get(&links::staff_mail(links::STAFF_MAIL, id_of(mail))).await
}

async fn school(app: &TestApp) -> TestSchool {
    app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await
}

#[test]
fn a_member_of_a_group_that_is_gone_costs_the_group_nothing_and_shows_with_the_mail() {
    for report in [reports::POSTFIX_UNKNOWN, reports::MICROSOFT_UNKNOWN, reports::GMAIL_UNKNOWN, reports::EXIM_WORDS] {
        run_to_failure(|app| async move {
            let school = school(&app).await;
            let mail = sent(&app, &school, "1").await;
            let member = reports::to(report, &mail.from, &mail.message_id);

            let first = take(&app, &member).await;
            let again = take(&app, &member).await;

            assert_eq!((first, again), (Outcome::NothingToDo, Outcome::NothingToDo));
            assert!(!is_marked(&app, &school.email).await);
            assert_eq!(stored(&app, &mail).await.status, MailStatus::Sent);
            assert_eq!(actions(&app, &school).await, Vec::<&str>::new());
            let page = page_of(&app, &mail).await;
            assert!(page.text("[data-mail-reason]").contains("een lid van een groep"), "{}", page.body);
            assert!(page.text("[data-detail]").contains("5.1.1"), "{}", page.body);
            // A report about the address itself counts as ever.
            let other = reports::about(report, &mail).replacen("Date:", "X-Date:", 1);
            let other = other.replace("Message-Id: <", "Message-Id: <2").replace("Message-ID: <6", "Message-ID: <26");
            let other = other.replace("Message-ID: <0b", "Message-ID: <20b");
            assert_eq!(take(&app, &other).await, Outcome::Marked);
        });
    }
}

#[test]
fn a_report_about_an_address_that_the_contact_had_before_does_not_mark_the_new_one() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        let mail = sent(&app, &school, "1").await;
        let report = reports::about(reports::POSTFIX_UNKNOWN, &mail);
        let key = app.context().keys.email_key("nieuw@bonhoeffer.example");
        app.rewrite(&format!("UPDATE contact SET email = 'nieuw@bonhoeffer.example', email_key = '{key}'")).await;

        let outcome = take(&app, &report).await;

        assert_eq!(outcome, Outcome::NothingToDo);
        assert!(!is_marked(&app, "nieuw@bonhoeffer.example").await);
    });
}

#[test]
fn what_is_refused_shows_with_the_mail_in_the_words_of_the_server_without_addresses() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        let mail = sent(&app, &school, "1").await;
        let report = refused(&mail, &format!("550 <{}> Denied by policy", school.email));

        let outcome = take(&app, &report).await;

        assert_eq!(outcome, Outcome::GivenUp);
        assert!(!is_marked(&app, &school.email).await);
        let page = page_of(&app, &mail).await;
        assert!(
            page.text("[data-mail-reason]").contains("weigerde hem. Het adres is niet afgekeurd."),
            "{}",
            page.body
        );
        assert_eq!(page.text("[data-detail]"), "came back: 5.0.0 (550), refused: smtp; 550 <…> Denied by policy");
    });
}

#[test]
fn words_that_hold_a_password_of_the_connection_are_not_kept() {
    run_to_failure(|app| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        let password = crate::passwords_typed::reveal(&table).await;
        let mail = sent(&app, &table.school, "1").await;
        let report = refused(&mail, &format!("550 Denied: {password}"));

        let outcome = take(&app, &report).await;

        assert_eq!(outcome, Outcome::GivenUp);
        assert_eq!(stored(&app, &mail).await.last_error.as_deref(), Some("came back: 5.0.0 (550), refused"));
    });
}

#[test]
fn a_mail_that_came_back_without_a_word_that_can_be_read_is_not_lost() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        let (one, other) = (sent(&app, &school, "1").await, sent(&app, &school, "2").await);
        let wordless = format!("Return-Path: <>\nFrom: x@y.nl\nTo: {}\nSubject: ?\n\nKapot.\n", one.from);
        let empty =
            reports::about(reports::POSTFIX_UNKNOWN, &other).replace("Action: failed", "").replace("5.1.1", "geen");
        let empty = empty.replace("550", "").replace("User unknown", "");

        let outcomes = (take(&app, &wordless).await, take(&app, &empty).await);

        assert_eq!(outcomes, (Outcome::GivenUp, Outcome::GivenUp));
        assert!(!is_marked(&app, &school.email).await);
        assert_eq!(stored(&app, &one).await.last_error.as_deref(), Some("came back: no code, refused: Kapot."));
        assert_eq!(actions(&app, &school).await, ["mail_returned", "mail_returned"]);
    });
}

#[test]
fn without_an_address_for_reports_one_that_returns_headers_as_text_is_known_by_them() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        let mail = sent(&app, &school, "1").await;
        let report = reports::about(reports::EXIM_WORDS, &mail).replace(&mail.from, "koppelklaar@kurve.nl");
        let without = Context { bounce_address: None, ..app.context().clone() };

        let outcome = bounces::take(&without, app.now(), report.as_bytes(), None).await;

        assert_eq!(outcome.expect("the store answers"), Outcome::Marked);
    });
}
