//! Planning under torture: four real processes plan the same due schools at once and are killed at any moment; in the
//! end each person has one mail, and each school one reminder.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, Utc};
use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::domain::ids::ContactId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::jobs::{self, Job};
use koppelklaar::store::reminders;

use super::kept::Kept;
use super::schools::insert_school;
use super::stage::{self, PATIENCE, Stage};
use super::support::postgres::Cluster;
use super::support::switch::switch;
use super::support::{number, say};

/// Whoever finds this in its environment is to plan.
const PLANS: &str = "KOPPELKLAAR_TORTURE_PLANS";

/// The test that does so.
const PLANNER: &str = "a_process_that_plans";

/// Some rounds of planning.
const SCHOOLS: u32 = 1200;

const PEOPLE: u32 = 2;

const INSTANCES: usize = 4;

/// Half past ten on a Tuesday in the Netherlands, when the third working day is past.
fn moment() -> DateTime<Utc> {
    at("2026-11-24T09:30:00Z")
}

fn at(moment: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(moment).expect("a moment").to_utc()
}

/// Is one of the processes, where it is started as one: plans until nothing is due.
pub(crate) async fn plan_as_process() {
    if switch(PLANS).is_none() {
        return;
    }
    let app = stage::open_from_environment().await;
    // Who came second too often comes again at the next tick.
    while !matches!(jobs::run(&app, Job::PlanReminders, moment()).await, Ok(0)) {}
}

/// Kills planners for some rounds, lets the last ones end, and judges.
pub(crate) async fn plan(cluster: Option<&Cluster>, rounds: u32) {
    let what = if cluster.is_some() { "PostgreSQL" } else { "SQLite" };
    let seed = number("KOPPELKLAAR_TORTURE_SEED").unwrap_or_else(|| u64::from(Chance::os().below(u32::MAX)));
    say(&format!("planning on {what}: KOPPELKLAAR_TORTURE_SEED={seed}"));
    let chance = Chance::seeded(seed);
    let stage = Stage::new(cluster).await;
    let people = make_schools(&stage.app).await;
    let mut planned = vec![];
    for _ in 0..rounds {
        let mut processes: Vec<Kept> = (0..INSTANCES).map(|_| Kept::spawn(&mut planner(&stage))).collect();
        for process in &mut processes {
            tokio::time::sleep(Duration::from_millis(chance.below(1500).into())).await;
            process.kill();
        }
        planned.push(stage.mails().await.len());
    }
    let mut processes: Vec<Kept> = (0..INSTANCES).map(|_| Kept::spawn(&mut planner(&stage))).collect();
    for process in &mut processes {
        let until = tokio::time::Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = process.ended() {
                break status;
            }
            assert!(tokio::time::Instant::now() < until, "it plans for ever:\n{}", stage.last_words());
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert!(status.success(), "{status}:\n{}", stage.last_words());
    }
    judge(&stage, &people).await;
    say(&format!("planning on {what}: {} mails, after each kill of {INSTANCES}: {planned:?}", people.len()));
}

async fn judge(stage: &Stage, people: &BTreeSet<ContactId>) {
    let mails = stage.mails().await;
    assert!(mails.iter().all(|mail| mail.kind == MailKind::Reminder));
    let reminded: BTreeSet<ContactId> = mails.iter().filter_map(|mail| mail.contact).collect();
    assert_eq!(mails.len(), reminded.len(), "somebody has two mails");
    assert_eq!(reminded.len(), people.len(), "somebody has none");
    let conn = stage.app.context.db.reader();
    let schools: BTreeSet<_> = mails.iter().filter_map(|mail| mail.connection).collect();
    assert_eq!(schools.len(), SCHOOLS as usize);
    for school in schools {
        let sent = reminders::list_sent(conn, school).await.expect("the store answers");
        let steps: BTreeSet<_> = sent.iter().map(|sent| sent.step).collect();
        assert_eq!(sent.len(), steps.len(), "a step was reminded of twice");
    }
    let due = reminders::list_needing_attention(conn, moment(), None, 10).await.expect("the store answers");
    assert_eq!(due.schools, []);
}

async fn make_schools(app: &App) -> BTreeSet<ContactId> {
    let began = at("2026-11-18T09:00:00Z");
    let work = app.context.db.begin_write().await.expect("the database answers");
    let mut people = BTreeSet::new();
    for number in 0..SCHOOLS {
        let (_, contacts) = insert_school(app, work.conn(), (number, PEOPLE), began).await;
        people.extend(contacts.into_iter().map(|contact| contact.id));
    }
    work.commit().await.expect("the database answers");
    people
}

/// This program, as a process that plans.
fn planner(stage: &Stage) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    stage.prepare(&mut command, ([127, 0, 0, 1], 9).into());
    command.env(PLANS, "1").args([PLANNER, "--exact", "--include-ignored"]);
    command
}
