//! What a round of connection checks over 500 schools costs, half of them broken: time and peak memory on both databases,
//! beside a bare loop of the same HTTP and TLS libraries that makes the same calls to the same simulator, as many at once.
//!
//! The simulator, each round and the bare loop are processes of their own, so that time and memory are their own. There
//! is no pause between the schools here; the service itself keeps half a second behind one address.
//! `cargo bench --bench connection_checks`; `KOPPELKLAAR_BENCH_CHECKS` is how many schools.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::onboarding::{Command as Asked, Ground, Step};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::text::{EmailAddress, PersonName, Reason};
use koppelklaar::jobs;
use koppelklaar::magister::{Courtesy, Limits, Magister};
use koppelklaar::net::Reach;
use koppelklaar::services::Call;
use koppelklaar::services::checks::{self, Selection};
use koppelklaar::services::onboarding::credentials::NewVouch;
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::services::people::staff_accounts;
use koppelklaar::simulator::{SchoolScript, Script, Simulator, SimulatorConfig};
use koppelklaar::store;
use koppelklaar::store::checks::check_status_list::ConnectionFilter;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

#[path = "support/bare_magister.rs"]
mod bare_magister;
#[path = "support/memory.rs"]
mod memory;
#[path = "../tests/torture/schools.rs"]
mod schools;
#[path = "support/mod.rs"]
mod setting;
#[path = "../tests/torture/support.rs"]
mod support;

use setting::{Installation, Kind};
use support::{number, say};

/// How every second school is broken, in turn: all that does not take its time on purpose.
const BROKEN: [&str; 14] = [
    "wrong_password",
    "list_not_granted",
    "self_signed",
    "user_missing",
    "no_rows",
    "html",
    "unknown_host",
    "service_not_granted",
    "expired",
    "server_error",
    "old_columns",
    "other_host",
    "list_unknown",
    "redirect",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    match arguments[..] {
        ["simulator", folder] => runtime.block_on(simulate(Path::new(folder))),
        ["bare", authority, address] => runtime.block_on(bare_loop(&Published::read(authority, address))),
        ["round", authority, address, url, keys, mails] => {
            runtime.block_on(round(&Published::read(authority, address), url, keys, mails));
        }
        _ => runtime.block_on(measure()),
    }
}

fn how_many() -> u32 {
    u32::try_from(number("KOPPELKLAAR_BENCH_CHECKS").unwrap_or(500)).expect("a reasonable number")
}

async fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let simulator = Simulating::start(folder.path());
    let authority = folder.path().join("authority.pem");
    let published = [path(&authority), &simulator.address];
    let (bare_ms, bare_peak) = run("bare", &published);
    say("| | time, ms | beside the bare loop | peak memory, MB |");
    say("| --- | --- | --- | --- |");
    say(&format!("| bare loop | {bare_ms:.0} | 1 | {bare_peak:.0} |"));
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(mut installation) = Installation::new(kind).await else { continue };
        let app = installation.open().await;
        ask_for_all(&app).await;
        app.context.db.close().await;
        installation.settle();
        let mails = installation.folder.path().join("mail");
        let at = [&published[..], &[&installation.url, &installation.keys, path(&mails)]].concat();
        let (ms, peak) = run("round", &at);
        say(&format!("| {kind:?} | {ms:.0} | {:.2} | {peak:.0} |", ms / bare_ms));
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("plain signs")
}

/// Runs this program as another one, which says how many milliseconds it took and its peak memory in MB.
fn run(what: &str, arguments: &[&str]) -> (f64, f64) {
    let output = this_program().arg(what).args(arguments).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("it writes text");
    let mut numbers = text.split_whitespace().map(|word| word.parse().expect("a number"));
    (numbers.next().expect("the time"), numbers.next().expect("the memory"))
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().expect("this program"))
}

/// Says how long it took, and the peak memory.
fn report(began: Instant) {
    let text = format!("{} {}\n", began.elapsed().as_millis(), memory::peak_megabytes());
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).expect("somebody reads");
}

/// A simulator in a process of its own; ends when dropped.
struct Simulating {
    child: Child,
    address: String,
}

impl Simulating {
    fn start(folder: &Path) -> Self {
        let mut command = this_program();
        command.arg("simulator").arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says where it is");
        Self { child, address: line.trim().to_owned() }
    }
}

impl Drop for Simulating {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn preset_of(number: u32) -> &'static str {
    match number % 2 {
        0 => "right",
        _ => BROKEN[number as usize / 2 % BROKEN.len()],
    }
}

fn host_of(number: u32) -> String {
    format!("lyceum{number}.swp.nl")
}

async fn simulate(folder: &Path) {
    let school = |number| SchoolScript::preset(preset_of(number)).expect("it is in the list");
    let schools = (0..how_many()).map(|number| (format!("lyceum{number}"), school(number))).collect();
    let script = Script { schools, ..Script::default() };
    let config = SimulatorConfig { script, publish: Some(folder.to_owned()), ..SimulatorConfig::default() };
    let simulator = Simulator::start(config, Chance::os()).await.expect("loopback has free ports");
    let line = format!("{}\n", simulator.address());
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).expect("somebody reads");
    std::future::pending::<()>().await;
}

/// What a process must know of the simulator.
struct Published {
    authority: CertificateDer<'static>,
    address: SocketAddr,
}

impl Published {
    fn read(authority: &str, address: &str) -> Self {
        let authority = CertificateDer::from_pem_file(authority).expect("the simulator published it");
        Self { authority, address: address.parse().expect("an address") }
    }

    /// The hosts that exist.
    fn hosts() -> Vec<String> {
        (0..how_many()).filter(|number| preset_of(*number) != "unknown_host").map(host_of).collect()
    }
}

/// The same calls without anything around them.
async fn bare_loop(simulator: &Published) {
    let magister = bare_magister::Bare::new(simulator.authority.clone(), simulator.address);
    let began = Instant::now();
    let read = magister.visit_all(Published::hosts(), jobs::checks::AT_ONCE).await;
    report(began);
    assert!(read >= how_many() / 2, "the lists of half of the schools were read");
}

/// Schools with credentials, and a run over all of them that waits.
async fn ask_for_all(app: &App) {
    let (context, now) = (&app.context, app.clock.now());
    let email = EmailAddress::parse("eva@kurve.nl").expect("an address");
    let name = PersonName::parse("Eva Jansen").expect("a name");
    staff_accounts::add(context, now, email.clone(), name, StaffRole::Support).await.expect("a fresh account");
    let key = context.keys.email_key(&email.key_form());
    let account = store::people::staff::find_by_email(context.db.reader(), &key).await.expect("the database answers");
    let actor = Actor::Staff { id: account.expect("it was made").id, role: StaffRole::Support };
    let call = Call { actor, now, request_id: "bench".to_owned() };
    let mut made = vec![];
    let work = context.db.begin_write().await.expect("the database answers");
    for number in 0..how_many() {
        made.push(schools::insert_school(app, work.conn(), (number, 1), now).await);
    }
    work.commit().await.expect("the database answers");
    for (school, contacts) in made {
        let contact = Actor::Contact { id: contacts[0].id, roles: Roles::of(ContactRole::Superbeheerder) };
        let of_school = Call { actor: contact, now, request_id: "bench".to_owned() };
        let details = Asked::Claim { step: Step::DetailsSubmitted, ground: Ground::Word, credential_version: None };
        onboardings::act(context, &of_school, school, &details, None).await.expect("it is open");
        let ground = Reason::parse("Gebeld via het algemene nummer van de school.").expect("a reason");
        let vouch = Some(NewVouch { contact: contacts[0].id, ground });
        credentials::issue(context, &call, school, vouch, None).await.expect("the details are in");
    }
    let all = Selection::List(ConnectionFilter::All);
    checks::ask_many(context, &call, &all).await.expect("a colleague may");
}

/// The round, as the worker makes it.
async fn round(simulator: &Published, url: &str, keys: &str, mails: &str) {
    let app = setting::open(url, keys, mails).await;
    let courtesy = Courtesy { pause: Duration::ZERO, at_once: jobs::checks::AT_ONCE, ..Courtesy::default() };
    let limits = Limits { courtesy, ..Limits::default() };
    let (hosts, address) = (HashSet::<String>::from_iter(Published::hosts()), simulator.address);
    let names = Arc::new(move |host: &str| hosts.contains(host).then(|| vec![address]));
    let reach = Reach::loopback(names, simulator.authority.clone()).expect("a certificate");
    let app = App { magister: Magister::new(reach, limits, Chance::os()), ..app };
    let began = Instant::now();
    let made = jobs::checks::run_due(&app).await.expect("the database answers");
    report(began);
    assert_eq!(u32::try_from(made), Ok(how_many()), "every school was checked");
    let tally = checks::tally(&app.context).await.expect("the database answers");
    assert_eq!(tally.ended(Some(CheckCode::Ok)), u64::from(how_many()).div_ceil(2), "{tally:?}");
}
