//! A committed change leaves within two seconds: the worker is woken for it, also by another instance.
//!
//! Not measured, for a busy machine would fail: the worker's own look is put off far beyond what the test waits for, so
//! that only being woken brings the mail in time. Where nothing can wake it, the look itself is at most a second away.

use std::time::Duration;

use koppelklaar::app::App;
use koppelklaar::jobs::mail::{LOOK_EVERY, work, work_looking};
use koppelklaar::links;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::mail::{SmtpTransport, SmtpUrl, Timeouts};
use koppelklaar::services::mail::dispatch::Mailer;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::app::nonzero;
use crate::support::database::texts;
use crate::support::smtp_sink::{Received, Script, SmtpSink};
use crate::support::{TestApp, run};

/// When a worker of these tests looks unasked: never, as far as they are concerned.
const FAR_AWAY: Duration = Duration::from_secs(24 * 3600);

/// How long a mail that comes may take on however busy a machine; the test is red then.
const PATIENCE: Duration = Duration::from_secs(60);

const ANNA: &str = "anna@bonhoeffer.example";

/// A worker that sends over real SMTP.
struct Sending {
    stop: CancellationToken,
    worker: JoinHandle<()>,
}

impl Sending {
    async fn start(app: App, sink: &SmtpSink, look_every: Duration) -> Self {
        let url = SmtpUrl::parse(&format!("smtp://{}", sink.address)).expect("a URL");
        let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
        let limits = Timeouts { step: PATIENCE, message: PATIENCE, goodbye: Duration::from_millis(100) };
        let mailer = Mailer { transport: Transport::Smtp(SmtpTransport::new(url).with_timeouts(limits)), sender };
        let stop = CancellationToken::new();
        let app = App { mailer, ..app };
        let worker = if look_every == LOOK_EVERY {
            tokio::spawn(work(app, stop.clone()))
        } else {
            tokio::spawn(work_looking(app, stop.clone(), look_every))
        };
        Self { stop, worker }
    }

    async fn end(self) {
        self.stop.cancel();
        self.worker.await.expect("it ends when told");
    }
}

/// Asks for a school on the start page of an instance: the address is to be confirmed by mail.
async fn ask(app: &TestApp, instance: &App, number: u32) {
    let allowance = Allowance { per_client: nonzero(100), per_address: nonzero(100) };
    let visitor =
        app.anonymous().at_router(&router(WebState::new(instance, WebOptions { allowance, trusted_proxies: 1 }, None)));
    let (name, brin) = (format!("School {number}"), format!("12A{}", if number == 1 { 'B' } else { 'C' }));
    let fields = [
        ("school_name", name.as_str()),
        ("brin", &brin),
        ("domain", "bonhoeffer"),
        ("region", "noord"),
        ("name", "Anna de Wit"),
        ("email", ANNA),
        ("role", "superbeheerder"),
    ];
    let sent = visitor.get(links::REGISTER).await.submit(&visitor, "main form", &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
}

async fn arrived(sink: &SmtpSink, count: usize) -> Vec<Received> {
    tokio::time::timeout(PATIENCE, sink.whole(count)).await.expect("nobody woke the worker")
}

#[test]
fn a_worker_at_rest_is_woken_by_a_change_and_does_not_wait_for_its_next_look() {
    run(|app| async move {
        let sink = SmtpSink::start(Script::default()).await;
        let sending = Sending::start(app.app.clone(), &sink, FAR_AWAY).await;

        // The second change finds it at rest: it looked at its start, and has sent the first.
        for number in [1, 2] {
            ask(&app, &app.app, number).await;
            let mails = arrived(&sink, usize::try_from(number).expect("few")).await;
            assert_eq!(mails.last().expect("one at least").to, ANNA);
        }

        sending.end().await;
    });
}

#[test]
fn a_change_of_another_instance_wakes_the_worker_of_this_one() {
    run(|app| async move {
        if app.context().db.is_sqlite() {
            // One process serves from a SQLite file; commands beside it are for the test below.
            return;
        }
        let sink = SmtpSink::start(Script::default()).await;
        let other = another_process(&app).await;
        let sending = Sending::start(app.app.clone(), &sink, FAR_AWAY).await;

        for number in [1, 2] {
            ask(&app, &other, number).await;
            arrived(&sink, usize::try_from(number).expect("few")).await;
        }

        sending.end().await;
    });
}

#[test]
fn a_bell_whose_connection_was_lost_is_heard_again() {
    run(|app| async move {
        if app.context().db.is_sqlite() {
            return;
        }
        let sink = SmtpSink::start(Script::default()).await;
        let other = another_process(&app).await;
        let sending = Sending::start(app.app.clone(), &sink, FAR_AWAY).await;
        let lost = other_listener(&app, "").await;

        texts(&app.database.url, &format!("SELECT CAST(pg_terminate_backend({lost}) AS TEXT)")).await;
        other_listener(&app, &lost).await;
        ask(&app, &other, 1).await;

        arrived(&sink, 1).await;
        sending.end().await;
    });
}

/// Waits until another connection than this one hears the bell, and says which.
async fn other_listener(app: &TestApp, known: &str) -> String {
    let listeners = "SELECT CAST(pid AS TEXT) FROM pg_stat_activity \
                     WHERE datname = current_database() AND query LIKE 'LISTEN %'";
    let looked = async {
        loop {
            match texts(&app.database.url, listeners).await.into_iter().find(|pid| pid != known) {
                Some(found) => return found,
                None => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, looked).await.expect("the worker listens")
}

#[test]
fn a_change_that_nobody_can_wake_the_worker_for_is_found_by_a_look_within_a_second() {
    const { assert!(LOOK_EVERY.as_secs() <= 1, "a mail leaves within two seconds, sending included") };
    run(|app| async move {
        let sink = SmtpSink::start(Script::default()).await;
        let other = another_process(&app).await;
        let sending = Sending::start(app.app.clone(), &sink, LOOK_EVERY).await;

        for number in [1, 2] {
            ask(&app, &other, number).await;
            arrived(&sink, usize::try_from(number).expect("few")).await;
        }

        sending.end().await;
    });
}

/// An instance that shares nothing with this one but the database.
async fn another_process(app: &TestApp) -> App {
    let mut other = app.second_instance().await;
    other.context.mail_waits = std::sync::Arc::default();
    other
}
