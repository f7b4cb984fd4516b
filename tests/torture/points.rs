//! Kill points that are counted out: before each call that reaches the network or the disk, over the sending of a few
//! mails.

use std::collections::HashSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use koppelklaar::chance::Chance;

use super::fill::fill;
use super::kept::Kept;
use super::postgres::Cluster;
use super::sink::Sink;
use super::stage::{PATIENCE, Stage, stop};
use super::strace;
use super::support::say;
use super::verdict::judge;

/// Just before each of these: something is sent, an answer is read, the file is written, what was written is made to
/// last.
const CALLS: [&str; 5] = ["sendto", "recvfrom", "pwrite64", "fsync", "fdatasync"];

/// How many mails are sent, and how many of them to sign in.
const MAILS: u32 = 3;
const SIGN_INS: u32 = 1;

/// How many points are tried beside one another: most of the time they wait for a lease.
const AT_ONCE: u32 = 8;

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
    fill(&template.app, 0, MAILS, SIGN_INS).await;
    template.close().await;
    let first = 1 + Chance::os().below(choice.every);
    let of_calls =
        join_all(CALLS.map(|call| enumerate_call(strace, (&template, cluster), call, (first, choice)))).await;
    let (kills, doubles) = of_calls.iter().fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    say(&format!("kill points on {what}, from {first}, {choice:?}: {kills} kills, {doubles} doubles; {of_calls:?}"));
    // Between the final dot and the commit there are calls; where each one is tried, some must have hit.
    assert!(kills > 0 && (choice.every > 1 || doubles > 0), "the window was never hit");
}

/// How many kills there were, and how many mails came twice, before one kind of call.
async fn enumerate_call(
    strace: &Path,
    (template, cluster): (&Stage, Option<&Cluster>),
    call: &str,
    (first, choice): (u32, Choice),
) -> (usize, usize) {
    let (mut kills, mut doubles, mut tried, mut is_over) = (0, 0, 0, false);
    while tried < choice.at_most && !is_over {
        let numbers = (tried..choice.at_most.min(tried + AT_ONCE)).map(|each| first + each * choice.every);
        let runs = numbers.map(|number| kill_at(strace, template, cluster, (call, number)));
        for outcome in join_all(runs).await {
            kills += usize::from(outcome.is_some());
            doubles += outcome.unwrap_or_default();
            is_over |= outcome.is_none();
        }
        tried += AT_ONCE;
    }
    (kills, doubles)
}

/// Kills before the call with this number; `None` when it was never reached, else how many mails came twice.
async fn kill_at(
    strace: &Path,
    template: &Stage,
    cluster: Option<&Cluster>,
    (call, number): (&str, u32),
) -> Option<usize> {
    let stage = template.copy(cluster).await;
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
