//! Clients that keep their connections, and the load that several of them make.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{HeaderMap, Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::process::Server;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// One request, as often as wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    /// A form, where it is one that is sent.
    form: Option<String>,
}

impl Ask {
    pub(crate) fn get(path: &str) -> Self {
        Self { path: path.to_owned(), headers: vec![], form: None }
    }

    pub(crate) fn post(path: &str, form: String) -> Self {
        Self { path: path.to_owned(), headers: vec![], form: Some(form) }
            .with(&header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    pub(crate) fn with(mut self, name: &header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name.to_string(), value.into()));
        self
    }

    /// The request, for a host.
    pub(crate) fn request(&self, host: &str) -> Result<Request<Full<Bytes>>, String> {
        let method = if self.form.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(&self.path).header(header::HOST, host);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
            .body(Full::new(Bytes::from(self.form.clone().unwrap_or_default())))
            .map_err(|error| format!("{}: {error}", self.path))
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A client with one connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_string() })
    }

    /// The whole answer.
    ///
    /// # Errors
    /// When none came, or not in time.
    pub(crate) async fn send(&mut self, ask: &Ask) -> Result<Answer, String> {
        let words = |error: hyper::Error| format!("{}: {error}", ask.path);
        let request = ask.request(&self.host)?;
        let talk = async {
            self.sender.ready().await.map_err(words)?;
            let response = self.sender.send_request(request).await.map_err(words)?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.map_err(words)?.to_bytes();
            Ok(Answer { status: parts.status, headers: parts.headers, body })
        };
        let late = |_| format!("{}: no answer within {PATIENCE:?}", ask.path);
        timeout(PATIENCE, talk).await.map_err(late)?
    }

    /// The answer, where it is one that a page gives.
    pub(crate) async fn send_well(&mut self, ask: &Ask) -> Result<Answer, String> {
        let answer = self.send(ask).await?;
        match answer.status.as_u16() {
            200 | 303 => Ok(answer),
            status => {
                let text: String = answer.text().chars().take(600).collect();
                Err(format!("{} answered {status}: {text}", ask.path))
            }
        }
    }
}

/// How much is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// How many clients at once.
    pub(crate) clients: u32,
    /// For how long, at least.
    pub(crate) time: Duration,
    /// How many requests, at least.
    pub(crate) least: u32,
}

/// What a load cost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cost {
    pub(crate) requests: u32,
    /// Processor time of the server for each request, in milliseconds.
    pub(crate) cpu_ms: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// How large the answer is.
    pub(crate) bytes: usize,
}

/// Asks a server the same in turn, from several clients, after a few that warm it up.
///
/// # Errors
/// The first answer that is none.
pub(crate) async fn load(server: &Server, asks: &[Ask], effort: Effort) -> Result<Cost, String> {
    let mut first = Client::connect(server.address).await?;
    let mut bytes = 0;
    for ask in asks {
        bytes = first.send_well(ask).await?.body.len();
    }
    // Each connection to the database learns the statements.
    let warm = Effort { time: effort.time / 8, least: effort.clients.min(effort.least), ..effort };
    run(server, asks, warm).await?;
    let before = server.usage().cpu_ms;
    let mut took = run(server, asks, effort).await?;
    let after = server.usage().cpu_ms;
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    let requests = u32::try_from(took.len()).unwrap_or(u32::MAX);
    let cpu_ms = (after - before) / f64::from(requests);
    Ok(Cost { requests, cpu_ms, p50_ms: at(50), p99_ms: at(99), bytes })
}

/// How long each request took.
async fn run(server: &Server, asks: &[Ask], effort: Effort) -> Result<Vec<Duration>, String> {
    let start = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..effort.clients {
        let (address, asks) = (server.address, asks.to_vec());
        clients.spawn(async move {
            let mut client = Client::connect(address).await?;
            let (mut took, least) = (vec![], effort.least.div_ceil(effort.clients) as usize);
            for ask in asks.iter().cycle() {
                let is_round = took.len() % asks.len() == 0;
                if is_round && took.len() >= least && start.elapsed() >= effort.time {
                    break;
                }
                let sent = Instant::now();
                client.send_well(ask).await?;
                took.push(sent.elapsed());
            }
            Ok::<_, String>(took)
        });
    }
    let mut all = vec![];
    while let Some(ended) = clients.join_next().await {
        all.extend(ended.map_err(|error| error.to_string())??);
    }
    Ok(all)
}
