//! From the last release to this one, as docs/operate.md says, while schools sign up, report steps and take them back, and
//! Numo asks: no request may fail, no mail may go twice, and what is stored must be whole.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use koppelklaar::chance::Chance;
use koppelklaar::store::mail::outbox::MailStatus;
use mail_parser::MessageParser;
use scraper::{Html, Selector};
use tokio::time::Instant;

use super::balancer::{Balancer, HOST, free_address, until_ready};
use super::kept::Kept as Process;
use super::sink::Sink;
use super::stage::{Installation, PATIENCE, Stage, stop, stop_at};
use super::support::postgres::Cluster;
use super::support::say;

/// How many instances there are, and how many schools are busy at once.
const INSTANCES: usize = 3;
const SCHOOLS: usize = 5;

/// The steps that a school reports and takes back; the second with trouble before it.
const STEPS: [&str; 2] = ["consent_given", "allowlisting_requested"];

/// The program of this release.
const NEW: &str = env!("CARGO_BIN_EXE_koppelklaar");

/// What everybody who asks has in common.
struct World {
    balancer: Arc<Balancer>,
    sink: Sink,
    key: String,
    number: AtomicUsize,
    is_over: AtomicBool,
}

/// A contact with a browser.
struct Contact<'a> {
    world: &'a World,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

type Answer = Response<Bytes>;

impl<'a> Contact<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, cookies: BTreeMap::new(), csrf: String::new() }
    }

    /// # Errors
    /// When the answer is not the one that is expected.
    async fn send(&mut self, path: &str, form: Option<String>, expected: u16) -> Result<Answer, String> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = match &form {
            None => Request::get(path),
            Some(_) => Request::post(path)
                .header("origin", format!("http://{HOST}"))
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded"),
        };
        let request = request.header("host", HOST).header("cookie", cookies.join("; "));
        let request = request.body(Full::new(Bytes::from(form.unwrap_or_default())));
        let answer = self.world.balancer.pass(request.map_err(|error| format!("{path}: {error}"))?).await;
        let answer = answer.map_err(|error| format!("{path}: {error}"))?;
        if answer.status() != expected {
            let text = String::from_utf8_lossy(answer.body());
            return Err(format!("{path}: {} {}", answer.status(), shown(&text)));
        }
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        self.cookies.retain(|_, value| !value.is_empty());
        Ok(answer)
    }

    /// Reads a page, with the token of its forms.
    async fn read(&mut self, path: &str) -> Result<String, String> {
        let answer = self.send(path, None, 200).await?;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        if let Some(csrf) = attribute(&text, "input[name=csrf]", "value") {
            self.csrf = csrf;
        }
        Ok(text)
    }

    /// Sends a form, and says where it leads.
    async fn press(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<String, String> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(fields);
        let answer = self.send(path, Some(form.finish()), 303).await?;
        Ok(answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned())
    }

    /// Signs up a school of its own, and says where its pages are and under which BRIN.
    async fn sign_up(&mut self) -> Result<(String, String), String> {
        let number = self.world.number.fetch_add(1, Ordering::SeqCst);
        let letters = [(number / 26) % 26, number % 26].map(|at| char::from(b'A' + u8::try_from(at).unwrap_or(0)));
        let brin = format!("{:02}{}", 10 + number / 676, letters.iter().collect::<String>());
        let (domain, email) = (format!("school-{number}"), format!("anna-{number}@school.example"));
        self.read("/aanmelden").await?;
        let name = format!("School {number}");
        let fields = [
            ("school_name", name.as_str()),
            ("brin", &brin),
            ("domain", &domain),
            ("region", "midden"),
            ("name", "Anna Bakker"),
            ("email", &email),
            ("role", "superbeheerder"),
        ];
        self.press("/aanmelden", &fields).await?;
        let link = self.mailed(&email, "/aanmelden/bevestig/").await?;
        self.read(&link).await?;
        let led_to = self.press(&link, &[]).await?;
        if !led_to.starts_with("/school/") {
            return Err(format!("{link} led to {led_to}"));
        }
        Ok((led_to.split(['?', '#']).next().unwrap_or_default().to_owned(), brin))
    }

    /// The path of the link in the mail to an address.
    async fn mailed(&self, email: &str, start: &str) -> Result<String, String> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(path) = link(&self.world.sink, email, start) {
                return Ok(path);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("no mail to {email}"))
    }

    /// Reports steps, takes them back, and Numo asks.
    async fn go_round(&mut self, school: &str, brin: &str) -> Result<(), String> {
        for step in STEPS {
            self.read(school).await?;
            let step = format!("{school}/stap/{step}");
            if step.ends_with(STEPS[1]) {
                self.read(&step).await?;
                self.press(&format!("{step}/lukt-niet"), &[("reason", "Het menu is er niet, zegt onze ict'er.")])
                    .await?;
                self.read(school).await?;
            }
            self.read(&step).await?;
            self.press(&format!("{step}/gedaan"), &[]).await?;
            self.read(school).await?;
            self.read(&format!("{school}/collegas")).await?;
            self.read(&step).await?;
            self.press(&format!("{step}/toch-niet"), &[]).await?;
        }
        let key = format!("Bearer {}", self.world.key);
        let asked = Request::get(format!("/api/v1/import-gate/{brin}")).header("host", HOST);
        let asked = asked.header("authorization", key).body(Full::default()).map_err(|error| error.to_string())?;
        let verdict = self.world.balancer.pass(asked).await?;
        let text = String::from_utf8_lossy(verdict.body()).into_owned();
        if verdict.status() == 200 { Ok(()) } else { Err(format!("{brin}: {} {text}", verdict.status())) }
    }

    /// Goes on until the world is over; a new school every fifth time. Returns how often it went round, and what failed.
    async fn work(mut self) -> (usize, Vec<String>) {
        let (mut rounds, mut failed) = (0, vec![]);
        let mut school = None;
        while !self.world.is_over.load(Ordering::SeqCst) {
            let at = match school.take().filter(|_| rounds % 5 != 4) {
                Some(at) => at,
                None => match self.sign_up().await {
                    Ok(at) => at,
                    Err(error) => {
                        failed.push(error);
                        continue;
                    }
                },
            };
            failed.extend(self.go_round(&at.0, &at.1).await.err());
            school = Some(at);
            rounds += 1;
        }
        (rounds, failed)
    }
}

/// The heart of a page, short.
fn shown(html: &str) -> String {
    let text: String = Html::parse_document(html).root_element().text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

fn attribute(html: &str, selector: &str, name: &str) -> Option<String> {
    let selector = Selector::parse(selector).expect("a selector");
    let html = Html::parse_document(html);
    html.select(&selector).find_map(|element| element.value().attr(name)).map(str::to_owned)
}

fn link(sink: &Sink, email: &str, start: &str) -> Option<String> {
    let deliveries = sink.deliveries();
    let mail = deliveries.iter().find(|delivery| {
        let head = String::from_utf8_lossy(&delivery.bytes);
        head.lines().any(|line| line.starts_with("RCPT") && line.contains(email))
    })?;
    let parsed = MessageParser::default().parse(&mail.bytes)?;
    let text = parsed.body_text(0)?.into_owned();
    let (_, rest) = text.split_once(start)?;
    Some(format!("{start}{}", rest.split_whitespace().next()?))
}

/// Runs a command of a program, and returns what it printed.
fn run(program: &Path, at: &Installation, smtp: SocketAddr, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    at.prepare(&mut command, smtp);
    let output = command.args(arguments).stdout(Stdio::piped()).output().expect("the program starts");
    assert!(output.status.success(), "{arguments:?}: {}\n{}", output.status, at.last_words());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// An instance that listens where it did before.
async fn serve(program: &Path, at: &Installation, address: SocketAddr, smtp: SocketAddr) -> Process {
    let mut command = Command::new(program);
    at.prepare(&mut command, smtp);
    command.env("KOPPELKLAAR_FORMS_PER_CLIENT", "1000000").env("KOPPELKLAAR_FORMS_PER_ADDRESS", "1000000");
    let process = Process::spawn(command.args(["serve", "--listen", &address.to_string()]));
    until_ready(at, address).await;
    process
}

/// Upgrades instances of the program of the last release to this one, while schools work.
pub(crate) async fn upgrade(cluster: &Cluster, last: &Path) {
    let at = Installation::empty(Some(cluster)).await;
    let sink = Sink::new(Chance::os(), Duration::ZERO);
    let door = sink.open(0).await;
    let smtp = door.address;
    run(last, &at, smtp, &["migrate"]);
    let key = run(last, &at, smtp, &["api-key", "add", "--name", "numo"]);
    let key = key.split_whitespace().find(|word| word.starts_with("kk")).expect("it prints the key").to_owned();
    let mut instances = vec![];
    for _ in 0..INSTANCES {
        let address = free_address().await;
        instances.push((address, serve(last, &at, address, smtp).await));
    }
    let addresses: Vec<SocketAddr> = instances.iter().map(|(address, _)| *address).collect();
    let (balancer, looking) = Balancer::start(&addresses);
    let (number, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let world = World { balancer, sink, key, number, is_over };
    let working = join_all((0..SCHOOLS).map(|_| Contact::new(&world).work()));
    let upgrading = async {
        until_signed_up(&world, SCHOOLS).await;
        run(Path::new(NEW), &at, smtp, &["migrate"]);
        let mut upgraded = vec![];
        for (address, mut process) in instances {
            // Both releases serve beside one another for a while.
            let signed_up = world.number.load(Ordering::SeqCst);
            until_signed_up(&world, signed_up + SCHOOLS).await;
            // At a stop, 0.2.0 cuts what it has in hand.
            world.balancer.take_out(address).await;
            stop_at(&at, &mut process).await;
            upgraded.push(serve(Path::new(NEW), &at, address, smtp).await);
            world.balancer.put_back(address);
        }
        run(Path::new(NEW), &at, smtp, &["migrate"]);
        let signed_up = world.number.load(Ordering::SeqCst);
        until_signed_up(&world, signed_up + SCHOOLS).await;
        world.is_over.store(true, Ordering::SeqCst);
        upgraded
    };
    let (worked, upgraded) = futures_util::future::join(working, upgrading).await;
    drop(looking);
    let rounds: usize = worked.iter().map(|(rounds, _)| rounds).sum();
    let failed: Vec<&String> = worked.iter().flat_map(|(_, failed)| failed).collect();
    let schools = world.number.load(Ordering::SeqCst);
    say(&format!("{INSTANCES} instances upgraded: {schools} schools, {rounds} rounds, {} failed", failed.len()));
    assert!(failed.is_empty(), "{failed:#?}\n{}", at.last_words());
    run(Path::new(NEW), &at, smtp, &["audit", "verify"]);
    check_mails(Stage::open(at).await, upgraded, &world.sink).await;
}

async fn until_signed_up(world: &World, schools: usize) {
    let until = Instant::now() + PATIENCE;
    while world.number.load(Ordering::SeqCst) < schools {
        assert!(Instant::now() < until, "schools do not come on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Each mail went once.
async fn check_mails(stage: Stage, mut instances: Vec<Process>, sink: &Sink) {
    stage.all_done(&mut instances.iter_mut().collect::<Vec<_>>()).await;
    for mut process in instances {
        stop(&stage, &mut process).await;
    }
    let mails = stage.mails().await;
    assert!(mails.iter().all(|mail| [MailStatus::Sent, MailStatus::Skipped].contains(&mail.status)), "{mails:?}");
    let sent = mails.iter().filter(|mail| mail.status == MailStatus::Sent).count();
    let ids: Vec<String> = sink.deliveries().iter().map(|delivery| delivery.message_id.clone()).collect();
    assert_eq!(ids.len(), sent, "each mail is delivered once");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), sent, "none twice");
    stage.close().await;
}
