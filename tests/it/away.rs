//! A mail server that is away, and when mails are tried again.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use koppelklaar::domain::ids::MailId;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::mail::{SmtpTransport, SmtpUrl};
use koppelklaar::services::mail::dispatch::{self, Mailer, Summary};
use koppelklaar::store::mail::outbox::MailStatus;

use crate::dispatch::{load, put_in_outbox, waiting};
use crate::post_pages::put;
use crate::support::smtp_sink::{Reply, Script, SmtpSink};
use crate::support::{TestApp, run};

async fn send(app: &TestApp, sink: &SmtpSink) -> Summary {
    let url = SmtpUrl::parse(&format!("smtp://{}", sink.address)).expect("a URL");
    let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
    let mailer = Mailer { transport: Transport::Smtp(SmtpTransport::new(url)), sender };
    dispatch::send_due(app.context(), &mailer, || app.now()).await.expect("the outbox can be read")
}

/// Goes to the moment at which the next of these mails is due; `false` when none waits.
async fn go_to_next(app: &TestApp, mails: &[MailId]) -> bool {
    let mut next = None;
    for mail in mails {
        let stored = load(app, *mail).await;
        if stored.status == MailStatus::Waiting {
            next = next.into_iter().chain([stored.next_attempt_at]).min();
        }
    }
    if let Some(at) = next {
        app.clock.set(at.max(app.now()));
    }
    next.is_some()
}

#[test]
fn a_mail_server_that_was_away_for_a_day_costs_no_mail_and_gets_none_twice() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mut mails = put_in_outbox(&app, &school, 5).await;
        let away = SmtpSink::start(Script { greeting: Reply::HangUp, ..Script::default() }).await;
        let back_at = app.now() + TimeDelta::days(1);

        while app.now() < back_at {
            let tried = send(&app, &away).await;
            assert_eq!((tried.sent, tried.failed), (0, 0), "{tried:?}");
            // More is called for while it is away.
            let more = waiting(&app, &school, &format!("during/{}", mails.len()));
            mails.push(more.id);
            put(&app, &[more]).await;
            app.advance(TimeDelta::hours(1));
        }
        let sink = SmtpSink::start(Script::default()).await;
        while go_to_next(&app, &mails).await {
            send(&app, &sink).await;
        }

        let received = sink.received();
        let times = |id: &String| received.iter().filter(|mail| mail.text.contains(id.as_str())).count();
        for mail in &mails {
            let stored = load(&app, *mail).await;
            assert_eq!((stored.status, stored.may_be_double), (MailStatus::Sent, false), "{stored:?}");
            assert_eq!(times(&format!("Message-ID: {}", stored.message_id)), 1, "{stored:?}");
        }
        assert_eq!((mails.len(), received.len()), (29, 29));
        assert!(app.now() < back_at + TimeDelta::hours(8), "the longest wait is six hours and a fifth: {}", app.now());
    });
}

#[test]
fn mails_that_could_not_go_come_back_at_moments_drawn_by_chance_within_a_fifth() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        let mails = put_in_outbox(&app, &school, 40).await;
        let busy = SmtpSink::start(Script { rcpt: Reply::Say("450 4.2.0 busy"), ..Script::default() }).await;

        let tried = send(&app, &busy).await;

        assert_eq!(tried.to_retry, 40);
        let mut waits = BTreeSet::new();
        for mail in mails {
            let wait = load(&app, mail).await.next_attempt_at - app.now();
            assert!((TimeDelta::seconds(60)..=TimeDelta::seconds(72)).contains(&wait), "{wait}");
            waits.insert(wait);
        }
        // Whole seconds from 60 to 72: forty draws fall on nearly all of them.
        assert!(waits.len() >= 8, "{waits:?}");
        app.advance(TimeDelta::seconds(73));
        app.send_mails().await;
    });
}
