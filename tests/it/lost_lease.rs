//! Holds that are not what they seem: a worker that wakes after another took its mails changes neither what becomes of
//! them nor the bytes to repeat, and a clock that jumps takes none and leaves none behind.

use std::sync::{Mutex, mpsc};

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::clock::Clock;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::domain::ids::MailId;
use koppelklaar::domain::mail_rules::MailRules;
use koppelklaar::domain::text::Reason;
use koppelklaar::jobs::Job;
use koppelklaar::jobs::mail::look;
use koppelklaar::services::mail::dispatch;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::mail::outbox::{self, OutboxMail, lease};
use koppelklaar::store::mail::outbox_view;
use tokio::sync::watch;

use crate::crash_window::{AFTER_THE_LEASE, leased, mailer, send, worker_of};
use crate::dispatch::{load, new_lease, waiting};
use crate::support::smtp_sink::{Received, Reply, Script, SmtpSink};
use crate::support::{TestApp, run};

/// Two mails to two schools, and the address that the first goes to.
async fn two_mails(app: &TestApp) -> ([MailId; 2], String) {
    let first = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
    let second = app.school_by_services("Het Baken", "13AB", "baken").await;
    let mut mails = [waiting(app, &first, "first"), waiting(app, &second, "second")];
    mails[0].next_attempt_at -= TimeDelta::seconds(1);
    outbox::insert_all(app.context().db.writer(), &mails).await.expect("fresh keys");
    (mails.map(|mail| mail.id), first.email)
}

/// Everything to come is written from another name.
async fn rename_contacts(app: &TestApp, name: &str) {
    app.rewrite(&format!("UPDATE contact SET name = '{name}'")).await;
}

/// What is kept to be repeated.
async fn kept(app: &TestApp, mail: MailId) -> Option<String> {
    let frozen = dispatch::find_frozen(app.context(), mail).await.expect("it opens")?;
    Some(String::from_utf8(frozen.bytes).expect("ASCII"))
}

async fn that_carries(app: &TestApp, mail: MailId, mails: &[Received]) -> String {
    let message_id = load(app, mail).await.message_id;
    let mut found = mails.iter().filter(|mail| mail.text.contains(&message_id));
    let one = found.next().expect("it was handed over").text.clone();
    assert!(found.all(|mail| mail.text == one), "the same to the byte");
    one
}

/// Sends once more: each mail is the same to the byte as the one that was handed over.
async fn are_repeated(app: &TestApp, mails: [MailId; 2], handed_over: Vec<Received>) {
    for mail in mails {
        assert!(kept(app, mail).await == Some(that_carries(app, mail, &handed_over).await), "what is kept is another");
    }
    app.advance(TimeDelta::minutes(5));
    let sink = SmtpSink::start(Script::default()).await;
    assert_eq!(send(app, &sink).await.sent, 2);
    let all = [handed_over, sink.received()].concat();
    for mail in mails {
        that_carries(app, mail, &all).await;
    }
}

#[test]
fn what_a_late_worker_could_not_send_does_not_take_the_bytes_of_what_another_handed_over() {
    run(|app| async move {
        let (mails, first_address) = two_mails(&app).await;
        let slow = SmtpSink::start(leased()).await;
        let App { mut context, clock, .. } = app.second_instance().await;
        // The second mail may not go, and is written while the first is under way.
        context.mail = MailRules { only_to: first_address.parse().ok(), ..MailRules::default() };
        let late = worker_of(context, clock, &slow);
        slow.whole(1).await;

        app.advance(AFTER_THE_LEASE);
        let breaking = SmtpSink::start(Script { message: Reply::HangUp, ..Script::default() }).await;
        assert_eq!(send(&app, &breaking).await.to_retry, 2);
        let noted = [load(&app, mails[0]).await, load(&app, mails[1]).await];
        let handed_over = breaking.whole(2).await;
        slow.let_through();
        late.await.expect("the worker ends");

        assert_eq!([load(&app, mails[0]).await, load(&app, mails[1]).await], noted);
        are_repeated(&app, mails, handed_over).await;
    });
}

#[test]
fn what_a_late_worker_wrote_does_not_replace_the_bytes_of_what_another_handed_over() {
    run(|app| async move {
        let (mails, _) = two_mails(&app).await;
        let App { context, clock, mailer, .. } = app.second_instance().await;
        let (stalled, mut stalls) = watch::channel(0);
        let (wake, awake) = mpsc::channel();
        let awake = Mutex::new(awake);
        // Asked before it takes mails, and again once the first is written: there the machine stands still.
        let is_stopping = move || {
            stalled.send_modify(|asked| *asked += 1);
            if *stalled.borrow() == 2 {
                awake.lock().expect("nobody panicked").recv().expect("the test wakes it");
            }
            false
        };
        let late =
            tokio::spawn(async move { dispatch::send_until(&context, &mailer, || clock.now(), is_stopping).await });
        stalls.wait_for(|asked| *asked == 2).await.expect("it asks");

        app.advance(AFTER_THE_LEASE);
        rename_contacts(&app, "Berendina Zonder").await;
        let breaking = SmtpSink::start(Script { message: Reply::HangUp, ..Script::default() }).await;
        assert_eq!(send(&app, &breaking).await.to_retry, 2);
        let handed_over = breaking.whole(2).await;
        rename_contacts(&app, "Cornelis Zonder").await;
        wake.send(()).expect("it waits");
        late.await.expect("the worker ends").expect("the outbox can be read");

        are_repeated(&app, mails, handed_over).await;
    });
}

#[test]
fn a_clock_that_jumps_ahead_while_mails_go_takes_no_more_of_them() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let machine = Clock::system();
        let put = async |key| {
            let now = machine.now();
            let mail = OutboxMail { created_at: now, next_attempt_at: now, ..waiting(&app, &school, key) };
            outbox::insert_all(app.context().db.writer(), &[mail]).await.expect("a fresh key");
        };
        let sink = SmtpSink::start(leased()).await;
        let instance = App { clock: machine.clone(), mailer: mailer(&sink), ..app.app.clone() };
        put("first").await;
        let worker = tokio::spawn({
            let instance = instance.clone();
            async move { look(&instance, &|| false).await }
        });
        sink.whole(1).await;
        put("second").await;

        machine.jump(TimeDelta::hours(2));
        sink.turn_to(Script::default());
        sink.let_through();
        let may_send = worker.await.expect("the worker ends");
        let meanwhile = sink.received().len();
        machine.jump(TimeDelta::hours(-2));

        // SQLite is on the machine of its only process: whatever that says is right.
        let is_alone = app.context().db.is_sqlite();
        assert_eq!((may_send, meanwhile), (is_alone, if is_alone { 2 } else { 1 }));
        assert!(look(&instance, &|| false).await);
        assert_eq!(sink.received().len(), 2);
    });
}

#[test]
fn what_a_clock_far_ahead_had_in_hand_when_it_died_is_free() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let kurve = app.kurve().await;
        app.send_mails().await;
        let [due, unwanted] = ["due", "unwanted"].map(|key| waiting(&app, &school, key));
        let later = app.now() + TimeDelta::hours(1);
        let put_off = OutboxMail { attempts: 3, next_attempt_at: later, ..waiting(&app, &school, "put off") };
        let [put_off_id, unwanted_id] = [put_off.id, unwanted.id];
        outbox::insert_all(app.context().db.writer(), &[due, unwanted, put_off]).await.expect("fresh keys");
        let ahead = app.now() + TimeDelta::hours(2);
        let leased = lease::acquire(&app.context().db, new_lease(&app), LeaseTerm::new(ahead, lease::LEASE), 10).await;
        assert_eq!(leased.expect("the store answers").mails.len(), 3);

        app.run(Job::RepairClock).await;
        app.advance(TimeDelta::minutes(3));
        let reader = app.context().db.reader();
        let untouched = outbox_view::find_oldest_untouched(reader, app.now(), Worker::Mail.patience()).await;
        let reason = Reason::parse("Dubbel.").expect("a reason");
        let dropped = dispatch::drop_by_hand(app.context(), &app.call(kurve), unwanted_id, reason).await;
        let retried = dispatch::retry_by_hand(app.context(), &app.call(kurve), put_off_id).await;

        assert!(untouched.expect("the store answers").is_some(), "Kurve sees that it is left alone");
        assert!(dropped.is_ok() && retried.is_ok(), "{dropped:?} {retried:?}");
        assert_eq!(app.send_mails().await.sent, 2);
    });
}
