//! Handing mails to a mail server that may refuse, fall silent or hang up at any step.

use std::time::{Duration, Instant};

use chrono::DateTime;
use koppelklaar::mail::message::{BuiltMail, OutgoingMail, Sender, build};
use koppelklaar::mail::transport::{SendError, SendErrorKind, Transport};
use koppelklaar::mail::{SmtpTransport, SmtpUrl, Timeouts};

use crate::support::smtp_sink::{Reply, Script, SmtpSink};
use crate::support::tls::Authority;

/// Never reached by a server that answers, however busy the machine of the test is.
const PATIENT: Timeouts =
    Timeouts { step: Duration::from_secs(10), message: Duration::from_secs(10), goodbye: Duration::from_millis(100) };

/// For a server that falls silent before the message.
const SHORT_STEP: Timeouts = Timeouts { step: Duration::from_secs(1), ..PATIENT };

/// For a server that falls silent after the final dot.
const SHORT_MESSAGE: Timeouts = Timeouts { message: Duration::from_millis(100), ..PATIENT };

fn transport(sink: &SmtpSink, login: &str, setting: &str, timeouts: Timeouts) -> Transport {
    let url = format!("smtp://{login}{}{setting}", sink.address);
    Transport::Smtp(SmtpTransport::new(SmtpUrl::parse(&url).expect("a URL")).with_timeouts(timeouts))
}

fn mail() -> BuiltMail {
    let sender = Sender { name: "Koppelklaar".into(), address: "koppelklaar@kurve.example".into() };
    let mail = OutgoingMail {
        to_name: Some("Ünal, Jan".into()),
        to_address: "jan@school.example".into(),
        envelope_from: None,
        reply_to: None,
        subject: "Één stap te gaan".into(),
        text: ".\n..stip\nEén regel\n".into(),
        html: "<p>Eén regel</p>".into(),
        stop_link: None,
        message_id: "<0199.1@koppelklaar.example>".into(),
        thread_root: None,
        date: DateTime::from_timestamp(1_790_000_000, 0).expect("a moment in range"),
    };
    build(&sender, &mail).expect("a mail that can be built")
}

async fn outcome(script: Script) -> Result<(), SendError> {
    let timeouts = if matches!(script.message, Reply::Silent) { SHORT_MESSAGE } else { SHORT_STEP };
    let sink = SmtpSink::start(script).await;
    let outcome = transport(&sink, "", "", timeouts).send(&mail()).await;
    assert_eq!(sink.received().len(), usize::from(outcome.is_ok()));
    outcome
}

async fn kind(script: Script) -> SendErrorKind {
    let error = outcome(script).await.expect_err("a failure");
    assert!(!error.text.contains('@') && !error.text.contains("jan"), "{error}");
    error.kind
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_built() {
    let sink = SmtpSink::start(Script::default()).await;

    let transport = transport(&sink, "", "", PATIENT);
    transport.send(&mail()).await.expect("taken");
    transport.hang_up(false).await;

    let received = sink.received();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (received[0].from.as_str(), received[0].to.as_str()),
        ("koppelklaar@kurve.example", "jan@school.example")
    );
    assert_eq!(received[0].text, String::from_utf8(mail().bytes).expect("ASCII"));
    assert_eq!(sink.commands().last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn a_refusal_of_the_mail_is_temporary_or_permanent_by_its_code() {
    let later = Reply::Say("450 4.2.0 jan@school.example is busy");
    let closing = Reply::Say("421 4.3.2 closing");
    let never = Reply::Say("550 5.1.1 <jan@school.example> is unknown here");

    for (temporary, permanent) in [
        (Script { mail: never, ..Script::default() }, Script { rcpt: never, ..Script::default() }),
        (Script { rcpt: later, ..Script::default() }, Script { rcpt: never, ..Script::default() }),
        (Script { data: closing, ..Script::default() }, Script { data: never, ..Script::default() }),
        (Script { message: closing, ..Script::default() }, Script { message: never, ..Script::default() }),
    ] {
        assert_eq!(kind(temporary).await, SendErrorKind::Temporary, "{temporary:?}");
        assert_eq!(kind(permanent).await, SendErrorKind::Permanent, "{permanent:?}");
    }
}

#[tokio::test]
async fn the_text_of_a_failure_names_the_step_and_the_codes_and_nobody() {
    let unknown = Reply::Say("550 5.1.1 <jan@school.example> is unknown here");
    let table = [
        (Script { rcpt: unknown, ..Script::default() }, "RCPT TO: refused with 550 5.1.1"),
        (Script { mail: Reply::Say("451 try later"), ..Script::default() }, "MAIL FROM: refused with 451"),
        (Script { greeting: Reply::Say("554 5.7.1 go away"), ..Script::default() }, "connect: refused with 554 5.7.1"),
        (Script { data: Reply::Silent, ..Script::default() }, "DATA: no answer within 1 s"),
        (
            Script { message: Reply::Say("what jan@school.example"), ..Script::default() },
            "after DATA: the connection ended, or the answer was not SMTP",
        ),
    ];

    for (script, text) in table {
        assert_eq!(outcome(script).await.expect_err("a failure").text, text);
    }
}

#[tokio::test]
async fn a_server_that_refuses_us_altogether_does_not_condemn_the_mail() {
    let refusal = Reply::Say("554 5.7.1 go away");

    assert_eq!(kind(Script { greeting: refusal, ..Script::default() }).await, SendErrorKind::Temporary);
    assert_eq!(kind(Script { ehlo: refusal, ..Script::default() }).await, SendErrorKind::Temporary);
}

#[tokio::test]
async fn silence_is_temporary_before_the_message_and_unknown_after_it() {
    let mut attempts = tokio::task::JoinSet::new();
    for reply in [Reply::Silent, Reply::HangUp] {
        for (script, expected) in [
            (Script { greeting: reply, ..Script::default() }, SendErrorKind::Temporary),
            (Script { ehlo: reply, ..Script::default() }, SendErrorKind::Temporary),
            (Script { mail: reply, ..Script::default() }, SendErrorKind::Temporary),
            (Script { rcpt: reply, ..Script::default() }, SendErrorKind::Temporary),
            (Script { data: reply, ..Script::default() }, SendErrorKind::Temporary),
            (Script { message: reply, ..Script::default() }, SendErrorKind::Unknown),
        ] {
            attempts.spawn(async move { (script, kind(script).await, expected) });
        }
    }

    for (script, kind, expected) in attempts.join_all().await {
        assert_eq!(kind, expected, "{script:?}");
    }
}

#[tokio::test]
async fn no_step_takes_longer_than_its_limit() {
    let sink = SmtpSink::start(Script { message: Reply::Silent, quit: Reply::Silent, ..Script::default() }).await;
    let transport = transport(&sink, "", "", SHORT_MESSAGE);
    let start = Instant::now();

    transport.send(&mail()).await.expect_err("silence");

    assert!(start.elapsed() < PATIENT.step, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_mail_that_was_taken_stays_sent_when_the_server_does_not_say_goodbye() {
    for quit in [Reply::Silent, Reply::HangUp, Reply::Say("421 4.3.2 closing")] {
        outcome(Script { quit, ..Script::default() }).await.expect("taken");
    }
}

#[tokio::test]
async fn we_sign_in_before_the_mail_and_a_wrong_password_is_not_the_mails_fault() {
    let welcome = SmtpSink::start(Script::default()).await;
    let stranger = SmtpSink::start(Script { auth: Reply::Say("535 5.7.8 user:hunter22"), ..Script::default() }).await;

    transport(&welcome, "user:hunter22@", "", PATIENT).send(&mail()).await.expect("taken");
    let error = transport(&stranger, "user:hunter22@", "", PATIENT).send(&mail()).await.expect_err("a wrong password");

    assert!(welcome.commands()[1].starts_with("AUTH PLAIN "), "{:?}", welcome.commands());
    assert_eq!(error, SendError { kind: SendErrorKind::Temporary, text: "sign in: refused with 535 5.7.8".into() });
    assert!(!format!("{:?}", transport(&welcome, "user:hunter22@", "", PATIENT)).contains("hunter22"));
}

#[tokio::test]
async fn nothing_is_sent_to_a_server_without_the_encryption_that_is_required() {
    let sink = SmtpSink::start(Script::default()).await;

    let error =
        transport(&sink, "user:hunter22@", "?tls=required", PATIENT).send(&mail()).await.expect_err("no STARTTLS");

    assert_eq!(error.kind, SendErrorKind::Temporary);
    assert_eq!(error.text, "TLS: STARTTLS is not supported on this server");
    assert!(sink.commands().iter().all(|command| command.starts_with("EHLO")), "{:?}", sink.commands());
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_a_temporary_failure() {
    let sink = SmtpSink::start(Script::default()).await;
    let url = SmtpUrl::parse(&format!("smtps://user:hunter22@{}", sink.address)).expect("a URL");

    let error = Transport::Smtp(SmtpTransport::new(url).with_timeouts(PATIENT)).send(&mail()).await;

    let error = error.expect_err("no TLS");
    assert_eq!(error.kind, SendErrorKind::Temporary);
    assert!(error.text.starts_with("connect: ") && !error.text.contains("hunter22"), "{error}");
    assert!(sink.received().is_empty());
}

#[tokio::test]
async fn the_doctor_sees_whether_the_server_answers() {
    let good = SmtpSink::start(Script::default()).await;
    let silent = SmtpSink::start(Script { greeting: Reply::Silent, ..Script::default() }).await;
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        listener.local_addr().expect("a bound port")
    };
    let closed = Transport::Smtp(SmtpTransport::new(SmtpUrl::parse(&format!("smtp://{closed}")).expect("a URL")));

    transport(&good, "", "", PATIENT).check().await.expect("an answer");
    assert!(good.commands().contains(&"NOOP".to_owned()) && good.received().is_empty());
    assert_eq!(
        transport(&silent, "", "", SHORT_STEP).check().await.expect_err("silence").text,
        "connect: no answer within 1 s"
    );
    let refused = closed.check().await.expect_err("nobody listens");
    assert!(refused.text.starts_with("connect: ") && refused.text.contains("refused"), "{refused}");
}

#[test]
fn a_file_without_a_certificate_is_no_authority() {
    let smtp = || SmtpTransport::new(SmtpUrl::parse("smtps://mail.example").expect("a URL"));
    let broken = "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";

    for pem in ["", "-- no certificate", broken] {
        smtp().with_authority(pem).expect_err(pem);
    }
    smtp().with_authority(&Authority::new().pem()).expect("a certificate");
}

#[tokio::test]
async fn mails_share_one_connection_that_is_left_with_a_goodbye() {
    let sink = SmtpSink::start(Script::default()).await;
    let transport = transport(&sink, "", "", PATIENT);

    for _ in 0..5 {
        transport.send(&mail()).await.expect("taken");
    }
    transport.hang_up(true).await;
    let kept = sink.commands().iter().all(|command| command != "QUIT");
    transport.hang_up(false).await;

    assert_eq!((sink.connections(), sink.received().len(), kept), (1, 5, true));
    assert_eq!(sink.commands().iter().filter(|command| *command == "QUIT").count(), 1);
}

#[tokio::test]
async fn a_refused_mail_leaves_a_clean_connection_for_the_next() {
    let sink = SmtpSink::start(Script { rcpt: Reply::Say("550 5.1.1 unknown"), ..Script::default() }).await;
    let transport = transport(&sink, "", "", PATIENT);

    transport.send(&mail()).await.expect_err("an unknown receiver");
    sink.turn_to(Script::default());
    transport.send(&mail()).await.expect("taken");

    let commands = sink.commands();
    let words: Vec<_> = commands.iter().filter_map(|command| command.split([' ', ':']).next()).collect();
    assert_eq!(words, ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]);
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn a_kept_connection_that_turns_out_dead_is_replaced_and_the_mail_goes_once() {
    let dead = Reply::HangUp;
    let closing = Reply::Say("421 4.4.2 idle for too long");
    let full = Reply::Say("451 4.7.1 enough mails over this connection");
    for script in [
        Script { mail: dead, ..Script::default() },
        Script { mail: closing, ..Script::default() },
        Script { mail: full, ..Script::default() },
        Script { rcpt: closing, ..Script::default() },
        Script { data: dead, ..Script::default() },
    ] {
        let sink = SmtpSink::start(Script::default()).await;
        let transport = transport(&sink, "", "", PATIENT);
        transport.send(&mail()).await.expect("taken");

        sink.turn_once(script);
        transport.send(&mail()).await.expect("taken over another connection");

        assert_eq!((sink.connections(), sink.received().len()), (2, 2), "{script:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_final_dot_is_never_tried_again_at_once() {
    let sink = SmtpSink::start(Script::default()).await;
    let transport = transport(&sink, "", "", PATIENT);
    transport.send(&mail()).await.expect("taken");

    sink.turn_once(Script { message: Reply::HangUp, ..Script::default() });
    let error = transport.send(&mail()).await.expect_err("no answer");

    assert_eq!(error.kind, SendErrorKind::Unknown);
    assert_eq!((sink.connections(), sink.whole(2).await.len()), (1, 2));
}
