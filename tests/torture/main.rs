//! The mails under torture, and runs for many: real processes, a real mail server on loopback, both databases; processes are killed at
//! any moment, databases restarted and disks filled, and afterwards every mail must have arrived, once.
//!
//! A duplicate is allowed in one window: the process died after the final dot and before its commit. It is then the
//! same to the byte, and marked. [`verdict`] says precisely what must hold.
//!
//! The short form runs with all other tests. The long form is `cargo test --test torture -- --ignored`; a run is
//! repeated with `KOPPELKLAAR_TORTURE_SEED`, as far as processes can be made to repeat anything.

mod backup;
mod balancer;
mod bulk;
mod fill;
mod followed;
mod kept;
mod last_release;
mod outage;
mod planning;
mod points;
mod rolling;
mod roster;
mod rounds;
mod schools;
mod sink;
mod stage;
mod strace;
mod support;
mod told;
mod upgrade;
mod verdict;

use futures_util::future::{join, join_all};
use points::{Choice, enumerate};
use rounds::{Run, torture};
use support::postgres::Cluster;

/// Rounds of the short form, of each run.
const SHORT: u32 = 25;

/// Rounds of the long form, of each run.
const LONG: u32 = 200;

/// The kill points of the short form: some of each kind of call, others each time.
const SOME: Choice = Choice { every: 8, at_most: 5 };

/// Those of the long form: no run has as many calls.
const EVERY: Choice = Choice { every: 1, at_most: 2000 };

fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(test);
}

/// All runs beside one another: most of their time they wait for leases of the dead.
fn kill_and_restart(rounds: u32) {
    let on_sqlite = torture(None, Run { instances: 1, rounds });
    let Some(cluster) = Cluster::start("") else { return block_on(on_sqlite) };
    let on_postgres = [1, 2, 4].map(|instances| torture(Some(&cluster), Run { instances, rounds }));
    block_on(async {
        join(on_sqlite, join_all(on_postgres)).await;
    });
}

fn kill_planners(rounds: u32) {
    let on_sqlite = planning::plan(None, rounds);
    let Some(cluster) = Cluster::start("") else { return block_on(on_sqlite) };
    block_on(async {
        join(on_sqlite, planning::plan(Some(&cluster), rounds)).await;
    });
}

fn kill_those_that_go_on(rounds: u32) {
    let on_sqlite = bulk::go_on(None, rounds);
    let Some(cluster) = Cluster::start("") else { return block_on(on_sqlite) };
    block_on(async {
        join(on_sqlite, bulk::go_on(Some(&cluster), rounds)).await;
    });
}

fn kill_at_points(choice: Choice) {
    let Some(strace) = strace::find() else { return };
    let on_sqlite = enumerate(strace, None, choice);
    let Some(cluster) = Cluster::start("") else { return block_on(on_sqlite) };
    block_on(async {
        join(on_sqlite, enumerate(strace, Some(&cluster), choice)).await;
    });
}

#[test]
fn mails_survive_kills_at_random_moments() {
    kill_and_restart(SHORT);
}

#[test]
#[ignore = "the long form: minutes"]
fn mails_survive_two_hundred_kills_of_each_run() {
    kill_and_restart(LONG);
}

#[test]
fn four_processes_that_plan_at_once_and_are_killed_remind_each_school_once() {
    kill_planners(4);
}

#[test]
#[ignore = "the long form: minutes"]
fn four_processes_that_plan_at_once_and_are_killed_often_remind_each_school_once() {
    kill_planners(40);
}

#[test]
#[ignore = "one of those processes; by itself it does nothing"]
fn a_process_that_plans() {
    block_on(planning::plan_as_process());
}

#[test]
fn three_processes_that_go_on_with_runs_and_are_killed_do_each_item_once() {
    kill_those_that_go_on(4);
}

#[test]
#[ignore = "the long form: minutes"]
fn three_processes_that_go_on_with_runs_and_are_killed_often_do_each_item_once() {
    kill_those_that_go_on(40);
}

#[test]
#[ignore = "one of those processes; by itself it does nothing"]
fn a_process_that_goes_on_with_runs() {
    block_on(bulk::work_as_process());
}

#[test]
fn mails_survive_a_kill_at_some_calls() {
    kill_at_points(SOME);
}

#[test]
#[ignore = "the long form: minutes"]
fn mails_survive_a_kill_at_every_call() {
    kill_at_points(EVERY);
}

#[test]
fn a_database_that_restarts_costs_no_mail_and_no_restart_of_ours() {
    if let Some(mut cluster) = Cluster::start("") {
        block_on(outage::restart_database(&mut cluster));
    }
}

#[test]
fn what_a_dead_process_had_in_hand_goes_as_soon_as_its_sqlite_file_is_served_again() {
    block_on(outage::die_with_mails_in_hand());
}

fn kill_backups(choice: Choice) {
    if let Some(strace) = strace::find() {
        block_on(backup::kill_backup(strace, choice));
        block_on(backup::kill_restore(strace, choice));
    }
}

#[test]
fn a_backup_and_a_restore_that_are_killed_leave_what_was_there_or_the_whole_of_the_new() {
    kill_backups(SOME);
}

#[test]
#[ignore = "the long form: minutes"]
fn a_backup_and_a_restore_that_are_killed_at_every_call_leave_what_was_there_or_the_whole_of_the_new() {
    kill_backups(EVERY);
}

#[test]
fn a_backup_and_a_restore_without_room_change_nothing() {
    if let Some(strace) = strace::find() {
        block_on(backup::fill_disk(strace));
    }
}

#[test]
fn a_disk_that_was_full_costs_no_mail() {
    if let Some(strace) = strace::find() {
        block_on(outage::fill_disk(strace));
    }
}

#[test]
#[ignore = "the long form: the first retry comes after a minute"]
fn a_mail_server_that_was_away_costs_no_mail() {
    block_on(outage::take_mail_server_away());
}

/// Restarts instances behind a balancer so many times each.
fn restart_under_load(rounds: u32) {
    if let Some(cluster) = Cluster::start("") {
        block_on(rolling::restart_one_after_another(&cluster, rounds));
    }
}

#[test]
fn instances_that_are_restarted_one_after_another_fail_no_request() {
    restart_under_load(1);
}

#[test]
#[ignore = "the long form: minutes"]
fn instances_that_are_restarted_one_after_another_again_and_again_fail_no_request() {
    restart_under_load(15);
}

#[test]
#[ignore = "the long form: builds the last release"]
fn instances_of_the_last_release_are_upgraded_one_after_another_and_fail_no_request() {
    if let Some(cluster) = Cluster::start("") {
        block_on(upgrade::upgrade(&cluster, &last_release::build()));
    }
}
