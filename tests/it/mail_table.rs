//! What a mail server does and what becomes of the mail: the table of `docs/mail.md`, row by row, over TCP.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::crypto::Token;
use koppelklaar::domain::ids::MailId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::text::EmailAddress;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::mail::{SmtpTransport, SmtpUrl, Timeouts};
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::mail::dispatch::{self, Mailer};
use koppelklaar::services::people::portal_access;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};

use crate::dispatch::{load, waiting};
use crate::support::smtp_sink::{Reply, Script, SmtpSink, Tls};
use crate::support::tls::Authority;
use crate::support::{TestApp, TestSchool, run_to_failure};

/// What becomes of a mail, with the words of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It arrived.
    Sent,
    /// It is tried again, with what is true then, and for a sign-in mail with a new token.
    Again,
    /// It is tried again with the same bytes, and marked.
    Repeated,
    /// It is not tried again, and shows on Kurve's page with the reason.
    GivenUp,
}

impl End {
    const fn words(self, carries_token: bool) -> &'static str {
        match (self, carries_token) {
            (Self::Sent, _) => "sent",
            (Self::Again, false) => "tried again, written anew",
            (Self::Again, true) => "tried again with a new token",
            (Self::Repeated, _) => "tried again, the same bytes, marked as perhaps double",
            (Self::GivenUp, _) => "given up",
        }
    }
}

/// How the mail server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Clear,
    /// With a name and a password.
    SignedIn,
    /// Nobody listens.
    Nobody,
    /// STARTTLS is required and not offered.
    NoStartTls,
    /// TLS from the first byte is expected, and the answer is in clear.
    ClearForTls,
    /// TLS with a certificate that nobody vouches for.
    UnknownAuthority,
    /// TLS with a certificate for another host.
    OtherName,
}

struct Row {
    name: &'static str,
    line: Line,
    script: Script,
    plain: End,
    token: End,
}

const GOOD: Script = Script {
    greeting: Reply::Good,
    ehlo: Reply::Good,
    auth: Reply::Good,
    mail: Reply::Good,
    rcpt: Reply::Good,
    data: Reply::Good,
    body: Reply::Good,
    message: Reply::Good,
    quit: Reply::Good,
};

const BUSY: Reply = Reply::Say("450 4.2.0 <anna@school.example> is busy");
const CLOSING: Reply = Reply::Say("421 4.3.2 closing");
const SIGN_IN: Reply = Reply::Say("530 5.7.0 authentication required");
const NEVER: Reply = Reply::Say("550 5.1.1 <anna@school.example> is unknown");

/// Nothing was handed over: the next try starts from nothing.
const fn again(name: &'static str, line: Line, script: Script) -> Row {
    Row { name, line, script, plain: End::Again, token: End::Again }
}

const fn given_up(name: &'static str, script: Script) -> Row {
    Row { name, line: Line::Clear, script, plain: End::GivenUp, token: End::GivenUp }
}

const fn unknown(name: &'static str, script: Script) -> Row {
    Row { name, line: Line::Clear, script, plain: End::Repeated, token: End::GivenUp }
}

fn rows() -> Vec<Row> {
    let sent = |name, script| Row { name, line: Line::Clear, script, plain: End::Sent, token: End::Sent };
    vec![
        sent("takes the mail", GOOD),
        sent("takes the mail and hangs at QUIT", Script { quit: Reply::Silent, ..GOOD }),
        again("no connection", Line::Nobody, GOOD),
        again("421 at the greeting", Line::Clear, Script { greeting: CLOSING, ..GOOD }),
        again("554 at the greeting", Line::Clear, Script { greeting: Reply::Say("554 5.7.1 no"), ..GOOD }),
        again("hangs at the greeting", Line::Clear, Script { greeting: Reply::Silent, ..GOOD }),
        again("hangs at EHLO", Line::Clear, Script { ehlo: Reply::Silent, ..GOOD }),
        again("refuses the log-in", Line::SignedIn, Script { auth: Reply::Say("535 5.7.8 no"), ..GOOD }),
        again("hangs at the log-in", Line::SignedIn, Script { auth: Reply::Silent, ..GOOD }),
        again("no STARTTLS where it is required", Line::NoStartTls, GOOD),
        again("answers in clear where TLS is expected", Line::ClearForTls, GOOD),
        again("a certificate of an unknown authority", Line::UnknownAuthority, GOOD),
        again("a certificate for another name", Line::OtherName, GOOD),
        again("450 at MAIL FROM", Line::Clear, Script { mail: BUSY, ..GOOD }),
        again("550 at MAIL FROM", Line::Clear, Script { mail: Reply::Say("550 5.7.1 who are you"), ..GOOD }),
        again("asks to sign in at MAIL FROM", Line::Clear, Script { mail: SIGN_IN, ..GOOD }),
        again("hangs at MAIL FROM", Line::Clear, Script { mail: Reply::Silent, ..GOOD }),
        again("421 at RCPT TO", Line::Clear, Script { rcpt: CLOSING, ..GOOD }),
        again("450 at RCPT TO", Line::Clear, Script { rcpt: BUSY, ..GOOD }),
        given_up("550 at RCPT TO", Script { rcpt: NEVER, ..GOOD }),
        again("asks to sign in at RCPT TO", Line::Clear, Script { rcpt: SIGN_IN, ..GOOD }),
        again("hangs at RCPT TO", Line::Clear, Script { rcpt: Reply::Silent, ..GOOD }),
        again("451 at DATA", Line::Clear, Script { data: Reply::Say("451 4.3.0 later"), ..GOOD }),
        given_up("554 at DATA", Script { data: Reply::Say("554 5.6.0 no"), ..GOOD }),
        again("asks to sign in at DATA", Line::Clear, Script { data: Reply::Say("554 5.7.8 expired"), ..GOOD }),
        again("hangs at DATA", Line::Clear, Script { data: Reply::Silent, ..GOOD }),
        unknown("drops the connection inside the message", Script { body: Reply::HangUp, ..GOOD }),
        unknown("hangs inside the message", Script { body: Reply::Silent, ..GOOD }),
        again("452 after the message", Line::Clear, Script { message: Reply::Say("452 4.3.1 disk full"), ..GOOD }),
        again("asks to sign in after the message", Line::Clear, Script { message: SIGN_IN, ..GOOD }),
        given_up("552 after the message", Script { message: Reply::Say("552 5.2.3 too large"), ..GOOD }),
        unknown("drops the connection after the final dot", Script { message: Reply::HangUp, ..GOOD }),
        unknown("hangs after the final dot", Script { message: Reply::Silent, ..GOOD }),
        unknown("answers something else than SMTP after the final dot", Script { message: Reply::Say("ok"), ..GOOD }),
    ]
}

/// Short only for the step that falls silent: whoever answers has all the time in the world.
fn timeouts(script: &Script) -> Timeouts {
    let is_silent = |reply: Reply| matches!(reply, Reply::Silent);
    let (long, short) = (Duration::from_secs(20), Duration::from_secs(1));
    let before = [script.greeting, script.ehlo, script.auth, script.mail, script.rcpt, script.data];
    Timeouts {
        step: if before.into_iter().any(is_silent) { short } else { long },
        message: if [script.body, script.message].into_iter().any(is_silent) { short } else { long },
        goodbye: Duration::from_millis(100),
    }
}

/// The mail server of a row, and how to reach it.
async fn server(row: &Row) -> (SmtpSink, Mailer) {
    let authority = Authority::new();
    let (scheme, host) = match row.line {
        Line::Clear | Line::Nobody => ("smtp://", None),
        Line::SignedIn => ("smtp://an:geheim@", None),
        Line::NoStartTls => ("smtp://", None),
        Line::ClearForTls => ("smtps://", None),
        Line::UnknownAuthority => ("smtps://", Some("127.0.0.1")),
        Line::OtherName => ("smtps://", Some("mail.example")),
    };
    let tls = host.map(|host| Tls { acceptor: authority.acceptor(host), after_starttls: false });
    let sink = SmtpSink::start_with(row.script, tls).await;
    let ending = if row.line == Line::NoStartTls { "?tls=required" } else { "" };
    let address = if row.line == Line::Nobody { nobody().await } else { sink.address.to_string() };
    let url = SmtpUrl::parse(&format!("{scheme}{address}{ending}")).expect("a URL");
    let mut smtp = SmtpTransport::new(url).with_timeouts(timeouts(&row.script));
    if row.line == Line::OtherName {
        smtp = smtp.with_authority(&authority.pem()).expect("a certificate");
    }
    (sink, mailer(Transport::Smtp(smtp)))
}

async fn nobody() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("a bound port").to_string()
}

fn mailer(transport: Transport) -> Mailer {
    let sender = Sender { name: "Koppelklaar".to_owned(), address: "koppelklaar@kurve.nl".to_owned() };
    Mailer { transport, sender }
}

async fn good() -> (SmtpSink, Mailer) {
    let row = Row { name: "", line: Line::Clear, script: GOOD, plain: End::Sent, token: End::Sent };
    server(&row).await
}

async fn send(app: &TestApp, mailer: &Mailer) {
    dispatch::send_due(app.context(), mailer, || app.now()).await.expect("the outbox can be read");
}

/// What became of a mail, seen from the database and from a second mail server that takes everything.
async fn end_of(app: &TestApp, mail: MailId, (first, bad): (&SmtpSink, &Mailer)) -> (End, OutboxMail) {
    send(app, bad).await;
    let noted = load(app, mail).await;
    app.rewrite(&format!("UPDATE contact SET name = 'Naam {}'", mail.to_string().replace('-', ""))).await;
    app.advance(TimeDelta::minutes(2));
    let (second, mailer) = good().await;
    send(app, &mailer).await;
    let after = load(app, mail).await;
    let again = second.received();
    let end = match (noted.status, after.status) {
        (MailStatus::Sent, MailStatus::Sent) => End::Sent,
        (MailStatus::Failed, MailStatus::Failed) => End::GivenUp,
        (MailStatus::Waiting, MailStatus::Sent) if after.may_be_double => End::Repeated,
        (MailStatus::Waiting, MailStatus::Sent) => End::Again,
        (noted, after) => panic!("first {noted:?}, then {after:?}"),
    };
    let bytes = dispatch::find_frozen(app.context(), mail).await.expect("the store answers");
    match end {
        End::Sent => assert_eq!((first.received().len(), again.len()), (1, 0)),
        End::GivenUp => assert_eq!((first.received().len(), again.len()), (0, 0)),
        End::Again | End::Repeated => assert_eq!((first.received().len(), again.len()), (0, 1)),
    }
    if let (End::Again | End::Repeated, Some(bytes)) = (end, bytes) {
        assert_eq!(String::from_utf8(bytes.bytes).expect("ASCII"), again[0].text, "what is kept is what went");
    }
    if end == End::Again {
        assert!(again[0].text.contains("Naam "), "written anew");
    }
    if end == End::Repeated {
        assert!(!again[0].text.contains("Naam "), "as it was");
        assert!(first.whole_so_far().iter().all(|whole| whole.text == again[0].text), "the same to the byte");
    }
    (end, noted)
}

async fn ask_link(app: &TestApp, school: &TestSchool) -> MailId {
    let browser = Token::new(&app.context().chance);
    let email = EmailAddress::parse(&school.email).expect("an address");
    portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
        .await
        .expect("not too often");
    let waits =
        outbox::list_with_status(app.context().db.reader(), MailStatus::Waiting, 10).await.expect("the store answers");
    waits.into_iter().find(|mail| mail.kind == MailKind::SignIn).expect("it was asked for").id
}

fn check_reason(row: &Row, noted: &OutboxMail) {
    let reason = noted.last_error.as_deref().unwrap_or_default();
    assert!(noted.status == MailStatus::Sent || !reason.is_empty(), "{}: no reason", row.name);
    assert!(!reason.contains('@') && !reason.contains("geheim"), "{}: {reason}", row.name);
}

#[test]
fn a_mail_without_a_token_ends_as_the_table_says() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        for row in rows() {
            let mail = waiting(&app, &school, row.name);
            outbox::insert_all(app.context().db.writer(), std::slice::from_ref(&mail)).await.expect("a fresh key");
            let (sink, mailer) = server(&row).await;

            let (end, noted) = end_of(&app, mail.id, (&sink, &mailer)).await;

            assert_eq!(end, row.plain, "{}", row.name);
            check_reason(&row, &noted);
            app.rewrite("UPDATE contact SET name = 'Anna de Wit'").await;
        }
    });
}

#[test]
fn a_mail_with_a_token_ends_as_the_table_says() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        for row in rows() {
            app.advance(TimeDelta::days(1));
            let mail = ask_link(&app, &school).await;
            let (sink, mailer) = server(&row).await;

            let (end, noted) = end_of(&app, mail, (&sink, &mailer)).await;

            assert_eq!(end, row.token, "{}", row.name);
            check_reason(&row, &noted);
            app.rewrite("UPDATE contact SET name = 'Anna de Wit'").await;
        }
    });
}

#[test]
fn the_table_in_the_docs_is_the_table_above() {
    let docs = include_str!("../../docs/mail.md");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();

    let written: Vec<Vec<String>> = docs
        .lines()
        .skip_while(|line| !line.starts_with("| The mail server"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect();

    let tested: Vec<Vec<String>> = rows()
        .iter()
        .map(|row| vec![row.name.to_owned(), row.plain.words(false).to_owned(), row.token.words(true).to_owned()])
        .collect();
    assert_eq!(written, tested);
}

#[test]
fn a_mail_goes_over_tls_to_a_server_whose_authority_is_trusted() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.send_mails().await;
        for (scheme, ending, after_starttls) in [("smtps://", "", false), ("smtp://", "?tls=required", true)] {
            let mail = waiting(&app, &school, scheme);
            outbox::insert_all(app.context().db.writer(), std::slice::from_ref(&mail)).await.expect("a fresh key");
            let authority = Authority::new();
            let tls = Tls { acceptor: authority.acceptor("127.0.0.1"), after_starttls };
            let sink = SmtpSink::start_with(GOOD, Some(tls)).await;
            let url = SmtpUrl::parse(&format!("{scheme}an:geheim@{}{ending}", sink.address)).expect("a URL");
            let smtp = SmtpTransport::new(url).with_timeouts(timeouts(&GOOD));
            let smtp = smtp.with_authority(&authority.pem()).expect("a certificate");

            send(&app, &mailer(Transport::Smtp(smtp))).await;

            assert_eq!(load(&app, mail.id).await.status, MailStatus::Sent, "{scheme}");
            assert!(sink.received()[0].text.contains(&mail.message_id));
            assert!(sink.commands().iter().any(|command| command.starts_with("AUTH PLAIN ")));
        }
    });
}
