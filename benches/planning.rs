//! What a planning round costs at 100,000 schools, of which 1% are due, and of which none are: time and peak memory.
//!
//! Each round runs in a process of its own, so that its memory is its own. `cargo bench --bench planning`;
//! `KOPPELKLAAR_BENCH_SCHOOLS` is how many schools.

use std::process::Command;
use std::time::Instant;

use chrono::{DateTime, Utc};
use koppelklaar::app::App;
use koppelklaar::domain::ids::ConnectionId;
use koppelklaar::jobs::{self, Job};
use koppelklaar::store::onboarding::bulk::{self, WholeConnection};
use koppelklaar::store::reminders::{self, Attention};

#[path = "support/memory.rs"]
mod memory;
#[expect(dead_code, reason = "this one stores many at a time")]
#[path = "../tests/torture/schools.rs"]
mod schools;
#[path = "support/mod.rs"]
mod setting;
#[path = "../tests/torture/support.rs"]
mod support;

use setting::{Installation, Kind};
use support::{number, say};

/// The argument with which this program does the round.
const ARGUMENT: &str = "round";

/// How many schools are made in one transaction.
const CHUNK: u32 = 500;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    match &arguments[..] {
        [first, url, keys, mails] if first == ARGUMENT => runtime.block_on(round(url, keys, mails)),
        _ => runtime.block_on(measure()),
    }
}

async fn measure() {
    let schools = u32::try_from(number("KOPPELKLAAR_BENCH_SCHOOLS").unwrap_or(100_000)).expect("a reasonable number");
    say("| database | due schools | reminder mails | time, ms | peak memory, MB |");
    say("| --- | --- | --- | --- | --- |");
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(mut installation) = Installation::new(kind).await else { continue };
        let mut ids = vec![];
        for due in [0, (schools / 100) as usize] {
            let app = installation.open().await;
            if ids.is_empty() {
                ids = make_schools(&app, schools).await;
            }
            make_due(&app, ids.iter().take(due)).await;
            app.context.db.close().await;
            installation.settle();
            let mails = installation.folder.path().join("mail");
            let program = std::env::current_exe().expect("this program");
            let mut command = Command::new(program);
            command.args([ARGUMENT, &installation.url, &installation.keys]).arg(mails);
            let output = command.output().expect("it starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let cells = String::from_utf8(output.stdout).expect("it writes text");
            say(&format!("| {kind:?} | {due} of {schools} | {} |", cells.trim()));
        }
    }
}

/// The moment of the round: half past ten on a Tuesday in the Netherlands.
fn moment() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-24T09:30:00Z").expect("a moment").to_utc()
}

/// Schools that began four working days before and need nobody's attention yet.
async fn make_schools(app: &App, schools: u32) -> Vec<ConnectionId> {
    let mut ids = vec![];
    let began = DateTime::parse_from_rfc3339("2026-11-18T09:00:00Z").expect("a moment").to_utc();
    for chunk in 0..schools.div_ceil(CHUNK) {
        let work = app.context.db.begin_write().await.expect("the database answers");
        let later = Some(moment() + chrono::Duration::days(20));
        let attention = Attention { next_at: later, no_answer_since: None };
        let numbers = chunk * CHUNK..schools.min((chunk + 1) * CHUNK);
        // Each row is written once: what is moved leaves a dead entry, over which the first round after it walks.
        let whole = |number| WholeConnection { attention, ..schools::make_school(app, (number, 1), began) };
        let made: Vec<WholeConnection> = numbers.map(whole).collect();
        bulk::insert_all(work.conn(), &made, began).await.expect("fresh schools");
        ids.extend(made.iter().map(|whole| whole.connection.id));
        work.commit().await.expect("the database answers");
    }
    ids
}

/// Says of schools that they need attention now.
async fn make_due(app: &App, ids: impl Iterator<Item = &ConnectionId>) {
    let work = app.context.db.begin_write().await.expect("the database answers");
    // As if by somebody who looked later than anybody was to look.
    let looked_at = moment() + chrono::Duration::days(31);
    let attention = Attention { next_at: Some(moment()), no_answer_since: None };
    for id in ids {
        let due = reminders::save_attention(work.conn(), *id, 1, looked_at, attention).await;
        due.expect("the database answers");
    }
    work.commit().await.expect("the database answers");
}

/// One planning round, as often as the timer would tick until nothing is due.
async fn round(url: &str, keys: &str, mails: &str) {
    let app = setting::open(url, keys, mails).await;
    let start = Instant::now();
    let mut planned = 0;
    loop {
        let more = jobs::run(&app, Job::PlanReminders, moment()).await.expect("the round succeeds");
        planned += more;
        if more == 0 {
            break;
        }
    }
    let took = start.elapsed().as_millis();
    let peak = memory::peak_megabytes();
    let mut out = std::io::stdout();
    std::io::Write::write_all(&mut out, format!("{planned} | {took} | {peak}\n").as_bytes()).expect("read");
}
