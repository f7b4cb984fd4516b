//! Reports that are none, or on none of our mails, and where a report names its mail.

use koppelklaar::services::Context;
use koppelklaar::services::mail::bounces::{self, Outcome};
use koppelklaar::store::mail::outbox::MailStatus;

use super::{actions, is_marked, sent, stored, take};
use crate::journey::Table;
use crate::support::{TestApp, on_each_database, reports, run_to_failure};

#[test]
fn what_is_no_report_on_a_mail_of_ours_changes_nothing() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sent(&app, &school, "1").await;
        let token = mail.from.split(['+', '@']).nth(1).expect("a token");
        let forged = format!("bounces+{}@kurve.nl", token.chars().rev().collect::<String>().replace('-', "a"));
        let unknown = "<01890000-0000-7000-8000-000000000000@koppelklaar.test>";
        let before = stored(&app, &mail).await;

        for (message, outcome) in [
            // The right Message-ID does not make up for a wrong token.
            (reports::to(reports::POSTFIX_UNKNOWN, &forged, &mail.message_id), Outcome::Forged),
            (reports::to(reports::POSTFIX_UNKNOWN, "bounces@kurve.nl", unknown), Outcome::UnknownMail),
            (reports::to(reports::GMAIL_UNKNOWN, "post@kurve.nl", "<a@elders.nl>"), Outcome::UnknownMail),
            (reports::to(reports::SPAM, &forged, &mail.message_id), Outcome::NoReport),
            (reports::to(reports::OUT_OF_OFFICE, &forged, unknown), Outcome::FromMachine("an automatic reply")),
        ] {
            assert_eq!(take(&app, &message).await, outcome);
        }

        assert_eq!(stored(&app, &mail).await, before);
        assert!(!is_marked(&app, &school.email).await);
        assert_eq!(actions(&app, &school).await, Vec::<&str>::new());
    });
}

#[test]
fn a_report_is_found_by_the_address_that_the_mail_server_names_or_by_the_returned_message_id() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (one, other) = (sent(&app, &school, "1").await, sent(&app, &school, "2").await);
        let of_ours = reports::POSTFIX_UNKNOWN.replace(reports::RECEIVER, &school.email);
        let nameless = reports::to(&of_ours, "bounces@kurve.nl", "<weg@elders.nl>");

        let by_option = bounces::take(app.context(), app.now(), nameless.as_bytes(), Some(&one.from)).await;
        let plain = reports::to(&of_ours, "koppelklaar@kurve.nl", &other.message_id);
        let without_setting = Context { bounce_address: None, ..app.context().clone() };
        let by_id = bounces::take(&without_setting, app.now(), plain.as_bytes(), None).await;

        assert_eq!(by_option.expect("the store answers"), Outcome::Marked);
        assert_eq!(by_id.expect("the store answers"), Outcome::Noted);
        assert_eq!(stored(&app, &other).await.status, MailStatus::Failed);
    });
}

#[test]
fn no_report_with_one_sign_changed_in_token_or_message_id_ever_marks() {
    on_each_database(async |kind| {
        let app = TestApp::start(kind).await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sent(&app, &school, "1").await;
        let token = mail.from.split(['+', '@']).nth(1).expect("a token").to_owned();
        let samples =
            [reports::POSTFIX_UNKNOWN, reports::MICROSOFT_UNKNOWN, reports::GMAIL_UNKNOWN, reports::EXIM_REPORT];
        let other = |sign: &str| if sign == "a" { "b" } else { "a" };
        for place in 0..token.len() {
            let mut wrong_token = token.clone();
            wrong_token.replace_range(place..=place, other(&token[place..=place]));
            let mut wrong_id = mail.message_id.clone();
            let at = 1 + place % 36;
            wrong_id.replace_range(at..=at, other(&mail.message_id[at..=at]));

            let sample = samples[place % samples.len()];
            let forged = reports::to(sample, &format!("bounces+{wrong_token}@kurve.nl"), &mail.message_id);
            let unknown = reports::to(sample, "bounces@kurve.nl", &wrong_id);

            assert_eq!(
                (take(&app, &forged).await, take(&app, &unknown).await),
                (Outcome::Forged, Outcome::UnknownMail)
            );
        }
        assert!(!is_marked(&app, &school.email).await);
        assert_eq!(stored(&app, &mail).await.status, MailStatus::Sent);
        app.finish().await;
    });
}

#[test]
fn a_mail_to_kurve_that_comes_back_is_seen_and_support_is_never_marked() {
    run_to_failure(|app| async move {
        let table = Table::set(&app).await;
        table.school("consent_given", "stuck", &[("reason", "Het menu is er niet.")]).await;
        app.new_mails().await;
        let mail =
            app.mailbox.mails().into_iter().rfind(|mail| mail.to == "support@kurve.nl").expect("a mail to Kurve");

        let outcome = take(&app, &reports::about(reports::POSTFIX_UNKNOWN, &mail)).await;

        assert_eq!(outcome, Outcome::Noted);
        assert!(!is_marked(&app, "support@kurve.nl").await);
        assert!(table.staff.get("/beheer").await.has("[data-failed-mails]"));
    });
}
