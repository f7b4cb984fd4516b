//! From the outbox to a mail server that takes, postpones, refuses or falls silent.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::crypto::Token;
use koppelklaar::domain::ids::{LeaseId, MailId};
use koppelklaar::domain::notice::{About, MailKind};
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::mail::{SmtpTransport, SmtpUrl, Timeouts};
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::mail::dispatch::{self, Mailer, Summary};
use koppelklaar::services::onboarding::schools;
use koppelklaar::services::people::portal_access;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail, lease};

use crate::support::database::sql;
use crate::support::smtp_sink::{Reply, Script, SmtpSink};
use crate::support::{TestApp, TestSchool, post, run, run_to_failure};

/// Never reached by a server that answers; short where a server is to fall silent.
const LIMITS: Timeouts =
    Timeouts { step: Duration::from_secs(2), message: Duration::from_secs(2), goodbye: Duration::from_millis(100) };

const SENT: Summary = Summary { sent: 1, skipped: 0, to_retry: 0, put_off: 0, failed: 0 };
const TO_RETRY: Summary = Summary { sent: 0, skipped: 0, to_retry: 1, put_off: 0, failed: 0 };
const FAILED: Summary = Summary { sent: 0, skipped: 0, to_retry: 0, put_off: 0, failed: 1 };

fn mailer(sink: &SmtpSink) -> Mailer {
    let url = SmtpUrl::parse(&format!("smtp://{}", sink.address)).expect("a URL");
    let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
    Mailer { transport: Transport::Smtp(SmtpTransport::new(url).with_timeouts(LIMITS)), sender }
}

pub(crate) async fn send(app: &TestApp, script: Script) -> (Summary, SmtpSink) {
    let sink = SmtpSink::start(script).await;
    let summary = dispatch::send_due(app.context(), &mailer(&sink), || app.now()).await;
    (summary.expect("the outbox can be read"), sink)
}

/// Puts confirmations of a school's request in the outbox, due now.
pub(super) async fn put_in_outbox(app: &TestApp, school: &TestSchool, count: usize) -> Vec<MailId> {
    let mails: Vec<_> = (0..count).map(|number| waiting(app, school, &number.to_string())).collect();
    outbox::insert_all(app.context().db.writer(), &mails).await.expect("fresh keys");
    mails.iter().map(|mail| mail.id).collect()
}

pub(super) fn waiting(app: &TestApp, school: &TestSchool, key: &str) -> OutboxMail {
    let id = MailId::from_uuid(app.context().chance.uuid_v7(app.now()));
    OutboxMail {
        id,
        kind: MailKind::RequestConfirmed,
        connection: Some(school.connection),
        contact: Some(school.contact),
        about: About::default(),
        dedupe_key: format!("test/{key}"),
        status: MailStatus::Waiting,
        attempts: 0,
        created_at: app.now(),
        next_attempt_at: app.now(),
        handing_over_at: None,
        may_be_double: false,
        sent_at: None,
        message_id: format!("<{id}@koppelklaar.test>"),
        last_error: None,
        told_by: None,
    }
}

pub(super) fn new_lease(app: &TestApp) -> LeaseId {
    LeaseId::from_uuid(app.context().chance.uuid_v7(app.now()))
}

pub(super) async fn load(app: &TestApp, id: MailId) -> OutboxMail {
    outbox::find(app.context().db.reader(), id).await.expect("the store answers").expect("the row is there")
}

#[test]
fn a_mail_that_the_server_takes_is_sent_once() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = put_in_outbox(&app, &school, 1).await[0];

        let (summary, sink) = send(&app, Script::default()).await;
        let (again, other) = send(&app, Script::default()).await;

        assert_eq!((summary, again), (SENT, Summary::default()));
        let stored = load(&app, mail).await;
        assert_eq!((stored.status, stored.attempts, stored.sent_at), (MailStatus::Sent, 1, Some(app.now())));
        let received = sink.received();
        assert_eq!(received.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [school.email.as_str()]);
        assert!(received[0].text.contains(&stored.message_id));
        assert!(other.received().is_empty());
    });
}

#[test]
fn a_database_that_makes_every_look_last_holds_no_mail_back() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        put_in_outbox(&app, &school, 3).await;
        let looks = std::sync::atomic::AtomicU32::new(0);
        // Writing one mail lasts longer than a whole batch may.
        let slow = || {
            assert!(looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 500, "it turns round and round");
            app.advance(TimeDelta::seconds(2));
            app.now()
        };

        let sink = SmtpSink::start(Script::default()).await;
        let summary = dispatch::send_due(app.context(), &mailer(&sink), slow).await;

        assert_eq!(summary.expect("the outbox can be read"), Summary { sent: 3, ..SENT });
        assert_eq!(sink.received().len(), 3);
    });
}

#[test]
fn a_mail_that_is_postponed_waits_says_why_and_goes_later_as_the_same_message() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = put_in_outbox(&app, &school, 1).await[0];
        let busy = Script { rcpt: Reply::Say("450 4.2.0 busy"), ..Script::default() };

        let (summary, _) = send(&app, busy).await;

        let postponed = load(&app, mail).await;
        assert_eq!((summary, postponed.status), (TO_RETRY, MailStatus::Waiting));
        assert_eq!(postponed.last_error.as_deref(), Some("RCPT TO: refused with 450 4.2.0"));
        assert!(postponed.next_attempt_at > app.now(), "{postponed:?}");

        let (too_early, _) = send(&app, Script::default()).await;
        app.advance(TimeDelta::minutes(2));
        let (in_time, sink) = send(&app, Script::default()).await;

        assert_eq!((too_early, in_time), (Summary::default(), SENT));
        assert!(sink.received()[0].text.contains(&postponed.message_id));
        assert_eq!(load(&app, mail).await.attempts, 2);
    });
}

#[test]
fn a_mail_that_is_refused_is_given_up_seen_by_kurve_and_can_be_put_back() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = put_in_outbox(&app, &school, 1).await[0];
        let unknown = Script { rcpt: Reply::Say("550 5.1.1 <anna@bonhoeffer.example> unknown"), ..Script::default() };

        let (summary, _) = send(&app, unknown).await;
        app.advance(TimeDelta::days(3));
        let (later, _) = send(&app, Script::default()).await;

        assert_eq!((summary, later), (FAILED, Summary::default()));
        let failed = outbox::list_with_status(app.context().db.reader(), MailStatus::Failed, 10)
            .await
            .expect("the store answers");
        let seen: Vec<_> = failed.iter().map(|mail| (mail.id, mail.last_error.as_deref())).collect();
        assert_eq!(seen, [(mail, Some("RCPT TO: refused with 550 5.1.1"))]);

        let retried = dispatch::retry_by_hand(app.context(), &app.call(kurve), mail).await;
        let (after, _) = send(&app, Script::default()).await;

        retried.expect("it was given up");
        assert_eq!(after, SENT);
    });
}

#[test]
fn a_server_that_falls_silent_costs_time_and_no_mail() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = put_in_outbox(&app, &school, 1).await[0];

        let (summary, _) = send(&app, Script { greeting: Reply::Silent, ..Script::default() }).await;

        let stored = load(&app, mail).await;
        assert_eq!((summary, stored.status), (TO_RETRY, MailStatus::Waiting));
        assert_eq!(stored.last_error.as_deref(), Some("connect: no answer within 2 s"));

        app.advance(TimeDelta::minutes(2));
        assert_eq!(send(&app, Script::default()).await.0, SENT);
    });
}

#[test]
fn a_mail_is_tried_for_two_days_and_then_given_up() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = put_in_outbox(&app, &school, 1).await[0];
        let start = app.now();

        while load(&app, mail).await.status == MailStatus::Waiting {
            app.clock.set(load(&app, mail).await.next_attempt_at);
            send(&app, Script { greeting: Reply::HangUp, ..Script::default() }).await;
        }

        let stored = load(&app, mail).await;
        assert_eq!(stored.status, MailStatus::Failed);
        assert!((36..72).contains(&(app.now() - start).num_hours()), "{} tries", stored.attempts);
    });
}

#[test]
fn a_sign_in_mail_that_was_not_taken_is_tried_again_with_a_new_token_while_it_is_not_late() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let browser = Token::new(&app.context().chance);
        let email = EmailAddress::parse(&school.email).expect("an address");
        portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
            .await
            .expect("a first time");

        let (postponed, _) = send(&app, Script { rcpt: Reply::Say("450 4.2.0 busy"), ..Script::default() }).await;
        app.advance(TimeDelta::minutes(2));
        let (later, sink) = send(&app, Script::default()).await;

        assert_eq!((postponed.to_retry, later.sent), (1, 1), "{postponed:?} {later:?}");
        assert_eq!(sink.received().len(), 1);
    });
}

#[test]
fn a_sign_in_mail_that_could_not_go_in_time_is_not_sent_late() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let browser = Token::new(&app.context().chance);
        let email = EmailAddress::parse(&school.email).expect("an address");
        portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
            .await
            .expect("a first time");

        send(&app, Script { rcpt: Reply::Say("450 4.2.0 busy"), ..Script::default() }).await;
        app.advance(TimeDelta::minutes(16));
        let (late, sink) = send(&app, Script::default()).await;

        assert_eq!(late.skipped, 1, "{late:?}");
        assert!(sink.received().is_empty());
    });
}

#[test]
fn a_sign_in_mail_of_which_nobody_knows_whether_it_went_is_given_up_and_seen() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let browser = Token::new(&app.context().chance);
        let email = EmailAddress::parse(&school.email).expect("an address");
        portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
            .await
            .expect("a first time");

        let (summary, _) = send(&app, Script { message: Reply::HangUp, ..Script::default() }).await;
        app.advance(TimeDelta::minutes(5));
        let (later, sink) = send(&app, Script::default()).await;

        assert_eq!((summary, later), (FAILED, Summary::default()));
        assert!(sink.received().is_empty());
        let failed = outbox::list_with_status(app.context().db.reader(), MailStatus::Failed, 10)
            .await
            .expect("the store answers");
        assert_eq!(failed.iter().map(|mail| mail.kind).collect::<Vec<_>>(), [MailKind::SignIn]);
    });
}

#[test]
fn a_mail_that_cannot_be_written_does_not_stop_the_rest() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mails = put_in_outbox(&app, &school, 6).await;
        // The first in line, one in the middle, and one whose kind is known but whose facts are not there.
        spoil(&app, mails[0], "kind = 'unheard_of'").await;
        spoil(&app, mails[2], "about = '{'").await;
        spoil(&app, mails[4], "kind = 'stuck_reported'").await;

        let (summary, sink) = send(&app, Script::default()).await;

        assert_eq!((summary.sent, summary.to_retry), (3, 1), "{summary:?}");
        assert_eq!(sink.received().len(), 3);
        for good in [mails[1], mails[3], mails[5]] {
            assert_eq!(load(&app, good).await.status, MailStatus::Sent);
        }
        let listed = schools::list_mails(app.context(), school.connection).await.expect("the page still opens");
        assert!(listed.iter().flatten().any(|mail| mail.id == mails[5]));
    });
}

pub(super) async fn spoil(app: &TestApp, mail: MailId, change: &str) {
    // SQLite keeps an id as bytes.
    let id = mail.to_string();
    let place = if app.context().db.is_sqlite() { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
    sql(&app.database.url, &format!("UPDATE outbox SET {change} WHERE id = {place}")).await;
}

#[test]
fn two_workers_send_every_mail_once() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.mailbox.take();
        let mails = put_in_outbox(&app, &school, 40).await;
        let (one, other) = (app.app.clone(), app.second_instance().await);

        let (first, second) = tokio::join!(work(one), work(other));

        assert_eq!(first.sent + second.sent, 40, "{first:?} {second:?}");
        let sent = app.mailbox.mails();
        let ids: BTreeSet<String> = sent.iter().map(|mail| message_id(&post::read(mail).raw)).collect();
        assert_eq!((sent.len(), ids.len()), (40, 40));
        for mail in mails {
            let stored = load(&app, mail).await;
            assert_eq!((stored.status, stored.attempts), (MailStatus::Sent, 1));
        }
    });
}

async fn work(app: App) -> Summary {
    let worker = tokio::spawn(async move {
        dispatch::send_due(&app.context, &app.mailer, || app.clock.now()).await.expect("the outbox can be read")
    });
    worker.await.expect("the worker ends")
}

fn message_id(raw: &str) -> String {
    let line = raw.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    line.expect("every mail has one").to_owned()
}

#[test]
fn two_workers_that_claim_at_once_never_hold_the_same_mail() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mails: BTreeSet<MailId> = put_in_outbox(&app, &school, 40).await.into_iter().collect();
        let other = app.second_instance().await;
        let term = LeaseTerm::new(app.now(), lease::LEASE);
        let mut claims = tokio::task::JoinSet::new();

        for turn in 0..20 {
            let db = if turn % 2 == 0 { app.context().db.clone() } else { other.context.db.clone() };
            let id = new_lease(&app);
            claims.spawn(async move { lease::acquire(&db, id, term, 2).await.expect("the store answers") });
        }
        let leased: Vec<MailId> =
            claims.join_all().await.into_iter().flat_map(|leased| leased.mails).map(|mail| mail.id).collect();

        // SKIP LOCKED may leave some for a next look; none is held twice.
        let distinct: BTreeSet<MailId> = leased.iter().copied().collect();
        assert_eq!(distinct.len(), leased.len());
        let rest = lease::acquire(&app.context().db, new_lease(&app), term, 100).await.expect("the store answers");
        let all: BTreeSet<MailId> = distinct.into_iter().chain(rest.mails.iter().map(|mail| mail.id)).collect();
        assert_eq!(all, mails);
    });
}

#[test]
fn a_lease_that_ran_out_is_claimed_again_and_not_before() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = put_in_outbox(&app, &school, 1).await[0];
        let db = &app.context().db;
        let claim = async || {
            let term = LeaseTerm::new(app.now(), lease::LEASE);
            let leased = lease::acquire(db, new_lease(&app), term, 10).await.expect("the store answers");
            leased.mails.into_iter().map(|mail| (mail.id, mail.attempts)).collect::<Vec<_>>()
        };

        let first = claim().await;
        app.advance(lease::LEASE);
        let during = claim().await;
        app.advance(TimeDelta::seconds(1));
        let after = claim().await;

        assert_eq!((first, during, after), (vec![(mail, 0)], vec![], vec![(mail, 0)]));
    });
}
