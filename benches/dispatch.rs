//! How many mails a second leave: the dispatcher on both databases, beside two bare loops of the mail library that hand
//! the same messages to the same server. One only sends; the other notes each mail in a transaction of its own, which is
//! the least that a mail needs that must not go twice.
//!
//! The server is a process of its own, of three kinds. `cargo bench --bench dispatch`; `KOPPELKLAAR_BENCH_MAILS` is how
//! many mails, 10,000 if not given.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use chrono::Duration;
use koppelklaar::app::App;
use koppelklaar::domain::ids::LeaseId;
use koppelklaar::mail::message::BuiltMail;
use koppelklaar::mail::transport::Transport;
use koppelklaar::mail::{Mailbox, SmtpTransport, SmtpUrl};
use koppelklaar::services::mail::dispatch::{self, Mailer};
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::mail::outbox::lease::{self, Mark};
use lettre::address::Envelope;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

#[path = "../tests/torture/fill.rs"]
mod fill;
#[path = "../tests/torture/schools.rs"]
mod schools;
#[path = "support/server.rs"]
mod server;
#[path = "support/mod.rs"]
mod setting;
#[path = "../tests/torture/support.rs"]
mod support;

use server::Manners;
use setting::{Installation, Kind};
use support::{number, say};

/// A mail server in a process of its own; ends when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(manners: Manners) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.arg(server::ARGUMENT).arg(manners.as_str());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        out.read_line(&mut line).expect("it speaks");
        Self { child, address: line.trim().parse().expect("an address") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(server::ARGUMENT) {
        return server::serve(Manners::of(&arguments.next().unwrap_or_default()));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(measure());
}

async fn measure() {
    let mails = u32::try_from(number("KOPPELKLAAR_BENCH_MAILS").unwrap_or(10_000)).expect("a reasonable number");
    let messages = render(mails).await;
    say(
        "| mail server | bare loop, mails/s | database | noting loop, mails/s | dispatcher, mails/s (beside bare, noting) |",
    );
    say("| --- | --- | --- | --- | --- |");
    for manners in Manners::ALL {
        let bare = bare_loop(manners, &messages).await;
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let Some(noting) = noting_loop(kind, manners, &messages).await else { continue };
            let Some(ours) = dispatcher(kind, manners, mails).await else { continue };
            let ratios = format!("{:.2}, {:.2}", ours / bare, ours / noting);
            say(&format!("| {} | {bare:.0} | {kind:?} | {noting:.0} | {ours:.0} ({ratios}) |", manners.as_str()));
        }
    }
}

/// The messages that the dispatcher would send.
async fn render(mails: u32) -> Vec<BuiltMail> {
    let installation = Installation::new(Kind::Sqlite).await.expect("SQLite is built in");
    let app = installation.open().await;
    fill::fill(&app, 0, mails, 0).await;
    let mailbox = Mailbox::default();
    send(&app, Transport::Memory(mailbox.clone())).await;
    mailbox.take()
}

/// The library alone, over one connection.
struct BareLoop {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    _server: Server,
}

impl BareLoop {
    fn new(manners: Manners) -> Self {
        let server = Server::start(manners);
        let (host, port) = (server.address.ip().to_string(), server.address.port());
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).build();
        Self { transport, _server: server }
    }

    async fn send(&self, mail: &BuiltMail) {
        let to = vec![mail.to.parse().expect("an address")];
        let envelope = Envelope::new(Some(mail.from.parse().expect("an address")), to).expect("one receiver");
        self.transport.send_raw(&envelope, &mail.bytes).await.expect("taken");
    }
}

/// Mails a second of a loop that only sends.
async fn bare_loop(manners: Manners, messages: &[BuiltMail]) -> f64 {
    let messages = enough(manners, messages);
    let bare = BareLoop::new(manners);
    let start = Instant::now();
    for mail in messages {
        bare.send(mail).await;
    }
    rate(messages.len(), start)
}

/// Mails a second of a loop that sends a mail and notes that it went, before it sends the next.
async fn noting_loop(kind: Kind, manners: Manners, messages: &[BuiltMail]) -> Option<f64> {
    let messages = enough(manners, messages);
    let (_installation, app) = filled(kind, u32::try_from(messages.len()).expect("a reasonable number")).await?;
    let now = app.clock.now();
    let id = LeaseId::from_uuid(app.context.chance.uuid_v7(now));
    let all = u64::try_from(messages.len()).expect("a reasonable number");
    let leased = lease::acquire(&app.context.db, id, LeaseTerm::new(now, Duration::days(1)), all)
        .await
        .expect("the outbox is read");
    assert_eq!(leased.mails.len(), messages.len(), "every mail is due");
    let bare = BareLoop::new(manners);
    let start = Instant::now();
    for (message, mail) in messages.iter().zip(&leased.mails) {
        bare.send(message).await;
        let noted = lease::mark(app.context.db.writer(), id, mail.id, &Mark::sent(now)).await;
        assert!(noted.expect("the outbox is written"), "the mail was held");
    }
    let rate = rate(messages.len(), start);
    app.context.db.close().await;
    Some(rate)
}

/// As many messages as make a figure: one that waits for the kernel with each of them needs not send all.
fn enough(manners: Manners, messages: &[BuiltMail]) -> &[BuiltMail] {
    let limit = if manners == Manners::Delayed { 500 } else { messages.len() };
    &messages[..limit.min(messages.len())]
}

/// An installation with mails that are due, opened after its database came to rest.
async fn filled(kind: Kind, mails: u32) -> Option<(Installation, App)> {
    let mut installation = Installation::new(kind).await?;
    let app = installation.open().await;
    fill::fill(&app, 0, mails, 0).await;
    app.context.db.close().await;
    installation.settle();
    let app = installation.open().await;
    Some((installation, app))
}

/// Mails a second of the dispatcher.
async fn dispatcher(kind: Kind, manners: Manners, mails: u32) -> Option<f64> {
    let (_installation, app) = filled(kind, mails).await?;
    let server = Server::start(manners);
    let url = SmtpUrl::parse(&format!("smtp://{}", server.address)).expect("a URL");
    let start = Instant::now();
    let sent = send(&app, Transport::Smtp(SmtpTransport::new(url))).await;
    let rate = rate(sent, start);
    assert_eq!(u32::try_from(sent), Ok(mails), "every mail left");
    app.context.db.close().await;
    Some(rate)
}

async fn send(app: &App, transport: Transport) -> usize {
    let mailer = Mailer { transport, ..app.mailer.clone() };
    let summary = dispatch::send_due(&app.context, &mailer, || app.clock.now()).await;
    summary.expect("the outbox can be read").sent
}

fn rate(mails: usize, start: Instant) -> f64 {
    f64::from(u32::try_from(mails).expect("a reasonable number")) / start.elapsed().as_secs_f64()
}
