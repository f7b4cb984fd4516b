//! Who goes first, what is held back, and what a worker leaves behind when it stops.

use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::crypto::Token;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::domain::mail_rules::MailRules;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::{SendErrorKind, Transport};
use koppelklaar::mail::{SmtpTransport, SmtpUrl};
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::Context;
use koppelklaar::services::mail::dispatch::{self, Mailer, Summary};
use koppelklaar::services::people::portal_access;
use koppelklaar::store::mail::outbox::MailStatus;
use koppelklaar::store::operations::heartbeats;

use crate::dispatch::{load, put_in_outbox, spoil};
use crate::support::database::sql;
use crate::support::program::Program;
use crate::support::smtp_sink::{Reply, Script, SmtpSink};
use crate::support::{TestApp, TestSchool, on_each_database, run, run_to_failure};

async fn school(app: &TestApp) -> TestSchool {
    let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
    app.send_mails().await;
    app.mailbox.take();
    school
}

fn context(app: &TestApp, mail: MailRules) -> Context {
    Context { mail, ..app.context().clone() }
}

async fn send(app: &TestApp, context: &Context) -> Summary {
    dispatch::send_due(context, &app.app.mailer, || app.now()).await.expect("the outbox can be read")
}

async fn ask_link(app: &TestApp, school: &TestSchool) {
    let browser = Token::new(&app.context().chance);
    let email = EmailAddress::parse(&school.email).expect("an address");
    portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
        .await
        .expect("a first time");
}

#[test]
fn while_mail_is_held_everything_is_kept_and_nothing_is_sent() {
    run(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 60).await;
        let leased = context(&app, MailRules { is_held: true, ..MailRules::default() });

        let during = send(&app, &leased).await;
        app.advance(TimeDelta::days(30));
        let long_after = send(&app, &leased).await;
        let untouched = load(&app, mails[0]).await;
        let after = app.send_mails().await;

        assert_eq!((during, long_after), (Summary::default(), Summary::default()));
        assert_eq!((untouched.status, untouched.attempts), (MailStatus::Waiting, 0));
        assert_eq!((after.sent, app.mailbox.mails().len()), (60, 60));
    });
}

#[test]
fn who_is_not_on_the_list_gets_no_mail_and_kurve_sees_why() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        let mail = put_in_outbox(&app, &school, 1).await[0];
        ask_link(&app, &school).await;
        let only = |list: &str| MailRules { only_to: list.parse().ok(), ..MailRules::default() };

        let kept = send(&app, &context(&app, only("@kurve.nl"))).await;
        let stored = load(&app, mail).await;
        let kurve = app.kurve().await;
        let retried = dispatch::retry_by_hand(app.context(), &app.call(kurve), mail).await;
        let let_go = send(&app, &context(&app, only("@kurve.nl,@bonhoeffer.example"))).await;

        assert_eq!(kept, Summary { failed: 2, ..Summary::default() });
        assert_eq!((stored.status, stored.last_error.as_deref()), (MailStatus::Failed, Some("outside_list")));
        retried.expect("it was given up");
        assert_eq!((let_go.sent, app.mailbox.mails().len()), (1, 1));
    });
}

#[test]
fn what_may_have_arrived_is_repeated_only_to_a_receiver_on_the_list_whatever_the_address_is_now() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 2).await;
        for _ in &mails {
            app.mailbox.fail_next(SendErrorKind::Unknown);
        }
        let unknown = app.send_mails().await;
        let before = app.mailbox.mails().len();
        sql(&app.database.url, "UPDATE contact SET email = 'anna@kurve.nl'").await;
        let only = |list: &str| context(&app, MailRules { only_to: list.parse().ok(), ..MailRules::default() });

        app.advance(TimeDelta::minutes(2));
        let outside = send(&app, &only("@kurve.nl")).await;
        let stored = load(&app, mails[0]).await;
        let kurve = app.kurve().await;
        for mail in mails {
            dispatch::retry_by_hand(app.context(), &app.call(kurve), mail).await.expect("it was given up");
        }
        let inside = send(&app, &only("@bonhoeffer.example")).await;

        assert_eq!((unknown.to_retry, outside.failed, inside.sent), (2, 2, 2));
        assert_eq!(stored.last_error.as_deref(), Some("outside_list"));
        let repeated = &app.mailbox.mails()[before..];
        assert!(repeated.len() == 2 && repeated.iter().all(|mail| mail.to == school.email), "{repeated:?}");
    });
}

#[test]
fn a_process_that_is_told_to_hold_mail_keeps_every_mail_and_sends_none() {
    run(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 3).await;
        for mail in &mails {
            // Due by the machine's clock too, whatever that says.
            spoil(&app, *mail, "next_attempt_at = '2020-01-01 00:00:00+00:00'").await;
        }
        let sink = SmtpSink::start(Script::default()).await;
        let mut program = Program::new(app.database.kind).await;
        program.set("KOPPELKLAAR_DATABASE_URL", &app.database.url);
        program.set("KOPPELKLAAR_KEYS", &app.keys_text);
        program.set("KOPPELKLAAR_SMTP_URL", &format!("smtp://{}", sink.address));

        program.set("KOPPELKLAAR_MAIL", "hold");
        let holding = program.serve();
        // It says that it lives once it has looked.
        while !heartbeats::list(app.context().db.reader()).await.expect("it answers").iter().any(is_of_mail) {
            tokio::task::yield_now().await;
        }
        let (ended, _) = holding.stop();
        let seen = sink.connections();
        let mut kept = vec![];
        for mail in &mails {
            let stored = load(&app, *mail).await;
            kept.push((stored.status, stored.attempts));
        }
        program.set("KOPPELKLAAR_MAIL", "send");
        let sending = program.serve();
        sink.whole(3).await;
        sending.stop();

        assert!(ended.success());
        assert_eq!((seen, kept), (0, vec![(MailStatus::Waiting, 0); 3]));
        assert_eq!(sink.received().len(), 3);
    });
}

fn is_of_mail((worker, _): &(Worker, DateTime<Utc>)) -> bool {
    *worker == Worker::Mail
}

#[test]
fn a_sign_in_mail_does_not_wait_behind_a_slow_batch() {
    run(|app| async move {
        let school = school(&app).await;
        put_in_outbox(&app, &school, 10).await;
        let sink = SmtpSink::start(Script { message: Reply::Held, ..Script::default() }).await;
        let url = SmtpUrl::parse(&format!("smtp://{}", sink.address)).expect("a URL");
        let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
        let mailer = Mailer { transport: Transport::Smtp(SmtpTransport::new(url)), sender };
        let worker = tokio::spawn({
            let app = app.clone();
            async move { dispatch::send_due(app.context(), &mailer, || app.now()).await.expect("it can be read") }
        });
        sink.whole(1).await;

        ask_link(&app, &school).await;
        // The first mail took the mail server two seconds.
        app.advance(TimeDelta::seconds(2));
        sink.let_through();
        let two = sink.whole(2).await;
        for _ in 0..10 {
            sink.let_through();
        }

        assert!(two[1].text.contains("/inloggen/link/"), "{}", two[1].text);
        assert_eq!(worker.await.expect("the worker ends").sent, 11);
    });
}

#[test]
fn a_worker_that_is_to_stop_finishes_the_mail_in_hand_and_lets_go_of_the_rest_at_once() {
    run(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 10).await;
        let asked = Cell::new(0);
        // Asked before each mail: at the third, the process is told to stop.
        let is_stopping = || {
            asked.set(asked.get() + 1);
            asked.get() > 3
        };

        let stopped = dispatch::send_until(app.context(), &app.app.mailer, || app.now(), is_stopping).await;
        let mut untouched = 0;
        for mail in &mails {
            let stored = load(&app, *mail).await;
            untouched +=
                usize::from((stored.status, stored.attempts, stored.handing_over_at) == (MailStatus::Waiting, 0, None));
        }
        let at_once = app.send_mails().await;

        let stopped = stopped.expect("the outbox can be read");
        assert_eq!((stopped.sent + untouched, at_once.sent), (10, untouched));
        assert!((1..10).contains(&stopped.sent), "{stopped:?}");
        assert_eq!(app.mailbox.mails().len(), 10);
    });
}

#[test]
fn one_bad_mail_in_a_batch_costs_the_others_nothing() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 60).await;
        app.mailbox.fail_next(SendErrorKind::Temporary);
        app.mailbox.fail_next(SendErrorKind::Permanent);
        app.mailbox.fail_next(SendErrorKind::Unknown);

        let first = app.send_mails().await;
        app.advance(TimeDelta::minutes(2));
        let second = app.send_mails().await;

        assert_eq!(first, Summary { sent: 57, to_retry: 2, failed: 1, ..Summary::default() });
        assert_eq!(second, Summary { sent: 2, ..Summary::default() });
        let mut double = 0;
        for mail in mails {
            double += usize::from(load(&app, mail).await.may_be_double);
        }
        assert_eq!(double, 1, "only the one of which nobody knew");
    });
}

#[test]
fn the_doctor_says_when_mail_is_held_back_or_goes_to_some_only() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        let held_line = "warn  mail: KOPPELKLAAR_MAIL=hold keeps every mail and sends none.";
        let some_line = "warn  mail: only receivers in KOPPELKLAAR_MAIL_ONLY_TO get mail";

        let neither = program.run(&["doctor"]).good();
        program.set("KOPPELKLAAR_MAIL", "hold");
        let held = program.run(&["doctor"]).good();
        program.set("KOPPELKLAAR_MAIL", "send");
        program.set("KOPPELKLAAR_MAIL_ONLY_TO", "@kurve.nl,anna@bonhoeffer.example");
        let some = program.run(&["doctor"]).good();

        assert_eq!([&neither, &held, &some].map(|said| said.contains(held_line)), [false, true, false], "{held}");
        assert_eq!([&neither, &held, &some].map(|said| said.contains(some_line)), [false, false, true], "{some}");
        assert!(!some.contains("bonhoeffer"), "the list names people: {some}");
    });
}
