//! A school answers by mail.

use chrono::TimeDelta;
use koppelklaar::links;
use koppelklaar::services::Context;
use koppelklaar::services::messages::incoming::{self, Outcome};

use super::{last_mail, sent, thread, write};
use crate::journey::Table;
use crate::support::answers::{self, answer, answer_to};
use crate::support::{TestApp, run};

const OWN: &str = "Het schuifje staat nu aan. Kunnen jullie kijken?";

async fn take(app: &TestApp, mail: &str) -> Outcome {
    app.advance(TimeDelta::seconds(1));
    incoming::take(app.context(), app.now(), mail.as_bytes(), None).await.expect("the store answers")
}

/// What stands in the thread of what the school wrote.
async fn read(table: &Table) -> Vec<String> {
    thread(table).await.texts("[data-message=in] [data-text]")
}

async fn waits(table: &Table) -> Vec<String> {
    table.staff.get(links::STAFF).await.texts("[data-kind=reply]")
}

#[test]
fn each_mail_program_leaves_the_words_of_who_wrote() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let mut expected = vec![];

        for (mail, own) in [
            (answers::OUTLOOK_NL, format!("Hoi Eva, {OWN} Eén ding nog: de lijst is leeg.")),
            (answers::OUTLOOK_HTML, format!("Hoi Eva, {OWN} Eén ding nog: <b>dik</b>.")),
            (answers::OUTLOOK_FILES, OWN.to_owned()),
            (answers::GMAIL_NL, OWN.to_owned()),
            (answers::GMAIL_HTML, format!("{OWN} En één ding: <script>alert(1)</script>")),
            (answers::APPLE, "Dit zie ik: Het lukt dus niet.".to_owned()),
            (answers::THUNDERBIRD, OWN.to_owned()),
            (answers::ENGLISH, OWN.to_owned()),
        ] {
            let outcome = take(&app, &answer(mail, &table.school.email, &to)).await;

            expected.push(own);
            assert_eq!((outcome, read(&table).await), (Outcome::Taken, expected.clone()));
        }
        assert!(!thread(&table).await.body.contains("<script>alert"), "what came in is text");
    });
}

#[test]
fn an_answer_waits_on_the_worklist_until_kurve_answers_or_says_that_it_is_read() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let before = waits(&table).await;
        let mail = answer(answers::GMAIL_NL, &table.school.email, &to);

        let (first, again) = (take(&app, &mail).await, take(&app, &mail).await);
        let row = waits(&table).await;
        let leads = table.staff.get(links::STAFF).await.attributes("[data-kind=reply] .work__do a", "href");
        let read = thread(&table).await.submit(&table.staff, "form[data-form=messages_read]", &[]).await;
        let after_reading = waits(&table).await;
        let twice = thread(&table).await.has("form[data-form=messages_read]");
        take(&app, &answer(answers::OUTLOOK_NL, &table.school.email, &to)).await;
        let row_again = waits(&table).await;
        app.advance(TimeDelta::seconds(5));
        write(&table, "Dank je wel!").await;
        let after_answering = waits(&table).await;

        assert_eq!((first, again), (Outcome::Taken, Outcome::TakenBefore));
        assert!(before.is_empty() && row.len() == 1, "{row:?}");
        assert!(
            row[0].contains("heeft geantwoord") && row[0].contains("Het schuifje") && row[0].contains("Anna de Wit"),
            "{row:?}"
        );
        assert_eq!(leads, [links::staff_school(links::STAFF_MESSAGES, table.school.connection)]);
        assert_eq!((read.status, after_reading.len(), twice), (303, 0, false));
        assert_eq!((row_again.len(), after_answering.len()), (1, 0));
    });
}

#[test]
fn what_comes_while_a_colleague_writes_still_waits() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        take(&app, &answer(answers::GMAIL_NL, &table.school.email, &to)).await;
        let opened = thread(&table).await;
        take(&app, &answer(answers::OUTLOOK_NL, &table.school.email, &to)).await;

        let fields = [("text", "Dank je wel!"), ("do", "send")];
        let answered = opened.submit(&table.staff, "form[data-form=message]", &fields).await;
        let row = waits(&table).await;

        assert_eq!((answered.status, row.len()), (303, 1), "{row:?}");
        assert!(row[0].contains("Hoi Eva"), "the one that nobody read: {row:?}");
    });
}

#[test]
fn what_a_machine_sent_is_passed_over() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;

        for mail in [answers::AWAY, answers::NOBODY] {
            let outcome = take(&app, &answer(mail, &table.school.email, &to)).await;
            assert!(matches!(outcome, Outcome::FromMachine(_)), "{outcome:?}");
        }

        assert!(waits(&table).await.is_empty() && read(&table).await.is_empty());
    });
}

#[test]
fn the_thread_is_found_by_the_address_or_else_by_the_mail_that_it_answers() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let mail = last_mail(&app, &table.school);
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let forged = format!("antwoord+{}-{}@kurve.nl", "a".repeat(26), "b".repeat(16));
        let bare = |from: &str, to: &str| answer(answers::ENGLISH, from, to);

        let by_id = take(&app, &answer_to(answers::GMAIL_NL, &table.school.email, &mail)).await;
        let by_neither = take(&app, &bare(&table.school.email, "support@kurve.nl")).await;
        let by_forgery = take(&app, &bare(&table.school.email, &forged)).await;
        let beside = answer(answers::ENGLISH, &table.school.email, "support@kurve.nl");
        let by_envelope = incoming::take(app.context(), app.now(), beside.as_bytes(), Some(&to)).await;
        let stranger = take(&app, &answer(answers::APPLE, &other.email, &to.to_uppercase())).await;

        assert_eq!((by_id, by_neither, by_forgery), (Outcome::Taken, Outcome::UnknownThread, Outcome::Forged));
        assert_eq!((by_envelope.expect("the store answers"), stranger), (Outcome::Taken, Outcome::Taken));
        let by = thread(&table).await.texts("[data-message=in] .meta b");
        assert_eq!(by, ["Anna de Wit", "Anna de Wit", &format!("{} (geen contactpersoon)", other.email)]);
        let without_setting = Context { reply_address: None, ..app.context().clone() };
        let mail = answer_to(answers::OUTLOOK_NL, &table.school.email, &mail);
        let outcome = incoming::take(&without_setting, app.now(), mail.as_bytes(), None).await;
        assert_eq!(outcome.expect("the store answers"), Outcome::Taken);
    });
}

#[test]
fn a_password_that_came_by_mail_is_not_kept() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let password = crate::passwords_typed::reveal(&table).await;
        let mail = answer(answers::OUTLOOK_FILES, &table.school.email, &to).replace(OWN, &format!("Het is {password}"));

        let (first, again) = (take(&app, &mail).await, take(&app, &mail).await);

        assert_eq!((first, again), (Outcome::TakenWithoutText, Outcome::TakenBefore));
        let page = thread(&table).await;
        assert!(page.text("[data-message=in] [data-text]").contains("niet bewaard"), "{}", page.body);
        assert!(!page.body.contains(&password) && waits(&table).await.len() == 1);
        let kept =
            crate::support::database::texts(&app.database.url, "SELECT body FROM message WHERE body IS NOT NULL").await;
        assert!(kept.iter().all(|text| !text.contains(&password)), "the text is nowhere");
    });
}

#[test]
fn a_mail_without_words_of_its_own_is_kept_whole_and_one_without_anything_is_not() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let whole = answer(answers::ENGLISH, &table.school.email, &to);
        let (head, body) = whole.split_once("\n\n").expect("a head");
        let quote = &body[body.find("-----Original").expect("a quote")..];

        let handed_on = take(&app, &format!("{head}\n\n{quote}")).await;
        let empty = take(&app, &format!("{}\n\n\n", head.replace("en1", "en2"))).await;

        assert_eq!((handed_on, empty), (Outcome::Taken, Outcome::SaysNothing));
        assert!(read(&table).await[0].contains("Original Message"));
    });
}

#[test]
fn one_school_does_not_fill_the_disk() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let mail = |number: usize| {
            answer(answers::ENGLISH, &table.school.email, &to).replace("<en1@", &format!("<en{number}@"))
        };

        let mut outcomes = vec![];
        for number in 1..=41 {
            outcomes.push(take(&app, &mail(number)).await);
        }
        app.advance(TimeDelta::days(1) + TimeDelta::minutes(1));
        let next_day = take(&app, &mail(41)).await;

        assert!(outcomes[..40].iter().all(|outcome| *outcome == Outcome::Taken));
        assert_eq!((outcomes[40], next_day), (Outcome::TooMany, Outcome::Taken));
    });
}
