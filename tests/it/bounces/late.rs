//! Reports on mails that went long after they were made, and on mails of which nobody knew whether they went.

use chrono::TimeDelta;
use koppelklaar::mail::message::BuiltMail;
use koppelklaar::services::mail::bounces::Outcome;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};

use super::{dated, id_of, is_marked, stored, take};
use crate::dispatch::{spoil, waiting};
use crate::support::{TestApp, TestSchool, reports, run_to_failure};

/// A mail to sign in that was given up halfway: nobody knows whether it went.
async fn sign_in_given_up(app: &TestApp, school: &TestSchool) -> BuiltMail {
    let visitor = app.anonymous();
    visitor.get("/inloggen").await.submit(&visitor, "main form", &[("email", &school.email)]).await;
    app.new_mails().await;
    let mail = app.mailbox.mails().pop().expect("the sign-in mail");
    let given_up =
        "status = 'failed', sent_at = NULL, handing_over_at = created_at, last_error = 'after DATA: no answer'";
    spoil(app, id_of(&mail), given_up).await;
    mail
}

#[test]
fn a_mail_that_waited_for_weeks_is_tried_again_for_two_days_from_when_it_went() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.new_mails().await;
        let made_at = app.now() - TimeDelta::days(20);
        let waited = OutboxMail { created_at: made_at, ..waiting(&app, &school, "waited") };
        outbox::insert_all(app.context().db.writer(), &[waited]).await.expect("a fresh key");
        app.new_mails().await;
        let (mail, start) = (app.mailbox.mails().pop().expect("it went"), app.now());
        assert_eq!(mail.date, start, "its Date is when it went");

        let mut again = 0;
        loop {
            app.advance(TimeDelta::minutes(10));
            let report = dated(&reports::about(reports::POSTFIX_FULL, &mail), &app.now().to_rfc2822());
            if take(&app, &report).await != Outcome::ToSendAgain {
                break;
            }
            again += 1;
            app.clock.set(stored(&app, &mail).await.next_attempt_at);
            assert_eq!(app.send_mails().await.sent, 1);
        }

        assert_eq!(stored(&app, &mail).await.status, MailStatus::Failed);
        assert!(again >= 6 && app.now() - start <= TimeDelta::hours(48), "{again} times, until {}", app.now());
    });
}

#[test]
fn a_sign_in_mail_that_was_given_up_halfway_and_comes_back_marks_the_address_once() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sign_in_given_up(&app, &school).await;
        let report = reports::about(reports::POSTFIX_UNKNOWN, &mail);

        let first = take(&app, &report).await;
        let again = take(&app, &report).await;
        let another = take(&app, &format!("Received: from mx2\n{report}")).await;

        assert_eq!((first, again, another), (Outcome::Marked, Outcome::NothingToDo, Outcome::NothingToDo));
        assert!(is_marked(&app, &school.email).await);
        let row = stored(&app, &mail).await;
        assert_eq!((row.status, row.handing_over_at), (MailStatus::Failed, None));
        assert_eq!(row.last_error.as_deref(), Some("came back: 5.1.1"));
    });
}

#[test]
fn a_mail_that_was_dropped_after_it_may_have_gone_stays_dropped_and_marks_the_address_when_it_comes_back() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sign_in_given_up(&app, &school).await;
        spoil(&app, id_of(&mail), "status = 'dropped', last_error = 'Al gebeld.'").await;
        let report = reports::about(reports::POSTFIX_UNKNOWN, &mail);

        let first = take(&app, &report).await;
        let another = take(&app, &format!("Received: from mx2\n{report}")).await;

        assert_eq!((first, another), (Outcome::Marked, Outcome::NothingToDo));
        assert!(is_marked(&app, &school.email).await);
        let row = stored(&app, &mail).await;
        assert_eq!((row.status, row.last_error.as_deref()), (MailStatus::Dropped, Some("Al gebeld.")));
    });
}

#[test]
fn a_report_on_a_mail_that_never_went_marks_nothing() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sign_in_given_up(&app, &school).await;
        spoil(&app, id_of(&mail), "handing_over_at = NULL, last_error = 'RCPT TO: refused with 550 5.7.1'").await;

        let outcome = take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail)).await;

        assert_eq!(outcome, Outcome::NothingToDo);
        assert!(!is_marked(&app, &school.email).await);
    });
}
