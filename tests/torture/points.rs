//! Kill points that are counted out: before each call that reaches the network or the disk, from the start of a process
//! over the sending of a few mails to its end: some 125 kills on SQLite and 650 on PostgreSQL, a quarter of an hour on
//! two cores. Waiting for the leases of the dead would take longer; that those end is for [`super::rounds`] to show, and
//! here they are ended by hand.

use std::collections::{BTreeMap, HashSet};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use koppelklaar::chance::Chance;
use koppelklaar::services::mail::dispatch;

use super::fill::fill;
use super::kept::Kept;
use super::sink::Sink;
use super::stage::{PATIENCE, Stage, stop};
use super::strace;
use super::support::postgres::Cluster;
use super::support::say;
use super::verdict::judge;

/// Just before each of these: something is sent, an answer is read, the file is written, what was written is made to
/// last.
const CALLS: [&str; 5] = ["sendto", "recvfrom", "pwrite64", "fsync", "fdatasync"];

/// How many mails are sent, and how many of them to sign in.
const MAILS: u32 = 3;
const SIGN_INS: u32 = 1;

/// How many points are tried beside one another on each database. With more of these traced processes on two cores none
/// of them gets anywhere.
const AT_ONCE: usize = 8;

/// Which points are tried: every so many, up to so many of each kind of call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) every: u32,
    pub(crate) at_most: u32,
}

/// Kills at each chosen point until the run ends without a kill, and restarts.
pub(crate) async fn enumerate(strace: &Path, cluster: Option<&Cluster>, choice: Choice) {
    let what = if cluster.is_some() { "PostgreSQL" } else { "SQLite" };
    let template = Stage::new(cluster).await;
    template.close().await;
    let first = 1 + Chance::os().below(choice.every);
    let tried = Tried::default();
    let points = (0..choice.at_most).flat_map(|turn| CALLS.map(|call| (call, first + turn * choice.every)));
    let runs = points.map(|point| tried.kill_at(strace, (&template, cluster), point));
    stream::iter(runs).buffer_unordered(AT_ONCE).collect::<()>().await;
    let of_calls = tried.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (kills, doubles) = of_calls.values().fold((0, 0), |sum, of| (sum.0 + of.kills, sum.1 + of.doubles));
    say(&format!("kill points on {what}, from {first}, {choice:?}: {kills} kills, {doubles} doubles; {of_calls:?}"));
    // Between the final dot and the commit there are calls; where each one is tried, some must have hit.
    assert!(kills > 0 && (choice.every > 1 || doubles > 0), "the window was never hit");
}

/// What came of the points of each kind of call.
#[derive(Debug, Default)]
struct Tried(Mutex<BTreeMap<&'static str, OfCall>>);

/// What came of the points of one kind of call.
#[derive(Debug, Clone, Copy, Default)]
struct OfCall {
    kills: usize,
    /// Mails that came twice.
    doubles: usize,
    /// Whether a run ended before it came to its point: no run comes to a later one.
    is_over: bool,
}

impl Tried {
    async fn kill_at(
        &self,
        strace: &Path,
        (template, cluster): (&Stage, Option<&Cluster>),
        point: (&'static str, u32),
    ) {
        if self.of(point.0, |of| of.is_over) {
            return;
        }
        let outcome = kill_at(strace, template, cluster, point).await;
        self.of(point.0, |of| match outcome {
            Some(doubles) => {
                of.kills += 1;
                of.doubles += doubles;
            }
            None => of.is_over = true,
        });
    }

    fn of<T>(&self, call: &'static str, what: impl FnOnce(&mut OfCall) -> T) -> T {
        what(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(call).or_default())
    }
}

/// Kills before the call with this number; `None` when it was never reached, else how many mails came twice.
async fn kill_at(
    strace: &Path,
    template: &Stage,
    cluster: Option<&Cluster>,
    (call, number): (&str, u32),
) -> Option<usize> {
    let stage = template.copy(cluster).await;
    // Not in the template: a link to sign in lives for minutes, and all points together take longer.
    fill(&stage.app, 0, MAILS, SIGN_INS).await;
    let sink = Sink::new(Chance::os(), Duration::ZERO);
    let door = sink.open(0).await;
    let inject = format!("{call}:signal=KILL:when={number}");
    let mut process = Kept::spawn(&mut strace::serve(strace, &stage, door.address, &inject, Path::new("/dev/null")));
    let was_killed = run_to_its_end(&stage, &mut process).await;
    let mut killed = HashSet::new();
    if was_killed {
        killed.insert(0);
    }
    if !stage.is_all_done().await {
        let freed = dispatch::release_leases_of_the_dead(&stage.app.context).await;
        freed.expect("the database answers");
        let door = sink.open(1).await;
        let mut process = Kept::spawn(&mut stage.serve(door.address));
        stage.all_done(&mut [&mut process]).await;
        stop(&stage, &mut process).await;
    }
    let figures = judge(&stage, &sink, &killed).await;
    stage.close().await;
    was_killed.then_some(figures.doubles)
}

/// Waits until the process is killed, or has sent all and stopped when it was asked to; whether it was killed.
async fn run_to_its_end(stage: &Stage, process: &mut Kept) -> bool {
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut is_asked = false;
    loop {
        if let Some(status) = process.ended() {
            let is_as_asked = is_asked && status.success();
            assert!(status.signal() == Some(9) || is_as_asked, "{status}\n{}", stage.last_words());
            return status.signal() == Some(9);
        }
        if !is_asked && stage.is_all_done().await {
            is_asked = true;
            process.ask_to_stop();
        }
        assert!(tokio::time::Instant::now() < until, "neither killed nor done:\n{}", stage.last_words());
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
