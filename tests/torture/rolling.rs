//! Three instances behind something that shares requests between them, restarted one after another while they work: no
//! request may fail.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use koppelklaar::chance::Chance;
use koppelklaar::domain::actor::Actor;
use koppelklaar::services::Call;
use koppelklaar::services::operations::api_keys::{self, NewApiKey};
use koppelklaar::store::mail::outbox::MailStatus;

use super::balancer::{Balancer, HOST, free_address, until_ready};
use super::kept::Kept as Process;
use super::sink::Sink;
use super::stage::{Stage, stop};
use super::support::postgres::Cluster;
use super::support::say;

/// How many instances there are, and how many ask at once.
const INSTANCES: usize = 3;
const ASKERS: usize = 6;

/// An instance that listens where it did before.
fn serve(stage: &Stage, address: SocketAddr, smtp: SocketAddr) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));
    stage.prepare(&mut command, smtp);
    command.env("KOPPELKLAAR_FORMS_PER_CLIENT", "1000000").env("KOPPELKLAAR_FORMS_PER_ADDRESS", "1000000");
    command.args(["serve", "--listen", &address.to_string()]);
    Process::spawn(&mut command)
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
    let is_over = Arc::new(AtomicBool::new(false));
    let (balancer, looking) = Balancer::start(&addresses);
    for address in &addresses {
        until_ready(&stage.at, *address).await;
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
            until_ready(&stage.at, *address).await;
        }
    }
    is_over.store(true, Ordering::SeqCst);
    let (mut turns, mut failed) = (0, vec![]);
    for asker in askers {
        let (asked, not) = asker.await.expect("it only asks");
        turns += asked;
        failed.extend(not);
    }
    drop(looking);
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
