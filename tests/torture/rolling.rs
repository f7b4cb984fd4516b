//! Three instances behind something that shares requests between them, restarted one after another while they work: no
//! request may fail.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use koppelklaar::chance::Chance;
use koppelklaar::domain::actor::Actor;
use koppelklaar::services::Call;
use koppelklaar::services::operations::api_keys::{self, NewApiKey};
use koppelklaar::store::mail::outbox::MailStatus;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::kept::Kept as Process;
use super::sink::Sink;
use super::stage::{PATIENCE, Stage, stop};
use super::support::postgres::Cluster;
use super::support::say;

/// How many instances there are, and how many ask at once.
const INSTANCES: usize = 3;
const ASKERS: usize = 6;

/// The host that the instances believe to be.
const HOST: &str = "127.0.0.1:8080";

type Connection = SendRequest<Full<Bytes>>;

/// A connection that waits for the next request.
struct Kept {
    address: SocketAddr,
    connection: Connection,
    since: Instant,
}

/// How long a connection is kept: less than an instance keeps it.
const KEEP: Duration = Duration::from_secs(5);

/// Shares requests between those instances that say they are ready, over connections that it keeps.
struct Balancer {
    instances: Mutex<Vec<SocketAddr>>,
    kept: Mutex<Vec<Kept>>,
    turn: AtomicUsize,
}

impl Balancer {
    fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the next requests to those that are ready; what is kept to another one is let go.
    async fn look(&self, all: &[SocketAddr]) {
        let mut ready = vec![];
        for address in all {
            if is_ready(*address).await {
                ready.push(*address);
            }
        }
        Self::lock(&self.kept).retain(|kept| ready.contains(&kept.address));
        *Self::lock(&self.instances) = ready;
    }

    /// A connection that is kept, or a new one to the instance whose turn it is. One that takes no connection is passed over.
    async fn connection(&self) -> Result<(SocketAddr, Connection), String> {
        // Every third asks over a new one.
        if !self.turn.fetch_add(1, Ordering::SeqCst).is_multiple_of(3) {
            let found = Self::lock(&self.kept).pop();
            if let Some(Kept { address, mut connection, since }) = found
                && since.elapsed() < KEEP
                && connection.ready().await.is_ok()
            {
                return Ok((address, connection));
            }
        }
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let instances = Self::lock(&self.instances).clone();
            let turn = self.turn.fetch_add(1, Ordering::SeqCst);
            let Some(address) = instances.get(turn % instances.len().max(1)) else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let Ok(stream) = TcpStream::connect(address).await else { continue };
            let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
            tokio::spawn(connection);
            return Ok((*address, sender));
        }
        Err("no instance takes a connection".to_owned())
    }

    /// Passes a request on, once: what it did is not known when no answer comes.
    async fn pass(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, String> {
        let (address, mut connection) = self.connection().await?;
        let answer = connection.send_request(request).await.map_err(|error| format!("{address}: {error:?}"))?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| format!("{address}: half an answer: {error:?}"))?.to_bytes();
        let is_last = head.headers.get("connection").is_some_and(|value| value == "close");
        if !is_last {
            Self::lock(&self.kept).push(Kept { address, connection, since: Instant::now() });
        }
        Ok(Response::from_parts(head, body))
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let asked = async {
        let stream = TcpStream::connect(address).await.ok()?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let request = Request::get("/health/ready").header("host", HOST).header("connection", "close");
        let answer = sender.send_request(request.body(Full::<Bytes>::default()).ok()?).await.ok()?;
        Some(answer.status() == 200)
    };
    asked.await.unwrap_or(false)
}

/// An instance that listens where it did before.
fn serve(stage: &Stage, address: SocketAddr, smtp: SocketAddr) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));
    stage.prepare(&mut command, smtp);
    command.env("KOPPELKLAAR_FORMS_PER_CLIENT", "1000000").env("KOPPELKLAAR_FORMS_PER_ADDRESS", "1000000");
    command.args(["serve", "--listen", &address.to_string()]);
    Process::spawn(&mut command)
}

async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("a bound port")
}

/// The value after some text, up to a sign.
fn after(text: &str, start: &str, end: char) -> Option<String> {
    Some(text.split_once(start)?.1.split(end).next()?.to_owned())
}

/// One who reads a page, sends its form and asks for a verdict, again and again.
struct Asker<'a> {
    balancer: &'a Balancer,
    key: String,
    name: usize,
}

impl Asker<'_> {
    /// # Errors
    /// What was not answered as it should be.
    async fn ask(&self, turn: usize) -> Result<(), String> {
        let get = |path: &str| Request::get(path).header("host", HOST);
        let empty = || Full::<Bytes>::default();
        let page = self.balancer.pass(get("/inloggen").body(empty()).map_err(|error| error.to_string())?).await?;
        let text = String::from_utf8_lossy(page.body()).into_owned();
        let cookies = page.headers().get_all("set-cookie").iter();
        let cookies: Vec<&str> = cookies.filter_map(|value| value.to_str().ok()).collect();
        let browser = after(&cookies.join("; "), "kk_browser=", ';').ok_or("no browser")?;
        let csrf = after(&text, "name=\"csrf\" value=\"", '"').ok_or("no form")?;
        let form = format!("csrf={csrf}&email=anna-{}-{turn}%40school.example", self.name);
        let post = Request::post("/inloggen").header("host", HOST).header("origin", format!("http://{HOST}"));
        let post = post.header("cookie", format!("kk_browser={browser}")).header("sec-fetch-site", "same-origin");
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        let sent = self.balancer.pass(post.body(form.into()).map_err(|error| error.to_string())?).await?;
        if sent.status() != 303 {
            return Err(format!("the form: {} {}", sent.status(), String::from_utf8_lossy(sent.body())));
        }
        let asked = get("/api/v1/import-gate/12AB").header("authorization", format!("Bearer {}", self.key));
        let verdict = self.balancer.pass(asked.body(empty()).map_err(|error| error.to_string())?).await?;
        // No school has that number: that, too, the database said.
        if verdict.status() != 404 { Err(format!("the verdict: {}", verdict.status())) } else { Ok(()) }
    }
}

/// Restarts each instance so many times.
pub(crate) async fn restart_one_after_another(cluster: &Cluster, rounds: u32) {
    let stage = Stage::new(Some(cluster)).await;
    let key = api_keys::add(
        &stage.app.context,
        &Call::by_machine(Actor::Operator, stage.app.clock.now(), "test"),
        NewApiKey::for_everything("numo"),
    )
    .await
    .expect("a fresh name");
    let sink = Sink::new(Chance::os(), Duration::ZERO);
    let door = sink.open(0).await;
    let mut addresses = vec![];
    for _ in 0..INSTANCES {
        addresses.push(free_address().await);
    }
    let mut instances: Vec<Process> = addresses.iter().map(|address| serve(&stage, *address, door.address)).collect();
    let balancer =
        Arc::new(Balancer { instances: Mutex::default(), kept: Mutex::default(), turn: AtomicUsize::new(0) });
    let is_over = Arc::new(AtomicBool::new(false));
    let looking = {
        let (balancer, is_over, addresses) = (balancer.clone(), is_over.clone(), addresses.clone());
        tokio::spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                balancer.look(&addresses).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
    };
    for address in &addresses {
        until_ready(&stage, *address).await;
    }
    let askers: Vec<_> = (0..ASKERS)
        .map(|name| {
            let (balancer, is_over, key) = (balancer.clone(), is_over.clone(), key.clone());
            tokio::spawn(async move {
                let asker = Asker { balancer: &balancer, key, name };
                let mut failed = vec![];
                let mut turn = 0;
                while !is_over.load(Ordering::SeqCst) {
                    failed.extend(asker.ask(turn).await.err());
                    turn += 1;
                }
                (turn, failed)
            })
        })
        .collect();
    for _ in 0..rounds {
        for (instance, address) in instances.iter_mut().zip(&addresses) {
            stop(&stage, instance).await;
            *instance = serve(&stage, *address, door.address);
            until_ready(&stage, *address).await;
        }
    }
    is_over.store(true, Ordering::SeqCst);
    let (mut turns, mut failed) = (0, vec![]);
    for asker in askers {
        let (asked, not) = asker.await.expect("it only asks");
        turns += asked;
        failed.extend(not);
    }
    looking.await.expect("it only looks");
    say(&format!("{INSTANCES} instances restarted {rounds} times: {} requests, {} failed", turns * 3, failed.len()));
    assert!(turns > 10, "hardly anything was asked");
    assert!(failed.is_empty(), "{failed:#?}\n{}", stage.last_words());
    let mut left: Vec<&mut Process> = instances.iter_mut().collect();
    stage.all_done(&mut left).await;
    for instance in left {
        stop(&stage, instance).await;
    }
    let mails = stage.mails().await;
    assert!(
        mails.iter().all(|mail| mail.status == MailStatus::Sent || mail.status == MailStatus::Skipped),
        "{mails:?}"
    );
    assert_eq!(mails.len(), turns, "each form called for one mail");
    stage.close().await;
}

async fn until_ready(stage: &Stage, address: SocketAddr) {
    let until = Instant::now() + PATIENCE;
    while !is_ready(address).await {
        assert!(Instant::now() < until, "does not serve:\n{}", stage.last_words());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
