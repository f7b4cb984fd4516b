//! What comes to the address for reports and is none: answers of people, and of machines for them.

use koppelklaar::links;
use koppelklaar::services::Context;
use koppelklaar::services::mail::bounces::{self, Outcome};
use koppelklaar::services::messages::incoming::Outcome as Answered;
use koppelklaar::store::mail::outbox::MailStatus;

use super::{is_marked, sent, stored, take};
use crate::journey::Table;
use crate::support::answers::{self, answer, answer_to};
use crate::support::{TestApp, reports, run, run_to_failure};

const TAKEN: Outcome = Outcome::Answered(Answered::Taken);

/// What waits on Kurve as an answer.
async fn waiting(table: &Table) -> Vec<String> {
    table.staff.get(links::STAFF).await.texts("[data-kind=reply]")
}

#[test]
fn an_answer_of_a_person_or_a_machine_reaches_kurve_once() {
    for (sample, says) in [(answers::AWAY, "Ik ben er tot maandag niet."), (answers::ENGLISH, "")] {
        run(|app: TestApp| async move {
            let table = Table::set(&app).await;
            let mail = sent(&app, &table.school, "1").await;
            let letter = answer(sample, &table.school.email, &mail.from);

            let first = take(&app, &letter).await;
            let again = take(&app, &letter).await;

            assert_eq!((first, again), (TAKEN, Outcome::Answered(Answered::TakenBefore)));
            assert_eq!(waiting(&table).await.len(), 1);
            let thread = table.staff.get(&links::staff_school(links::STAFF_MESSAGES, table.school.connection)).await;
            assert!(thread.text("[data-message=in]").contains(says), "{}", thread.body);
            assert_eq!(stored(&app, &mail).await.status, MailStatus::Sent);
            assert!(!is_marked(&app, &table.school.email).await);
        });
    }
}

#[test]
fn an_answer_is_no_report_whatever_numbers_stand_in_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let mail = sent(&app, &table.school, "1").await;

        let outcome = take(&app, &reports::about(reports::OUT_OF_OFFICE, &mail)).await;

        assert_eq!(outcome, TAKEN);
        assert!(!is_marked(&app, &table.school.email).await);
    });
}

#[test]
fn without_an_address_for_reports_an_answer_is_known_by_the_mail_that_it_answers() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let mail = sent(&app, &table.school, "1").await;
        let without = Context { bounce_address: None, ..app.context().clone() };
        let letter = answer_to(answers::AWAY, &table.school.email, &mail);

        let outcome = bounces::take(&without, app.now(), letter.as_bytes(), None).await;

        assert_eq!(outcome.expect("the store answers"), TAKEN);
        assert_eq!(waiting(&table).await.len(), 1);
    });
}

#[test]
fn who_is_away_when_a_link_to_sign_in_comes_is_known_by_the_address_of_the_link() {
    run_to_failure(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let visitor = app.anonymous();
        app.new_mails().await;
        visitor.get("/inloggen").await.submit(&visitor, "main form", &[("email", &table.school.email)]).await;
        app.new_mails().await;
        let mail = app.mailbox.mails().pop().expect("the sign-in mail");

        let outcome = take(&app, &answer(answers::AWAY, &table.school.email, &mail.from)).await;

        assert_eq!(outcome, TAKEN);
        assert_eq!(waiting(&table).await.len(), 1);
    });
}

#[test]
fn an_acknowledgement_without_a_sender_that_does_not_say_that_it_is_one_counts_as_come_back() {
    run_to_failure(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let mail = sent(&app, &table.school, "1").await;

        let outcome = take(&app, &answer(answers::NOBODY, &table.school.email, &mail.from)).await;

        assert_eq!(outcome, Outcome::GivenUp);
        let why = stored(&app, &mail).await.last_error;
        assert_eq!(why.as_deref(), Some("came back: no code, refused: We hebben uw bericht ontvangen."));
        assert!(!is_marked(&app, &table.school.email).await);
    });
}
