//! A form that is sent again is heard: where its mail was given up, there is a new one.

use chrono::TimeDelta;

use crate::dispatch::send;
use crate::registration::request;
use crate::sign_in::ask;
use crate::support::database::texts;
use crate::support::smtp_sink::{Reply, Script};
use crate::support::{TestApp, run, run_to_failure};

const EMAIL: &str = "anna@bonhoeffer.example";

/// The mail server breaks off after the message, so that nobody knows whether it has it.
async fn break_off(app: &TestApp) {
    let (summary, _) = send(app, Script { message: Reply::HangUp, ..Script::default() }).await;
    assert_eq!(summary.failed, 1, "{summary:?}");
}

async fn count_requests(app: &TestApp) -> Vec<String> {
    texts(&app.database.url, "SELECT CAST(count(*) AS text) FROM registration").await
}

#[test]
fn the_same_request_makes_a_new_mail_at_once_when_the_one_before_was_given_up() {
    run_to_failure(|app: TestApp| async move {
        let visitor = app.anonymous();
        request(&visitor, &[]).await;
        break_off(&app).await;

        let again = request(&visitor, &[]).await;
        let mail = app.only_mail_to(EMAIL).await;
        let page = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;
        let confirmed = page.submit(&visitor, "main form", &[]).await;

        assert_eq!((again.status, again.location()), (303, "/aanmelden/verstuurd"));
        assert_eq!(confirmed.status, 303, "{}", confirmed.body);
        assert_eq!(count_requests(&app).await, ["1"], "it is one request");
    });
}

#[test]
fn the_same_request_makes_one_mail_while_it_may_still_come_and_once_it_went() {
    run(|app: TestApp| async move {
        let visitor = app.anonymous();
        request(&visitor, &[]).await;
        let waits = request(&visitor, &[]).await;
        let (postponed, _) = send(&app, Script { rcpt: Reply::Say("450 4.2.0 busy"), ..Script::default() }).await;
        let is_tried_again = request(&visitor, &[]).await;
        app.advance(TimeDelta::minutes(2));
        let first = app.only_mail_to(EMAIL).await;
        let went = request(&visitor, &[]).await;

        assert_eq!(postponed.to_retry, 1);
        assert_eq!((waits.status, is_tried_again.status, went.status), (303, 303, 303));
        assert_eq!(app.new_mails().await.len(), 0);
        let page = visitor.get(&first.path_of("/aanmelden/bevestig/")).await;
        assert!(page.has("main form"), "the link in it works: {}", page.body);
    });
}

#[test]
fn a_request_whose_mail_is_given_up_again_and_again_says_so_in_the_end() {
    run_to_failure(|app: TestApp| async move {
        let visitor = app.anonymous();
        let mut statuses = vec![];
        for _ in 0..6 {
            statuses.push(request(&visitor, &[]).await.status);
            break_off(&app).await;
        }
        let last = request(&visitor, &[]).await;

        assert_eq!(statuses, [303; 6]);
        assert_eq!(last.status, 429);
        assert_eq!(last.attributes("#brin", "value"), ["12 ab-00"], "the form is not lost");
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn asking_for_a_link_again_makes_a_new_mail_at_once_when_the_one_before_was_given_up() {
    run_to_failure(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitor = app.anonymous();
        ask(&visitor, &school.email).await;
        break_off(&app).await;

        let again = ask(&visitor, &school.email).await;
        let mail = app.only_mail_to(&school.email).await;
        let page = visitor.get(&mail.path_of("/inloggen/link/")).await;

        assert_eq!((again.status, again.location()), (303, "/inloggen/code"));
        assert_eq!(page.submit(&visitor, "main form", &[]).await.status, 303);
    });
}
