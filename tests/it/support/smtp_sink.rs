//! A mail server that does what the test says: takes a mail, refuses at a step, falls silent or hangs up; in clear, or
//! with a certificate of the test's own authority.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

/// What the sink does at a step.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Reply {
    /// Answers as a server should.
    #[default]
    Good,
    /// Answers this line instead, such as `450 4.2.0 later`.
    Say(&'static str),
    /// Never answers, and keeps the connection open.
    Silent,
    /// Closes the connection.
    HangUp,
    /// Answers as a server should, once the test lets it.
    Held,
}

/// What the sink does at each step.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Script {
    /// When somebody connects.
    pub(crate) greeting: Reply,
    /// At EHLO.
    pub(crate) ehlo: Reply,
    /// At AUTH.
    pub(crate) auth: Reply,
    /// At MAIL FROM.
    pub(crate) mail: Reply,
    /// At RCPT TO.
    pub(crate) rcpt: Reply,
    /// At DATA.
    pub(crate) data: Reply,
    /// While the message comes in, after its first line.
    pub(crate) body: Reply,
    /// After the final dot.
    pub(crate) message: Reply,
    /// At QUIT.
    pub(crate) quit: Reply,
}

/// A mail that the sink took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Received {
    /// The sender of the envelope.
    pub(crate) from: String,
    /// The receiver of the envelope.
    pub(crate) to: String,
    /// Headers and body, as they were before dots were doubled.
    pub(crate) text: String,
}

/// A mail server on this machine, for one test.
#[derive(Debug, Clone)]
pub(crate) struct SmtpSink {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    desk: Arc<Desk>,
}

/// What the test tells the sink, and what the sink saw.
#[derive(Debug)]
struct Desk {
    /// The script, and the last connection that it is for.
    script: Mutex<(Script, Option<usize>)>,
    seen: watch::Sender<Seen>,
    let_through: Semaphore,
}

#[derive(Debug, Clone, Default)]
struct Seen {
    connections: usize,
    commands: Vec<String>,
    /// Every message that came in whole, whatever was answered.
    whole: Vec<Received>,
    /// Those that were answered well.
    received: Vec<Received>,
}

impl SmtpSink {
    /// Starts a sink that follows the script for every connection, until the test ends.
    pub(crate) async fn start(script: Script) -> Self {
        Self::start_with(script, None).await
    }

    /// Starts a sink that talks TLS: from the first byte, or after STARTTLS.
    pub(crate) async fn start_with(script: Script, tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let desk =
            Desk { script: Mutex::new((script, None)), seen: watch::Sender::default(), let_through: Semaphore::new(0) };
        let sink = Self { address, desk: Arc::new(desk) };
        let desk = Arc::clone(&sink.desk);
        tokio::spawn(async move {
            for number in 1.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (desk, tls) = (Arc::clone(&desk), tls.clone());
                desk.saw(|seen| seen.connections = number);
                tokio::spawn(async move { talk(stream, tls, &desk, number).await });
            }
        });
        sink
    }

    /// Follows another script from now on, also on connections that are there.
    pub(crate) fn turn_to(&self, script: Script) {
        *self.desk.script.lock().unwrap_or_else(PoisonError::into_inner) = (script, None);
    }

    /// Follows another script on the connections that are there; those that come follow a good one.
    pub(crate) fn turn_once(&self, script: Script) {
        let until = self.connections();
        *self.desk.script.lock().unwrap_or_else(PoisonError::into_inner) = (script, Some(until));
    }

    /// Lets one step go on that is held.
    pub(crate) fn let_through(&self) {
        self.desk.let_through.add_permits(1);
    }

    /// Waits until so many messages came in whole, and returns them.
    pub(crate) async fn whole(&self, count: usize) -> Vec<Received> {
        let mut seen = self.desk.seen.subscribe();
        let found = seen.wait_for(|seen| seen.whole.len() >= count).await.expect("the sink lives as long as the test");
        found.whole.clone()
    }

    /// The messages that came in whole so far, whatever was answered.
    pub(crate) fn whole_so_far(&self) -> Vec<Received> {
        self.desk.seen.borrow().whole.clone()
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.desk.seen.borrow().connections
    }

    /// Waits until so many connections were made.
    pub(crate) async fn connected(&self, count: usize) {
        let mut seen = self.desk.seen.subscribe();
        seen.wait_for(|seen| seen.connections >= count).await.expect("the sink lives as long as the test");
    }

    /// Waits until so many commands began with a word.
    pub(crate) async fn heard(&self, word: &str, count: usize) {
        let mut seen = self.desk.seen.subscribe();
        let are_there = |seen: &Seen| seen.commands.iter().filter(|one| one.starts_with(word)).count() >= count;
        seen.wait_for(are_there).await.expect("the sink lives as long as the test");
    }

    /// The mails that were taken so far, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.desk.seen.borrow().received.clone()
    }

    /// The commands that were given so far, without the message.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.desk.seen.borrow().commands.clone()
    }
}

impl Desk {
    /// What to do on this connection, counted from 1.
    fn script(&self, connection: usize) -> Script {
        let (script, last) = *self.script.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| connection <= last) { script } else { Script::default() }
    }

    fn saw(&self, what: impl FnOnce(&mut Seen)) {
        self.seen.send_modify(what);
    }

    /// Answers at a step; `None` when the script says to hang up.
    async fn answer(&self, stream: &mut Line, reply: Reply, good: &str) -> Option<()> {
        let line = match reply {
            Reply::Good => good,
            Reply::Say(line) => line,
            Reply::Silent => std::future::pending().await,
            Reply::HangUp => return None,
            Reply::Held => {
                self.let_through.acquire().await.ok()?.forget();
                good
            }
        };
        stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
        stream.flush().await.ok()
    }
}

/// How the sink talks TLS.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) after_starttls: bool,
}

type Line = BufReader<Box<dyn Stream>>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn talk(stream: TcpStream, tls: Option<Tls>, desk: &Desk, number: usize) -> Option<()> {
    match tls {
        Some(tls) if tls.after_starttls => {
            let mut clear: Line = BufReader::new(Box::new(stream));
            desk.answer(&mut clear, desk.script(number).greeting, "220 sink ready").await?;
            while !read_line(&mut clear).await?.starts_with("STARTTLS") {
                desk.answer(&mut clear, desk.script(number).ehlo, "250-sink\r\n250 STARTTLS").await?;
            }
            desk.answer(&mut clear, Reply::Good, "220 2.0.0 go on").await?;
            serve(Box::new(tls.acceptor.accept(clear.into_inner()).await.ok()?), false, desk, number).await
        }
        Some(tls) => serve(Box::new(tls.acceptor.accept(stream).await.ok()?), true, desk, number).await,
        None => serve(Box::new(stream), true, desk, number).await,
    }
}

/// Talks until the client leaves; `None` when the script says to hang up.
async fn serve(stream: Box<dyn Stream>, greets: bool, desk: &Desk, number: usize) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut mail = Received::default();
    if greets {
        desk.answer(&mut stream, desk.script(number).greeting, "220 sink ready").await?;
    }
    loop {
        let line = read_line(&mut stream).await?;
        let script = desk.script(number);
        desk.saw(|seen| seen.commands.push(line.clone()));
        let argument = |prefix: &str| line[prefix.len()..].trim_matches(['<', '>', ' ']).to_owned();
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => desk.answer(&mut stream, script.ehlo, "250-sink\r\n250 AUTH PLAIN").await?,
            "AUTH" => desk.answer(&mut stream, script.auth, "235 2.7.0 welcome").await?,
            "MAIL" => {
                mail = Received { from: argument("MAIL FROM:"), ..Received::default() };
                desk.answer(&mut stream, script.mail, "250 2.1.0 ok").await?;
            }
            "RCPT" => {
                mail.to = argument("RCPT TO:");
                desk.answer(&mut stream, script.rcpt, "250 2.1.5 ok").await?;
            }
            "DATA" => {
                desk.answer(&mut stream, script.data, "354 go on").await?;
                if !matches!(script.data, Reply::Good) {
                    continue;
                }
                mail.text = read_message(&mut stream, script.body).await?;
                desk.saw(|seen| seen.whole.push(mail.clone()));
                if matches!(script.message, Reply::Held) {
                    desk.let_through.acquire().await.ok()?.forget();
                }
                let is_taken = matches!(script.message, Reply::Good | Reply::Held);
                if is_taken {
                    desk.saw(|seen| seen.received.push(std::mem::take(&mut mail)));
                }
                let reply = if is_taken { Reply::Good } else { script.message };
                desk.answer(&mut stream, reply, "250 2.0.0 taken").await?;
            }
            "QUIT" => desk.answer(&mut stream, script.quit, "221 2.0.0 bye").await?,
            _ => desk.answer(&mut stream, Reply::Good, "250 2.0.0 ok").await?,
        }
    }
}

async fn read_line(stream: &mut Line) -> Option<String> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).await.ok()?;
    (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn read_message(stream: &mut Line, body: Reply) -> Option<String> {
    let mut text = String::new();
    loop {
        let line = read_line(stream).await?;
        if line == "." {
            return Some(text);
        }
        match body {
            Reply::HangUp => return None,
            Reply::Silent => std::future::pending().await,
            Reply::Good | Reply::Say(_) | Reply::Held => {}
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push_str("\r\n");
    }
}
