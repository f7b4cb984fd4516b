//! One submit for many under torture: three real processes go on with the same runs and are killed at any moment; in the
//! end each school was issued to once, and each item says so.

use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::clock::Clock;
use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::bulk::{BulkKind, BulkOutcome, BulkWork};
use koppelklaar::domain::ids::{BulkRunId, ConnectionId};
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::onboarding::{Command as Wish, Ground, Step};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::text::{EmailAddress, PersonName, Reason};
use koppelklaar::jobs;
use koppelklaar::services::Call;
use koppelklaar::services::bulk::{self, Chosen, Selection};
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::services::people::staff_accounts;
use koppelklaar::store::operations::bulk_items::Which;
use koppelklaar::store::people::staff;
use tokio_util::sync::CancellationToken;

use super::followed::Follower;
use super::kept::Kept;
use super::roster;
use super::schools::insert_school;
use super::stage::{self, PATIENCE, Stage};
use super::support::postgres::Cluster;
use super::support::switch::switch;
use super::support::{number, say};
use super::told::{self, Told};

/// Whoever finds this in its environment is to go on with runs; it says at which moment.
const WORKS: &str = "KOPPELKLAAR_TORTURE_BULK";

/// The test that does so.
const WORKER: &str = "a_process_that_goes_on_with_runs";

const SCHOOLS: u32 = 120;

/// How many schools each run is about.
const EACH: usize = 40;

const INSTANCES: usize = 3;

/// Longer than a process has a run to itself.
const AFTER_THE_LEASE: TimeDelta = TimeDelta::seconds(31);

fn moment() -> DateTime<Utc> {
    at("2026-11-24T09:30:00Z")
}

fn at(moment: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(moment).expect("a moment").to_utc()
}

/// Is one of the processes, where it is started as one: goes on until nothing waits.
pub(crate) async fn work_as_process() {
    let Some(now) = switch(WORKS) else { return };
    let app = stage::open_from_environment().await;
    let app = App { clock: Clock::fixed(at(&now)), ..app };
    // Of two that were after the same row the second may have come in vain.
    let is_over = CancellationToken::new();
    let go_on = async {
        while jobs::bulk::run_due(&app).await.is_err() {}
        is_over.cancel();
    };
    tokio::join!(go_on, told::send_until(&app, &is_over));
}

/// Kills workers for some rounds, lets the last ones end, and judges.
pub(crate) async fn go_on(cluster: Option<&Cluster>, rounds: u32) {
    let what = if cluster.is_some() { "PostgreSQL" } else { "SQLite" };
    let seed = number("KOPPELKLAAR_TORTURE_SEED").unwrap_or_else(|| u64::from(Chance::os().below(u32::MAX)));
    say(&format!("runs for many on {what}: KOPPELKLAAR_TORTURE_SEED={seed}"));
    let chance = Chance::seeded(seed);
    let stage = Stage::new(cluster).await;
    let kurve = kurve(&stage.app).await;
    let runs = begin(&stage.app, &kurve).await;
    let list = roster::begin(&stage.app, &kurve).await;
    let follower = Follower::begin(&stage.app);
    let told = Told::begin(&stage, &chance, moment()).await;
    let worker = |now| {
        let mut command = worker(&stage, now);
        told.prepare(&stage, &mut command);
        command
    };
    let (mut now, mut done) = (moment(), vec![]);
    for _ in 0..rounds {
        let mut processes: Vec<Kept> = (0..INSTANCES).map(|_| Kept::spawn(&mut worker(now))).collect();
        for process in &mut processes {
            tokio::time::sleep(Duration::from_millis(chance.below(900).into())).await;
            process.kill();
        }
        now += AFTER_THE_LEASE;
        done.push(count_done(&stage.app, &runs).await);
    }
    let mut processes: Vec<Kept> = (0..INSTANCES).map(|_| Kept::spawn(&mut worker(now))).collect();
    for process in &mut processes {
        let until = tokio::time::Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = process.ended() {
                break status;
            }
            assert!(tokio::time::Instant::now() < until, "it goes on for ever:\n{}", stage.last_words());
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert!(status.success(), "{status}:\n{}", stage.last_words());
    }
    judge(&stage, &runs).await;
    roster::judge(&stage, list).await;
    let events = follower.judge(&stage.app).await;
    let messages = told.judge(&stage.app, now).await;
    assert!(events > 0, "schools were taken in");
    say(&format!(
        "runs for many on {what}: {SCHOOLS} items, after each kill of {INSTANCES}: {done:?}; {events} events followed; {messages}"
    ));
}

async fn count_done(app: &App, runs: &[BulkRunId]) -> u32 {
    let mut done = 0;
    for run in runs {
        done += bulk::find(&app.context, *run).await.expect("it is there").done;
    }
    done
}

async fn judge(stage: &Stage, runs: &[BulkRunId]) {
    let context = &stage.app.context;
    let mut mails = stage.mails().await;
    mails.retain(|mail| mail.kind == MailKind::CredentialsReady);
    let mut issued = 0;
    for run in runs {
        let known = bulk::find(context, *run).await.expect("it is there");
        assert!(known.finished_at.is_some() && known.done == known.total, "{known:?}");
        let page = bulk::list_items(context, *run, Which::All, 0).await.expect("the store answers");
        assert_eq!(page.rows.len(), EACH);
        for item in page.rows {
            let connection = item.connection.expect("it is about one");
            let version = credentials::find_issued(context, connection).await.expect("the store answers");
            let told = mails.iter().filter(|mail| mail.connection == Some(connection)).count();
            let outcome = item.result.expect("it is over").outcome;
            match outcome {
                BulkOutcome::Done => {
                    issued += 1;
                    assert_eq!((version.map(|issued| issued.version), told), (Some(1), 1), "{}", item.label);
                }
                // Three processes in a row were killed at it.
                BulkOutcome::Failed => assert_eq!((item.tries, version, told), (3, None, 0), "{}", item.label),
                other => panic!("{}: {other:?}", item.label),
            }
        }
    }
    assert!(issued + 5 > SCHOOLS, "{issued}");
}

/// Runs over schools whose details are in.
async fn begin(app: &App, kurve: &Call) -> Vec<BulkRunId> {
    let context = &app.context;
    let work = context.db.begin_write().await.expect("the database answers");
    let mut made: Vec<(ConnectionId, Actor)> = vec![];
    for number in 0..SCHOOLS {
        let (connection, contacts) = insert_school(app, work.conn(), (number, 1), moment()).await;
        made.push((connection, Actor::Contact { id: contacts[0].id, roles: Roles::of(ContactRole::Superbeheerder) }));
    }
    work.commit().await.expect("the database answers");
    let details = Wish::Claim { step: Step::DetailsSubmitted, ground: Ground::Word, credential_version: None };
    for (connection, contact) in &made {
        onboardings::act(context, &call_of(*contact), *connection, &details, None).await.expect("it is open");
    }
    let ground = Reason::parse("Al bekend bij Kurve.").expect("a reason");
    let mut runs = vec![];
    for part in made.chunks(EACH) {
        let rows = part.iter().map(|(connection, _)| Chosen { connection: *connection, school: None }).collect();
        let run = bulk::put_together(context, kurve, BulkKind::VouchAndIssue, &Selection::Rows(rows)).await;
        let run = run.expect("a colleague may");
        let begun = bulk::begin(context, kurve, run, &BulkWork::VouchAndIssue { ground: ground.clone() }).await;
        assert!(begun.expect("it is theirs"));
        runs.push(run);
    }
    runs
}

fn call_of(actor: Actor) -> Call {
    Call { actor, now: moment(), request_id: "torture".to_owned() }
}

/// A colleague who asks for runs.
async fn kurve(app: &App) -> Call {
    let context = &app.context;
    let email = EmailAddress::parse("eva@kurve.nl").expect("an address");
    let name = PersonName::parse("Eva Jansen").expect("a name");
    staff_accounts::add(context, moment(), email.clone(), name, StaffRole::Support).await.expect("a new account");
    let key = context.keys.email_key(&email.key_form());
    let eva = staff::find_by_email(context.db.reader(), &key).await.expect("the store answers").expect("just made");
    call_of(Actor::Staff { id: eva.id, role: eva.role })
}

/// This program, as a process that goes on with runs.
fn worker(stage: &Stage, now: DateTime<Utc>) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    stage.prepare(&mut command, ([127, 0, 0, 1], 9).into());
    command.env(WORKS, now.to_rfc3339()).args([WORKER, "--exact", "--include-ignored"]);
    command
}
