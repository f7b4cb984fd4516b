//! What goes away and comes back while a process serves: the database, the disk's room, the mail server. The process
//! goes on by itself, and nothing is lost or sent twice.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::chance::Chance;
use koppelklaar::domain::ids::LeaseId;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::mail::outbox::lease;

use super::fill::fill;
use super::kept::Kept;
use super::sink::Sink;
use super::stage::{Stage, stop};
use super::strace;
use super::support::postgres::Cluster;
use super::support::say;
use super::verdict::judge;

const MAILS: u32 = 200;
const SIGN_INS: u32 = 10;

/// Restarts the database twice while mails are sent: once as a crash does, once as an operator does.
pub(crate) async fn restart_database(cluster: &mut Cluster) {
    let stage = Stage::new(Some(cluster)).await;
    let sink = Sink::new(Chance::os(), Duration::from_millis(60));
    fill(&stage.app, 0, MAILS, SIGN_INS).await;
    let door = sink.open(0).await;
    let mut process = Kept::spawn(&mut stage.serve(door.address));

    door.saw(150).await;
    cluster.pg_ctl("restart -m immediate");
    let so_far = sink.deliveries().len();
    door.saw(600).await;
    cluster.pg_ctl("restart -m fast");

    stage.all_done(&mut [&mut process]).await;
    stop(&stage, &mut process).await;
    let figures = judge(&stage, &sink, &HashSet::new()).await;
    say(&format!("PostgreSQL restarted after {so_far} mails and again: {figures}"));
    stage.close().await;
}

/// Lets a process die that had mails in hand, as far as the database tells, for as long as a lease can be.
pub(crate) async fn die_with_mails_in_hand() {
    let stage = Stage::new(None).await;
    let sink = Sink::new(Chance::os(), Duration::ZERO);
    fill(&stage.app, 0, 3, 0).await;
    let now = stage.app.clock.now();
    let id = LeaseId::from_uuid(stage.app.context.chance.uuid_v7(now));
    let until = now + TimeDelta::seconds(85);
    let leased = lease::acquire(&stage.app.context.db, id, LeaseTerm { now, until }, 2).await;
    assert_eq!(leased.expect("the database answers").mails.len(), 2);
    let door = sink.open(0).await;
    let mut process = Kept::spawn(&mut stage.serve(door.address));

    stage.all_done(&mut [&mut process]).await;
    assert!(stage.app.clock.now() < until, "what the dead had in hand waited for its lease");
    stop(&stage, &mut process).await;
    judge(&stage, &sink, &HashSet::new()).await;
    stage.close().await;
}

/// Lets writes to the disk fail for want of room.
pub(crate) async fn fill_disk(strace: &Path) {
    let stage = Stage::new(None).await;
    let sink = Sink::new(Chance::os(), Duration::from_millis(20));
    fill(&stage.app, 0, MAILS, SIGN_INS).await;
    let door = sink.open(0).await;
    let notes = tempfile::NamedTempFile::new().expect("a temporary file");
    // Counted per thread, and a connection is a thread: whoever opens another one finds room again.
    let inject = "pwrite64:error=ENOSPC:when=300..330";
    let mut process = Kept::spawn(&mut strace::serve(strace, &stage, door.address, inject, notes.path()));

    stage.all_done(&mut [&mut process]).await;
    stop(&stage, &mut process).await;
    let refused = std::fs::read_to_string(notes.path()).expect("the tracer wrote").matches("(INJECTED)").count();
    let figures = judge(&stage, &sink, &HashSet::new()).await;
    assert!(refused > 0, "the disk was never full");
    say(&format!("disk full for {refused} writes: {figures}"));
}

/// Takes the mail server away until a mail could not go, and brings it back.
pub(crate) async fn take_mail_server_away() {
    let stage = Stage::new(None).await;
    let sink = Sink::new(Chance::os(), Duration::ZERO);
    fill(&stage.app, 0, MAILS, SIGN_INS).await;
    let address = sink.open(0).await.address;
    let mut process = Kept::spawn(&mut stage.serve(address));

    stage.until("no mail was tried", |mails| mails.iter().any(|mail| mail.last_error.is_some())).await;
    let _door = sink.open_at(address, 0).await;

    stage.all_done(&mut [&mut process]).await;
    stop(&stage, &mut process).await;
    let figures = judge(&stage, &sink, &HashSet::new()).await;
    say(&format!("mail server away and back: {figures}"));
}
