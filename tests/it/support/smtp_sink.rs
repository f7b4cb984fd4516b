//! A mail server that does what the test says: takes a mail, refuses at a step, falls silent or hangs up.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

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
#[derive(Debug)]
pub(crate) struct SmtpSink {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    commands: Arc<Mutex<Vec<String>>>,
}

impl SmtpSink {
    /// Starts a sink that follows the script for every connection, until the test ends.
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let (received, commands) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let sink = Self { address, received: Arc::clone(&received), commands: Arc::clone(&commands) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (received, commands) = (Arc::clone(&received), Arc::clone(&commands));
                tokio::spawn(async move { serve(stream, script, &received, &commands).await });
            }
        });
        sink
    }

    /// The mails that were taken so far, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The commands that were given so far, without the message.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Talks until the client leaves; `None` when the script says to hang up.
async fn serve(
    stream: TcpStream,
    script: Script,
    received: &Mutex<Vec<Received>>,
    commands: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut mail = Received::default();
    answer(&mut stream, script.greeting, "220 sink ready").await?;
    loop {
        let line = read_line(&mut stream).await?;
        commands.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        let argument = |prefix: &str| line[prefix.len()..].trim_matches(['<', '>', ' ']).to_owned();
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => answer(&mut stream, script.ehlo, "250-sink\r\n250 AUTH PLAIN").await?,
            "AUTH" => answer(&mut stream, script.auth, "235 2.7.0 welcome").await?,
            "MAIL" => {
                mail = Received { from: argument("MAIL FROM:"), ..Received::default() };
                answer(&mut stream, script.mail, "250 2.1.0 ok").await?;
            }
            "RCPT" => {
                mail.to = argument("RCPT TO:");
                answer(&mut stream, script.rcpt, "250 2.1.5 ok").await?;
            }
            "DATA" => {
                answer(&mut stream, script.data, "354 go on").await?;
                if !matches!(script.data, Reply::Good) {
                    continue;
                }
                mail.text = read_message(&mut stream).await?;
                if matches!(script.message, Reply::Good) {
                    received.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut mail));
                }
                answer(&mut stream, script.message, "250 2.0.0 taken").await?;
            }
            "QUIT" => answer(&mut stream, script.quit, "221 2.0.0 bye").await?,
            _ => answer(&mut stream, Reply::Good, "250 2.0.0 ok").await?,
        }
    }
}

async fn answer(stream: &mut BufReader<TcpStream>, reply: Reply, good: &str) -> Option<()> {
    let line = match reply {
        Reply::Good => good,
        Reply::Say(line) => line,
        Reply::Silent => std::future::pending().await,
        Reply::HangUp => return None,
    };
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).await.ok()?;
    (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn read_message(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    loop {
        let line = read_line(stream).await?;
        if line == "." {
            return Some(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push_str("\r\n");
    }
}
