//! What a mail server has and nobody noted: a process that dies, a connection that breaks, a lease that ends.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::clock::Clock;
use koppelklaar::crypto::Token;
use koppelklaar::domain::ids::MailId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::jobs::Job;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::mail::{SmtpTransport, SmtpUrl, Timeouts};
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::Context;
use koppelklaar::services::mail::dispatch::{self, Mailer, Summary};
use koppelklaar::services::people::portal_access;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};
use strum::IntoEnumIterator;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::dispatch::{load, put_in_outbox};
use crate::support::database::sql;
use crate::support::smtp_sink::{Reply, Script, SmtpSink};
use crate::support::{TestApp, TestSchool, run, run_to_failure};

/// Longer than any test waits for a server that answers in the end.
const PATIENT: Timeouts =
    Timeouts { step: Duration::from_secs(60), message: Duration::from_secs(60), goodbye: Duration::from_millis(100) };

/// A lease is shorter.
pub(super) const AFTER_THE_LEASE: TimeDelta = TimeDelta::seconds(31);

pub(super) fn leased() -> Script {
    Script { message: Reply::Held, ..Script::default() }
}

pub(super) fn mailer(sink: &SmtpSink) -> Mailer {
    let url = SmtpUrl::parse(&format!("smtp://{}", sink.address)).expect("a URL");
    let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
    Mailer { transport: Transport::Smtp(SmtpTransport::new(url).with_timeouts(PATIENT)), sender }
}

pub(super) async fn send(app: &TestApp, sink: &SmtpSink) -> Summary {
    dispatch::send_due(app.context(), &mailer(sink), || app.now()).await.expect("the outbox can be read")
}

/// A worker of an instance of its own.
async fn worker(app: &TestApp, sink: &SmtpSink) -> JoinHandle<Summary> {
    let App { context, clock, .. } = app.second_instance().await;
    worker_of(context, clock, sink)
}

/// The same for an instance that was made before.
pub(super) fn worker_of(context: Context, clock: Clock, sink: &SmtpSink) -> JoinHandle<Summary> {
    let mailer = mailer(sink);
    tokio::spawn(
        async move { dispatch::send_due(&context, &mailer, || clock.now()).await.expect("the outbox can be read") },
    )
}

/// Ends a worker between one step and the next, as the system ends a process.
async fn kill(worker: JoinHandle<Summary>) {
    worker.abort();
    assert!(worker.await.is_err_and(|end| end.is_cancelled()));
}

/// Changes what mails are written from, so that a mail that is written anew is another one.
async fn rename_contact(app: &TestApp) {
    app.rewrite("UPDATE contact SET name = 'Berendina Zonder'").await;
}

async fn school(app: &TestApp) -> TestSchool {
    app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await
}

async fn ask_link(app: &TestApp, school: &TestSchool) {
    let browser = Token::new(&app.context().chance);
    let email = EmailAddress::parse(&school.email).expect("an address");
    portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
        .await
        .expect("a first time");
}

async fn of_kind(app: &TestApp, kind: MailKind) -> OutboxMail {
    for status in MailStatus::iter() {
        let mails = outbox::list_with_status(app.context().db.reader(), status, 100).await.expect("the store answers");
        if let Some(mail) = mails.into_iter().find(|mail| mail.kind == kind) {
            return mail;
        }
    }
    panic!("no {kind:?} in the outbox")
}

#[test]
fn a_worker_that_dies_after_the_mail_server_took_a_mail_costs_at_most_that_mail_twice_and_the_same() {
    run(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 4).await;
        let sink = SmtpSink::start(leased()).await;
        let dying = worker(&app, &sink).await;
        let taken = sink.whole(1).await;
        kill(dying).await;
        rename_contact(&app).await;
        sink.turn_to(Script::default());

        let at_once = send(&app, &sink).await;
        app.advance(AFTER_THE_LEASE);
        let later = send(&app, &sink).await;

        assert_eq!((at_once, later.sent), (Summary::default(), 4));
        let received = sink.received();
        let again: Vec<_> = received.iter().filter(|mail| mail.text == taken[0].text).collect();
        assert_eq!((again.len(), again[0]), (1, &taken[0]), "the same to the byte, envelope and all");
        let anew = received.iter().filter(|mail| mail.text.contains("Berendina")).count();
        assert_eq!(anew, 3, "what had not begun is written from what is true now");
        for mail in mails {
            let stored = load(&app, mail).await;
            let was_taken = taken[0].text.contains(&stored.message_id);
            assert_eq!((stored.status, stored.may_be_double), (MailStatus::Sent, was_taken), "{stored:?}");
            assert_eq!((stored.attempts, stored.handing_over_at), (1 + i32::from(was_taken), None));
        }
    });
}

#[test]
fn a_connection_that_breaks_after_the_final_dot_makes_the_next_tries_repeat_the_bytes() {
    run(|app| async move {
        let school = school(&app).await;
        let mail = put_in_outbox(&app, &school, 1).await[0];
        let sink = SmtpSink::start(Script { message: Reply::HangUp, ..Script::default() }).await;

        let unknown = send(&app, &sink).await;
        let after_unknown = load(&app, mail).await;
        rename_contact(&app).await;
        sink.turn_to(Script { message: Reply::Say("451 4.3.0 later"), ..Script::default() });
        app.advance(TimeDelta::minutes(2));
        let refused = send(&app, &sink).await;
        let after_refusal = load(&app, mail).await;
        sink.turn_to(Script::default());
        app.advance(TimeDelta::minutes(3));
        let taken = send(&app, &sink).await;

        assert_eq!((unknown.to_retry, refused.to_retry, taken.sent), (1, 1, 1));
        assert!(after_unknown.handing_over_at.is_some() && !after_unknown.may_be_double);
        // That one attempt was refused says nothing of the one before it.
        assert!(after_refusal.handing_over_at.is_some() && after_refusal.may_be_double);
        let whole = sink.whole(3).await;
        assert!(whole.iter().all(|mail| *mail == whole[0]), "the same to the byte");
        let stored = load(&app, mail).await;
        assert_eq!((stored.status, stored.may_be_double, stored.handing_over_at), (MailStatus::Sent, true, None));
        let frozen = dispatch::find_frozen(app.context(), mail).await.expect("it opens").expect("it is kept");
        assert_eq!(String::from_utf8(frozen.bytes).expect("ASCII"), whole[0].text);
    });
}

#[test]
fn a_mail_that_was_certainly_not_taken_is_written_anew() {
    run(|app| async move {
        let school = school(&app).await;
        let mail = put_in_outbox(&app, &school, 1).await[0];
        let sink = SmtpSink::start(Script { message: Reply::Say("451 4.3.0 later"), ..Script::default() }).await;

        send(&app, &sink).await;
        let refused = load(&app, mail).await;
        let frozen = dispatch::find_frozen(app.context(), mail).await.expect("the store answers");
        rename_contact(&app).await;
        sink.turn_to(Script::default());
        app.advance(TimeDelta::minutes(2));
        send(&app, &sink).await;

        assert_eq!((refused.handing_over_at, frozen.is_none()), (None, true));
        let whole = sink.whole(2).await;
        assert!(!whole[0].text.contains("Berendina") && whole[1].text.contains("Berendina"));
        assert!(!load(&app, mail).await.may_be_double);
    });
}

#[test]
fn a_reminder_that_may_have_gone_is_not_repeated_once_the_step_is_done() {
    run(|app| async move {
        let school = school(&app).await;
        app.advance(TimeDelta::days(3));
        app.run(Job::PlanReminders).await;
        let sink = SmtpSink::start(Script { message: Reply::HangUp, ..Script::default() }).await;
        let unknown = send(&app, &sink).await;
        assert_eq!(unknown.to_retry, 1, "{unknown:?}");

        for step in [Step::ConsentGiven, Step::AllowlistingRequested] {
            app.claim(&school, step).await.expect("its turn has come");
        }
        sink.turn_to(Script::default());
        app.advance(TimeDelta::minutes(2));
        send(&app, &sink).await;

        assert_eq!(of_kind(&app, MailKind::Reminder).await.status, MailStatus::Skipped);
        assert!(sink.received().is_empty());
    });
}

#[test]
fn a_step_that_is_done_while_another_mail_is_under_way_cancels_its_reminder() {
    run(|app| async move {
        let school = school(&app).await;
        let other = app.school_by_services("Het Baken", "13AB", "baken").await;
        app.advance(TimeDelta::days(3));
        app.run(Job::PlanReminders).await;
        let sink = SmtpSink::start(leased()).await;
        let worker = worker(&app, &sink).await;
        let first = sink.whole(1).await;
        let second = if first[0].to == school.email { &other } else { &school };

        for step in [Step::ConsentGiven, Step::AllowlistingRequested] {
            app.claim(second, step).await.expect("its turn has come");
        }
        sink.let_through();
        let summary = worker.await.expect("the worker ends");

        assert_eq!((summary.sent, summary.skipped), (1, 1), "{summary:?}");
        assert_eq!(sink.received(), first);
    });
}

#[test]
fn a_sign_in_mail_that_a_dying_worker_handed_over_is_given_up_and_seen_and_never_sent_twice() {
    run_to_failure(|app| async move {
        let school = school(&app).await;
        ask_link(&app, &school).await;
        let sink = SmtpSink::start(leased()).await;
        let dying = worker(&app, &sink).await;
        sink.whole(1).await;
        kill(dying).await;
        sink.turn_to(Script::default());

        app.advance(AFTER_THE_LEASE);
        let summary = send(&app, &sink).await;

        assert_eq!((summary.failed, summary.sent), (1, 0));
        assert!(sink.received().is_empty());
        let stored = of_kind(&app, MailKind::SignIn).await;
        assert_eq!(stored.last_error.as_deref(), Some("may_have_arrived"));
        let frozen = dispatch::find_frozen(app.context(), stored.id).await.expect("the store answers");
        assert!(frozen.is_none(), "a token is never kept");
    });
}

#[test]
fn a_sign_in_mail_whose_worker_died_before_it_was_handed_over_goes_with_a_new_token() {
    run(|app| async move {
        let school = school(&app).await;
        ask_link(&app, &school).await;
        // The token was made, and the row says that nothing was handed over.
        sql(&app.database.url, "UPDATE access_link SET minted_at = expires_at").await;
        let sink = SmtpSink::start(Script::default()).await;

        let summary = send(&app, &sink).await;

        assert_eq!(summary.sent, 1, "{summary:?}");
        assert_eq!(sink.received().len(), 1);
    });
}

#[test]
fn a_worker_that_wakes_after_its_lease_ended_changes_nothing() {
    run(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 3).await;
        let slow = SmtpSink::start(leased()).await;
        let quick = SmtpSink::start(Script::default()).await;
        let late = worker(&app, &slow).await;
        let taken = slow.whole(1).await;

        app.advance(AFTER_THE_LEASE);
        let summary = send(&app, &quick).await;
        let noted = (load(&app, mails[0]).await, load(&app, mails[1]).await, load(&app, mails[2]).await);
        slow.let_through();
        let summary_of_late = late.await.expect("the worker ends");

        assert_eq!(summary.sent, 3);
        assert!(quick.received().contains(&taken[0]));
        assert_eq!(slow.received().len(), 1, "it did not begin what another has: {summary_of_late:?}");
        let now = (load(&app, mails[0]).await, load(&app, mails[1]).await, load(&app, mails[2]).await);
        assert_eq!(now, noted);
    });
}

#[test]
fn a_database_that_is_away_when_a_mail_was_taken_is_told_when_it_is_back_and_the_mail_goes_once() {
    run(|app| async move {
        let school = school(&app).await;
        let mails = put_in_outbox(&app, &school, 2).await;
        let sink = SmtpSink::start(leased()).await;
        let (context, mailer, clock) = (app.context().clone(), mailer(&sink), app.clock.clone());
        let (asked, mut asks) = watch::channel(0);
        // Asked before each mail, and after each try to note one that was in vain.
        let is_stopping = move || {
            asked.send_modify(|count| *count += 1);
            false
        };
        let worker =
            tokio::spawn(async move { dispatch::send_until(&context, &mailer, || clock.now(), is_stopping).await });
        let first = sink.whole(1).await;

        sql(&app.database.url, "ALTER TABLE outbox RENAME TO mislaid").await;
        sink.turn_to(Script::default());
        sink.let_through();
        let before = *asks.borrow();
        asks.wait_for(|count| *count >= before + 4).await.expect("it tries on");
        sql(&app.database.url, "ALTER TABLE mislaid RENAME TO outbox").await;
        let summary = worker.await.expect("the worker ends").expect("the outbox can be read again");

        assert_eq!(summary, Summary { sent: 2, ..Summary::default() });
        let received = sink.received();
        assert_eq!((received.len(), &received[0]), (2, &first[0]), "each went once");
        for mail in mails {
            let stored = load(&app, mail).await;
            assert_eq!(
                (stored.status, stored.attempts, stored.may_be_double),
                (MailStatus::Sent, 1, false),
                "{stored:?}"
            );
        }
    });
}

#[test]
fn a_mail_server_that_takes_its_time_keeps_the_mail_in_the_hand_of_its_worker() {
    run(|app| async move {
        let school = school(&app).await;
        let mail: MailId = put_in_outbox(&app, &school, 1).await[0];
        let sink = SmtpSink::start(leased()).await;
        let worker = worker(&app, &sink).await;
        sink.whole(1).await;
        let before = outbox_lease(&app).await;

        app.advance(TimeDelta::seconds(20));
        tokio::time::timeout(Duration::from_secs(30), async {
            let mut look = tokio::time::interval(Duration::from_millis(250));
            while outbox_lease(&app).await == before {
                look.tick().await;
            }
        })
        .await
        .expect("the lease is renewed");
        app.advance(TimeDelta::seconds(20));
        let other = send(&app, &sink).await;
        sink.let_through();

        assert_eq!((other, worker.await.expect("the worker ends").sent), (Summary::default(), 1));
        assert!(!load(&app, mail).await.may_be_double);
    });
}

async fn outbox_lease(app: &TestApp) -> Vec<String> {
    let query = "SELECT CAST(lease_until AS TEXT) FROM outbox WHERE lease_until IS NOT NULL";
    crate::support::database::texts(&app.database.url, query).await
}
