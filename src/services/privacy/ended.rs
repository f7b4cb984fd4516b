//! What goes by itself: all that is personal of a connection, a term after the last of its schools ended.
//!
//! A school that stopped, or went elsewhere, ended then. One that is done may import again each year, and its people are told
//! when its connection fails: so its term counts from the last check that passed, and one whose checks pass never goes. Of
//! what nobody saw work for a whole term Koppelklaar cannot say that it may import: it is stopped first, by the rules and with
//! the mails of any stop, and goes once those went.
//!
//! Kurve is told a week before, and can keep one for another term ([`super::leaving`]). What goes is in
//! `store::privacy::clearing`.

use chrono::{DateTime, Utc};

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Command, Event, Onboarding};
use crate::domain::retention::Kept;
use crate::domain::text::{EmailAddress, Reason};
use crate::services::mail::dispatch::Mailer;
use crate::services::onboarding::{access, onboardings as onboarding_services};
use crate::services::operations::replay::again;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError, chain};
use crate::store::checks::check_status;
use crate::store::onboarding::connections;
use crate::store::onboarding::ended::{self, Ended, Leaving};
use crate::store::onboarding::onboardings::{self, Versioned};
use crate::store::operations::{audit_texts, replay};
use crate::store::privacy::{self, Cleared};
use crate::store::{ConnectionTrait, StoreError};

/// How many connections one reading lists.
const PART: u64 = 50;

/// How many connections are cleared in one run at most; the next goes on.
const MOST_CLEARED: u64 = 200;

/// What became of a connection whose time has come.
enum Outcome {
    /// It stays: something of it goes on, waits or was seen in use.
    Stays,
    /// Its schools were stopped first.
    Stopped,
    /// It went.
    Went(Cleared),
}

/// Puts connections in line to go of which the time comes, and clears those of which it has come and Kurve was told. Returns
/// how many changed.
pub async fn clear_due(context: &Context, mailer: &Mailer, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    let going = context.retention.going(now);
    let mut changed = ended::call_off(context.db.writer(), going.announced_if_ended_by).await?;
    changed += announce(context, now, going.announced_if_ended_by).await?;
    let (mut last, mut gone) = (None, vec![]);
    while (gone.len() as u64) < MOST_CLEARED {
        let part = ended::list_announced_until(context.db.reader(), going.goes_if_announced_by, last, PART).await?;
        let Some(next) = part.last().copied() else { break };
        last = Some(next);
        for one in part.into_iter().filter(|one| one.at <= going.goes_if_ended_by) {
            match go(context, now, one).await {
                Ok(Outcome::Stays) => {}
                Ok(Outcome::Stopped) => changed += 1,
                Ok(Outcome::Went(cleared)) => gone.push(cleared),
                Err(error) => tracing::error!(
                    connection.id = %one.connection, cause = chain(&error), "Could not clear a connection that ended"
                ),
            }
        }
    }
    changed += gone.len() as u64;
    if !gone.is_empty() {
        sweep(context, mailer, &gone).await;
    }
    Ok(changed)
}

/// Puts connections in line of which the time comes.
async fn announce(context: &Context, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<u64, ServiceError> {
    let mut announced = 0;
    loop {
        let part = ended::list_unannounced(context.db.reader(), until, PART).await?;
        if part.is_empty() {
            return Ok(announced);
        }
        let mut is_stuck = true;
        for one in part {
            match line_up(context, now, one.connection, until).await {
                Ok(is_in_line) => {
                    announced += u64::from(is_in_line);
                    is_stuck = false;
                }
                Err(error) => tracing::error!(
                    connection.id = %one.connection, cause = chain(&error), "Could not put a connection in line to go"
                ),
            }
        }
        // Those that cannot be read stay at the head of the list.
        if is_stuck {
            return Ok(announced);
        }
    }
}

/// Puts one in line, or says since when it ended where that is later.
async fn line_up(
    context: &Context,
    now: DateTime<Utc>,
    connection: ConnectionId,
    until: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    let tx = context.db.begin_write().await?;
    let held = onboardings::load_for_update(tx.conn(), connection).await?;
    let leaving = ended::find(tx.conn(), connection).await?;
    let ended_at = last_use(tx.conn(), connection, &held.state, leaving).await?;
    let is_due = ended_at.is_some_and(|at| at <= until);
    let announced_at = is_due.then(|| leaving.announced_at.unwrap_or(now));
    ended::save(tx.conn(), connection, Leaving { ended_at, announced_at, ..leaving }).await?;
    tx.commit().await?;
    Ok(is_due)
}

/// Since when nothing of a connection goes on and nobody was seen to use it; `None` while something goes on.
async fn last_use(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    state: &Onboarding,
    leaving: Leaving,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let Some(ended_at) = state.ended_at() else { return Ok(None) };
    // What is written beside the state says more: whether it was kept, and that it ended before the clock stopped it.
    let ended_at = leaving.ended_at.unwrap_or(ended_at);
    let is_done = state.live().next().is_some();
    let passed = check_status::load(conn, connection).await?.passed.filter(|_| is_done).map(|(at, _)| at);
    Ok([Some(ended_at), passed].into_iter().flatten().max())
}

/// Clears one whose time has come, or does what comes before that.
async fn go(context: &Context, now: DateTime<Utc>, due: Ended) -> Result<Outcome, ServiceError> {
    let (going, connection) = (context.retention.going(now), due.connection);
    let call = Call::by_machine(Actor::Clock, now, "clear_ended");
    let mut work = UnitOfWork::begin(context, &call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    let leaving = ended::find(work.conn(), connection).await?;
    if leaving.announced_at != due.announced_at || leaving.announced_at.is_none() {
        return Ok(Outcome::Stays);
    }
    match last_use(work.conn(), connection, &held.state, leaving).await? {
        Some(at) if at <= going.goes_if_ended_by => {}
        later => {
            ended::save(work.conn(), connection, Leaving { ended_at: later, ..Leaving::default() }).await?;
            work.finish().await?;
            return Ok(Outcome::Stays);
        }
    }
    if ended::has_open(work.conn(), connection).await? {
        return Ok(Outcome::Stays);
    }
    if held.state.live().next().is_some() {
        stop(&mut work, &call, connection, held).await?;
        // It ended when it did: that it is stopped now is a part of its going.
        ended::save(work.conn(), connection, leaving).await?;
        work.finish().await?;
        return Ok(Outcome::Stopped);
    }
    clear(work, &call, connection, held).await.map(Outcome::Went)
}

/// Stops the schools of a connection that are done, as anybody stops one: their imports close, and everybody is told.
async fn stop(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    held: Versioned,
) -> Result<(), ServiceError> {
    let days = work.context().retention.days(Kept::Schools);
    let why = format!("De school is klaar, en we zagen {days} dagen niet dat de koppeling werkt.");
    let reason = Reason::parse(&why).map_err(|_| ServiceError::Broken("a reason that is none"))?;
    let withdraw = |school| Command::Withdraw { school, reason: reason.clone(), chose_option_b: false };
    let commands: Vec<Command> = held.state.live().map(|(school, _)| withdraw(school)).collect();
    onboarding_services::change_all(work, call, connection, held, &commands).await?;
    Ok(())
}

async fn clear(
    mut work: UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    mut held: Versioned,
) -> Result<Cleared, ServiceError> {
    let untrue = ServiceError::Broken("an onboarding that its events do not give");
    let before = events_of(work.conn(), connection).await?;
    let texts = audit_texts::erase_of(work.conn(), connection).await?;
    let after = events_of(work.conn(), connection).await?;
    let created_at = connections::load(work.conn(), connection).await?.created_at;
    held.state = again(created_at, &held.state, &before, &after).ok_or(untrue)?;
    let keys = &work.context().keys;
    let key_of = |address: &EmailAddress| keys.email_key(&address.key_form());
    let cleared = privacy::clear(work.conn(), connection, call.now, key_of).await?;
    access::save_noted(&mut work, call, connection, held).await?;
    ended::save(work.conn(), connection, Leaving { cleared_at: Some(call.now), ..Leaving::default() }).await?;
    work.note(Some(connection), Action::ConnectionCleared { texts, rows: cleared.rows });
    work.finish().await?;
    Ok(cleared)
}

async fn events_of(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Vec<Event>, ServiceError> {
    let events = replay::list_events(conn, &[connection]).await?.remove(&connection);
    events.unwrap_or_else(|| Some(vec![])).ok_or(ServiceError::Broken("an event that cannot be read"))
}

/// What went is wiped from the files of the database and from the folder where mails are kept as files. Nothing can be taken
/// back any more, so nothing fails as a whole.
async fn sweep(context: &Context, mailer: &Mailer, gone: &[Cleared]) {
    if let Err(error) = context.db.sweep().await {
        tracing::warn!(error = %error, "The files of the database were not swept after connections were cleared");
    }
    let mails: Vec<String> = gone.iter().flat_map(|one| &one.mails).map(uuid::Uuid::to_string).collect();
    let addresses: Vec<String> = gone.iter().flat_map(|one| &one.addresses).map(EmailAddress::key_form).collect();
    let is_theirs = move |name: &str, text: &str| {
        let text = text.to_lowercase();
        mails.iter().any(|id| name.contains(id)) || addresses.iter().any(|address| text.contains(address))
    };
    if let Err(error) = mailer.transport.forget(is_theirs).await {
        tracing::warn!(error = %error, "The mail folder was not cleared after connections were cleared");
    }
}
