//! Rounds of `kill -9` at moments that a seed draws, and a restart after each.

use std::collections::HashSet;
use std::time::Duration;

use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::domain::connection::ConnectionDetails;
use koppelklaar::domain::text::SchoolName;
use koppelklaar::store::onboarding::connections;

use super::fill::fill;
use super::kept::Kept;
use super::schools::brin;
use super::sink::{Door, LifeId, Sink};
use super::stage::{Stage, stop};
use super::support::postgres::Cluster;
use super::support::{number, say};
use super::verdict::judge;

/// How many mails are due.
const MAILS: u32 = 1000;

/// How many of them are to sign in, beside.
const SIGN_INS: u32 = 25;

/// The longest that a process lives while nothing happens: every mail may be leased by one that died.
const IDLE: Duration = Duration::from_secs(2);

/// What to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// How many processes serve at once.
    pub(crate) instances: usize,
    /// How many times one of them is killed.
    pub(crate) rounds: u32,
}

/// A process with its door to the mail server.
struct Life {
    id: LifeId,
    process: Kept,
    door: Door,
}

impl Life {
    async fn begin(stage: &Stage, sink: &Sink, id: LifeId) -> Self {
        let door = sink.open(id).await;
        let process = Kept::spawn(&mut stage.serve(door.address));
        Self { id, process, door }
    }
}

/// Kills and restarts until the rounds are over, waits until all is sent, and judges.
pub(crate) async fn torture(cluster: Option<&Cluster>, run: Run) {
    let what = if cluster.is_some() { "PostgreSQL" } else { "SQLite" };
    let seed = number("KOPPELKLAAR_TORTURE_SEED").unwrap_or_else(|| u64::from(Chance::os().below(u32::MAX)));
    say(&format!("torture on {what}, {run:?}: KOPPELKLAAR_TORTURE_SEED={seed}"));
    let chance = Chance::seeded(seed);
    let stage = Stage::new(cluster).await;
    let sink = Sink::new(chance.clone(), Duration::from_millis(60));
    let mut batches = 1;
    fill(&stage.app, 0, MAILS, SIGN_INS).await;
    let mut lives = vec![];
    for id in 0..run.instances {
        lives.push(Life::begin(&stage, &sink, id).await);
    }
    let mut killed = HashSet::new();
    for round in 0..run.rounds {
        let at = usize::try_from(chance.below(u32::try_from(run.instances).expect("few"))).expect("few");
        wait_for_the_moment(&chance, &lives[at].door).await;
        lives[at].process.kill();
        killed.insert(lives[at].id);
        // Whoever is left, and whoever comes, would write another text now.
        rename_schools(&stage.app, round).await;
        if sink.deliveries().len() + 100 > (batches * (MAILS + SIGN_INS)) as usize {
            fill(&stage.app, batches, MAILS, SIGN_INS).await;
            batches += 1;
        }
        let next = run.instances + usize::try_from(round).expect("few");
        lives[at] = Life::begin(&stage, &sink, next).await;
    }
    let mut processes: Vec<_> = lives.iter_mut().map(|life| &mut life.process).collect();
    stage.all_done(&mut processes).await;
    for process in processes {
        stop(&stage, process).await;
    }
    let figures = judge(&stage, &sink, &killed).await;
    say(&format!("torture on {what}, {run:?}: {figures}"));
}

/// Most moments are so many events at the mail server after the start and a moment more; some are during the start.
async fn wait_for_the_moment(chance: &Chance, door: &Door) {
    if chance.below(8) == 0 {
        tokio::time::sleep(Duration::from_millis(chance.below(400).into())).await;
        return;
    }
    let events = chance.below(60);
    // Nothing happens where all mails are leased; then it is a kill at rest.
    let _ = tokio::time::timeout(IDLE, door.saw(events)).await;
    std::thread::sleep(Duration::from_micros(chance.below(3000).into()));
}

/// Gives some schools another name: a mail that was handed over before must keep the old one.
async fn rename_schools(app: &App, round: u32) {
    let work = app.context.db.begin_write().await.expect("the database answers");
    let conn = work.conn();
    let name = SchoolName::parse(&format!("Lyceum Ronde {round}")).expect("a name");
    for number in 0..10 {
        let found = koppelklaar::store::onboarding::schools::find_by_brin(conn, &brin(number))
            .await
            .expect("the store answers");
        let school = found.expect("it was made before");
        let connection = connections::load(conn, school.connection).await.expect("it was made before");
        let details = ConnectionDetails { name: name.clone(), ..connection.details };
        connections::save_details(conn, connection.id, &details, app.clock.now()).await.expect("the store answers");
    }
    work.commit().await.expect("the database answers");
}
