//! How many mails a second leave: the dispatcher on both databases, beside a bare loop of the mail library that hands
//! the same messages to the same server.
//!
//! The server is a process of its own. It answers a message at once, or, as real ones do, after it was made to last in
//! a file. `cargo bench --bench dispatch`; `KOPPELKLAAR_BENCH_MAILS` is how many mails, 10,000 if not given.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use koppelklaar::app::App;
use koppelklaar::mail::message::BuiltMail;
use koppelklaar::mail::transport::Transport;
use koppelklaar::mail::{Mailbox, SmtpTransport, SmtpUrl};
use koppelklaar::services::mail_dispatch::{self, PostRoom};
use lettre::address::Envelope;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

#[path = "../tests/torture/fill.rs"]
mod fill;
#[path = "../tests/torture/postgres.rs"]
mod postgres;
#[path = "../tests/it/support/postgres_programs.rs"]
mod postgres_programs;
#[path = "../tests/torture/schools.rs"]
mod schools;
#[path = "support/server.rs"]
mod server;
#[path = "support/mod.rs"]
mod setting;
#[path = "../tests/torture/support.rs"]
mod support;

use setting::{Installation, Kind};
use support::{number, say};

/// A mail server in a process of its own; ends when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(is_lasting: bool) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.arg(server::ARGUMENT).arg(if is_lasting { "lasting" } else { "at-once" });
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
        return server::serve(arguments.next().as_deref() == Some("lasting"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(measure());
}

async fn measure() {
    let mails = u32::try_from(number("KOPPELKLAAR_BENCH_MAILS").unwrap_or(10_000)).expect("a reasonable number");
    let messages = render(mails).await;
    say("| mail server | bare loop, mails/s | SQLite, mails/s (ratio) | PostgreSQL, mails/s (ratio) |");
    say("| --- | --- | --- | --- |");
    for (name, is_lasting) in [("answers at once", false), ("makes each mail last", true)] {
        let bare = bare_loop(is_lasting, &messages).await;
        let mut cells = vec![];
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let rate = dispatcher(kind, is_lasting, mails).await;
            cells.push(rate.map_or("not installed".to_owned(), |rate| format!("{rate:.0} ({:.2})", rate / bare)));
        }
        say(&format!("| {name} | {bare:.0} | {} | {} |", cells[0], cells[1]));
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

/// Mails a second of the library alone, over one connection.
async fn bare_loop(is_lasting: bool, messages: &[BuiltMail]) -> f64 {
    let server = Server::start(is_lasting);
    let (host, port) = (server.address.ip().to_string(), server.address.port());
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).build();
    let start = Instant::now();
    for mail in messages {
        let to = vec![mail.to.parse().expect("an address")];
        let envelope = Envelope::new(Some(mail.from.parse().expect("an address")), to).expect("one receiver");
        transport.send_raw(&envelope, &mail.bytes).await.expect("taken");
    }
    rate(messages.len(), start)
}

/// Mails a second of the dispatcher.
async fn dispatcher(kind: Kind, is_lasting: bool, mails: u32) -> Option<f64> {
    let mut installation = Installation::new(kind).await?;
    let app = installation.open().await;
    fill::fill(&app, 0, mails, 0).await;
    app.office.db.close().await;
    installation.settle();
    let app = installation.open().await;
    let server = Server::start(is_lasting);
    let url = SmtpUrl::parse(&format!("smtp://{}", server.address)).expect("a URL");
    let start = Instant::now();
    let sent = send(&app, Transport::Smtp(SmtpTransport::new(url))).await;
    let rate = rate(sent, start);
    assert_eq!(u32::try_from(sent), Ok(mails), "every mail left");
    app.office.db.close().await;
    Some(rate)
}

async fn send(app: &App, transport: Transport) -> usize {
    let room = PostRoom { transport, ..app.room.clone() };
    let summary = mail_dispatch::send_due(&app.office, &room, || app.clock.now()).await;
    summary.expect("the outbox can be read").sent
}

fn rate(mails: usize, start: Instant) -> f64 {
    f64::from(u32::try_from(mails).expect("a reasonable number")) / start.elapsed().as_secs_f64()
}
