//! Asking for checks: of one connection, or of a selection.

use chrono::{DateTime, Duration, Utc};

use super::PAUSE_SECONDS;
use crate::domain::actor::Actor;
use crate::domain::check::{CheckProgress, CheckRefusal};
use crate::domain::ids::{CheckId, CheckRunId, ConnectionId};
use crate::domain::onboarding::{Lifecycle, Onboarding, Step};
use crate::domain::text::SchoolDomain;
use crate::services::{Call, Context, ServiceError};
use crate::store::checks::check_runs::{self, Run};
use crate::store::checks::check_status_list::{self, ConnectionFilter};
use crate::store::checks::connection_checks::{self, Check};
use crate::store::onboarding::{connections, onboardings};
use crate::store::{self, ConnectionTrait};

/// How many connections of a list are read at once.
const SELECTION_PAGE: u64 = 500;

/// For which connections a run is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These; one that is named twice is checked once.
    Schools(Vec<ConnectionId>),
    /// Those of this list.
    List(ConnectionFilter),
}

/// Someone of the school, or a colleague, asks for a check. One that waits or is under way is given instead of another.
///
/// # Errors
/// `TooOften` within a minute of the last one; `NotChecked` when there is nothing to check; `Forbidden`, `NotFound`.
pub async fn ask(context: &Context, call: &Call, connection: ConnectionId) -> Result<CheckId, ServiceError> {
    let tx = context.db.begin_write().await?;
    let asked = ask_within(context, tx.conn(), call, connection).await?;
    tx.commit().await?;
    if asked.is_new {
        context.check_waits.notify_waiters();
    }
    Ok(asked.check)
}

/// The check that somebody asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::services) struct Asked {
    /// Which.
    pub(in crate::services) check: CheckId,
    /// Whether it is another than the one that waited or was under way.
    pub(in crate::services) is_new: bool,
}

/// The same within a change under way; the caller wakes the worker after it.
pub(in crate::services) async fn ask_within(
    context: &Context,
    conn: &impl ConnectionTrait,
    call: &Call,
    connection: ConnectionId,
) -> Result<Asked, ServiceError> {
    if !context.check_policy.makes_checks() {
        return Err(CheckRefusal::Off.into());
    }
    check_asker(conn, call, connection).await?;
    // Held, so that two who ask at once are given the same check.
    let state = onboardings::load_for_update(conn, connection).await?.state;
    may_check(&state)?;
    let known = |open: Check| Asked { check: open.id, is_new: false };
    if let Some(open) = connection_checks::find_open(conn, connection).await? {
        return Ok(known(open));
    }
    // What the timer did is no reason to keep a person waiting, nor to let one ask twice.
    if let Some(last_at) = connection_checks::find_last_asked(conn, connection).await? {
        check_pause(last_at, call.now)?;
    }
    let domain = connections::load(conn, connection).await?.details.domain;
    let check = waiting(context, call, connection, &domain, None);
    if !connection_checks::insert(conn, &check).await? {
        // A run or the timer was first: they hold no onboarding.
        return connection_checks::find_open(conn, connection).await?.map(known).ok_or(ServiceError::Conflict);
    }
    Ok(Asked { check: check.id, is_new: true })
}

/// A colleague asks for a run over a selection. Connections that cannot be checked now are left out of it, and so are
/// those of which somebody asked for a check in the last minute and has it.
///
/// # Errors
/// `Forbidden` for who may not act; `NotChecked` where no checks are made.
pub async fn ask_many(context: &Context, call: &Call, selection: &Selection) -> Result<CheckRunId, ServiceError> {
    call.check_may_act()?;
    if !context.check_policy.makes_checks() {
        return Err(CheckRefusal::Off.into());
    }
    let schools = list_selected(context, selection).await?;
    let id = CheckRunId::from_uuid(context.chance.uuid_v7(call.now));
    let pause = call.now - Duration::seconds(PAUSE_SECONDS);
    let mut new = vec![];
    for candidate in check_runs::list_candidates(context.db.reader(), &schools, pause).await? {
        match candidate {
            Ok((school, state)) if may_check(&state).is_ok() => {
                new.push(waiting(context, call, school.id, &school.details.domain, Some(id)));
            }
            Ok(_) => {}
            Err(error) => tracing::error!(error = %error, "A school cannot be read, so it is left out of a run"),
        }
    }
    let tx = context.db.begin_write().await?;
    let run = Run { id, asked_by: call.actor, asked_at: call.now, total: 0 };
    check_runs::insert(tx.conn(), &run, &new).await?;
    tx.commit().await?;
    context.check_waits.notify_waiters();
    Ok(id)
}

/// In the order of their ids, each once.
async fn list_selected(context: &Context, selection: &Selection) -> Result<Vec<ConnectionId>, ServiceError> {
    let mut schools = match selection {
        Selection::Schools(named) => named.clone(),
        Selection::List(filter) => list_filtered(context, *filter).await?,
    };
    schools.sort_unstable();
    schools.dedup();
    Ok(schools)
}

async fn list_filtered(context: &Context, filter: ConnectionFilter) -> Result<Vec<ConnectionId>, ServiceError> {
    let (mut schools, mut after) = (vec![], None);
    loop {
        let page = check_status_list::list(context.db.reader(), filter, after.as_ref(), SELECTION_PAGE).await?;
        schools.extend(page.rows.iter().map(|listed| listed.connection.id));
        after = page.next;
        if after.is_none() {
            return Ok(schools);
        }
    }
}

fn waiting(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    domain: &SchoolDomain,
    run: Option<CheckRunId>,
) -> Check {
    Check {
        id: CheckId::from_uuid(context.chance.uuid_v7(call.now)),
        connection,
        run,
        host: domain.host(),
        asked_by: Some(call.actor),
        asked_at: call.now,
        started_at: None,
        finished_at: None,
        lease_until: None,
        progress: CheckProgress::default(),
        credential_version: None,
        outcome: None,
    }
}

/// Whether a check of a connection may be asked for, as things are.
pub fn may_ask(context: &Context, state: &Onboarding) -> Result<(), CheckRefusal> {
    if context.check_policy.makes_checks() { may_check(state) } else { Err(CheckRefusal::Off) }
}

/// Whether there is something to check. Before credentials are issued there is nothing to log in with; what the lower
/// rungs would show then, the school is told by Magister's own answer to its ticket.
pub(super) fn may_check(state: &Onboarding) -> Result<(), CheckRefusal> {
    match state.lifecycle() {
        Lifecycle::Withdrawn { .. } => return Err(CheckRefusal::Withdrawn),
        Lifecycle::Paused { .. } => return Err(CheckRefusal::Paused),
        Lifecycle::Active | Lifecycle::Completed { .. } => {}
    }
    if state.is_yes(Step::CredentialsIssued) { Ok(()) } else { Err(CheckRefusal::NotIssued) }
}

fn check_pause(last_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), ServiceError> {
    let left = last_at + Duration::seconds(PAUSE_SECONDS) - now;
    match u64::try_from(left.num_milliseconds()) {
        Ok(millis) if millis > 0 => Err(ServiceError::TooOften { retry_after_seconds: millis.div_ceil(1000) }),
        Ok(_) | Err(_) => Ok(()),
    }
}

async fn check_asker(conn: &impl ConnectionTrait, call: &Call, connection: ConnectionId) -> Result<(), ServiceError> {
    let Actor::Contact { id, .. } = call.actor else { return call.check_may_act() };
    let contact = store::people::contacts::load(conn, id).await?;
    let is_theirs = contact.connection == connection && contact.removed_at.is_none();
    if is_theirs { Ok(()) } else { Err(ServiceError::NotFound) }
}
