//! From when on a mail may have arrived: from its first byte, whatever the mail server did before it.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::crypto::Token;
use koppelklaar::domain::ids::MailId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::mail::dispatch;
use koppelklaar::services::onboarding::undo::{self, Undone};
use koppelklaar::services::people::portal_access;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};
use koppelklaar::store::onboarding::onboardings;

use crate::crash_window::{AFTER_THE_LEASE, send, worker_of};
use crate::dispatch::{load, put_in_outbox, waiting};
use crate::post_pages::put;
use crate::support::smtp_sink::{Reply, Script, SmtpSink};
use crate::support::{TestApp, TestSchool, run};

const MUTE: Reply = Reply::Silent;

/// Each step before the message at which a mail server can fall silent, and the word that it hears last.
fn steps() -> [(&'static str, Script); 5] {
    let good = Script::default();
    [
        ("", Script { greeting: MUTE, ..good }),
        ("EHLO", Script { ehlo: MUTE, ..good }),
        ("MAIL", Script { mail: MUTE, ..good }),
        ("RCPT", Script { rcpt: MUTE, ..good }),
        ("DATA", Script { data: MUTE, ..good }),
    ]
}

/// Hands over what is due to a mail server that falls silent, and dies while it waits.
async fn die_waiting(app: &TestApp, word: &str, script: Script) {
    let sink = SmtpSink::start(script).await;
    let App { context, clock, .. } = app.second_instance().await;
    let worker = worker_of(context, clock, &sink);
    sink.connected(1).await;
    if !word.is_empty() {
        sink.heard(word, 1).await;
    }
    worker.abort();
    assert!(worker.await.is_err_and(|end| end.is_cancelled()));
    assert!(sink.whole_so_far().is_empty());
}

async fn ask_link(app: &TestApp, school: &TestSchool) -> MailId {
    let browser = Token::new(&app.context().chance);
    let email = EmailAddress::parse(&school.email).expect("an address");
    let asked =
        portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser).await;
    asked.expect("not too often");
    only_waiting(app, MailKind::SignIn).await.id
}

async fn only_waiting(app: &TestApp, kind: MailKind) -> OutboxMail {
    let waiting = outbox::list_with_status(app.context().db.reader(), MailStatus::Waiting, 10).await;
    let mut of_kind = waiting.expect("the store answers").into_iter().filter(|mail| mail.kind == kind);
    let mail = of_kind.next().expect("it waits");
    assert_eq!(of_kind.next(), None);
    mail
}

#[test]
fn a_sign_in_mail_whose_worker_died_before_a_mute_mail_server_goes_later() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        for (word, script) in steps() {
            app.advance(TimeDelta::hours(1));
            let mail = ask_link(&app, &school).await;

            die_waiting(&app, word, script).await;
            let left = load(&app, mail).await;
            app.advance(AFTER_THE_LEASE);
            let sink = SmtpSink::start(Script::default()).await;
            let later = send(&app, &sink).await;

            assert_eq!((left.status, left.handing_over_at), (MailStatus::Waiting, None), "{word}");
            assert_eq!((later.sent, later.failed, sink.received().len()), (1, 0, 1), "{word}: {later:?}");
        }
    });
}

#[test]
fn a_mail_whose_worker_died_before_a_mute_mail_server_is_written_anew_and_not_marked() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        for (turn, (word, script)) in steps().into_iter().enumerate() {
            let new = waiting(&app, &school, &format!("mute/{turn}"));
            let mail = new.id;
            put(&app, &[new]).await;
            app.rewrite("UPDATE contact SET name = 'Anna de Wit'").await;

            die_waiting(&app, word, script).await;
            app.rewrite(&format!("UPDATE contact SET name = 'Berendina {turn}'")).await;
            app.advance(AFTER_THE_LEASE);
            let sink = SmtpSink::start(Script::default()).await;
            send(&app, &sink).await;

            let stored = load(&app, mail).await;
            assert_eq!((stored.status, stored.attempts, stored.may_be_double), (MailStatus::Sent, 1, false), "{word}");
            assert!(sink.received()[0].text.contains("Berendina"), "{word}");
        }
    });
}

#[test]
fn what_became_of_a_mail_is_noted_though_the_mail_server_falls_silent_before_the_next() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mails = put_in_outbox(&app, &school, 2).await;
        let sink = SmtpSink::start(Script { message: Reply::Held, ..Script::default() }).await;
        let App { context, clock, .. } = app.second_instance().await;
        let worker = worker_of(context, clock, &sink);
        sink.whole(1).await;
        sink.turn_to(Script { mail: MUTE, ..Script::default() });
        sink.let_through();
        sink.heard("MAIL", 2).await;

        let noted = tokio::time::timeout(Duration::from_secs(60), async {
            let mut look = tokio::time::interval(Duration::from_millis(20));
            loop {
                look.tick().await;
                let [first, second] = [load(&app, mails[0]).await, load(&app, mails[1]).await];
                if first.status == MailStatus::Sent || second.status == MailStatus::Sent {
                    return [first, second];
                }
            }
        });
        let noted = noted.await.expect("it does not wait for the next mail");
        worker.abort();
        app.advance(AFTER_THE_LEASE);
        let later = send(&app, &SmtpSink::start(Script::default()).await).await;

        assert!(noted.iter().all(|mail| mail.handing_over_at.is_none()), "{noted:?}");
        assert_eq!(later.sent, 1);
        for mail in mails {
            assert!(!load(&app, mail).await.may_be_double);
        }
    });
}

/// Kurve activates the school; the mail of that, and the version after it.
async fn activated(app: &TestApp, brin: &str, label: &str) -> (TestSchool, OutboxMail) {
    let school = app.school_by_services("Bonhoeffer College", brin, label).await;
    let kurve = app.kurve_again().await;
    app.send_mails().await;
    app.open_import(kurve, &school).await;
    let waiting = outbox::list_with_status(app.context().db.reader(), MailStatus::Waiting, 100).await;
    let waiting = waiting.expect("the store answers");
    let mail = waiting
        .into_iter()
        .find(|mail| mail.kind == MailKind::ImportOpen && mail.connection == Some(school.connection));
    (school, mail.expect("the school hears of it"))
}

#[test]
fn an_activation_whose_mail_was_taken_without_an_answer_is_told_again_to_the_byte_and_marked() {
    run(|app: TestApp| async move {
        app.kurve().await;
        let unanswered = [
            Script { body: Reply::HangUp, ..Script::default() },
            Script { message: Reply::HangUp, ..Script::default() },
            Script { message: Reply::Say("ok"), ..Script::default() },
        ];
        for (script, (brin, label)) in unanswered.into_iter().zip([("12AB", "een"), ("13AB", "twee"), ("14AB", "drie")])
        {
            let (_, mail) = activated(&app, brin, label).await;
            let first = SmtpSink::start(script).await;
            send(&app, &first).await;
            app.rewrite("UPDATE contact SET name = 'Berendina Zonder'").await;
            app.advance(TimeDelta::minutes(2));
            let second = SmtpSink::start(Script::default()).await;
            send(&app, &second).await;

            let stored = load(&app, mail.id).await;
            assert_eq!((stored.status, stored.may_be_double), (MailStatus::Sent, true), "{script:?}: {stored:?}");
            let again = second.received().into_iter().find(|one| one.text.contains(&mail.message_id));
            let again = again.expect("it went again");
            assert!(!again.text.contains("Berendina"), "{script:?}");
            let whole = first.whole_so_far().into_iter().filter(|one| one.text.contains(&mail.message_id));
            assert!(whole.into_iter().all(|one| one == again), "{script:?}");
        }
    });
}

#[test]
fn an_activation_of_which_a_mail_may_have_arrived_is_never_undone_in_silence() {
    run(|app: TestApp| async move {
        app.kurve().await;
        for (by_hand, (brin, label)) in [("retry", ("12AB", "een")), ("drop", ("13AB", "twee"))] {
            let (school, mail) = activated(&app, brin, label).await;
            let kurve = app.kurve_again().await;
            let taking = SmtpSink::start(Script { message: Reply::HangUp, ..Script::default() }).await;
            send(&app, &taking).await;
            let call = app.call(kurve);
            let done = match by_hand {
                "retry" => dispatch::retry_by_hand(app.context(), &call, mail.id).await,
                _ => {
                    let reason = koppelklaar::domain::text::Reason::parse("Al gebeld.").expect("a reason");
                    dispatch::drop_by_hand(app.context(), &call, mail.id, reason).await
                }
            };
            done.expect("a colleague may");
            let held = onboardings::load(app.context().db.reader(), school.connection).await.expect("it is there");

            let undone = undo::undo_activation(app.context(), &call, school.connection, held.version).await;

            assert_eq!(undone.expect("it was just done"), Undone::Told, "{by_hand}");
            app.advance(TimeDelta::minutes(2));
            let sink = SmtpSink::start(Script::default()).await;
            send(&app, &sink).await;
            let told: Vec<_> = sink.received().into_iter().filter(|one| one.to == school.email).collect();
            assert!(told.iter().any(|one| one.text.contains("Importeer nu niet")), "{by_hand}: {told:?}");
        }
    });
}
