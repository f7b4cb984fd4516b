//! What pages show of checks and connections.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::check::{CheckCode, Newest};
use crate::domain::connection::Connection;
use crate::domain::ids::{CheckId, CheckRunId, ConnectionId};
use crate::domain::onboarding::Onboarding;
use crate::services::{Context, ServiceError};
use crate::store::Page;
use crate::store::checks::check_runs::{self, Run};
use crate::store::checks::check_status::{self, CheckStatus};
use crate::store::checks::check_status_list::{self, ConnectionFilter, Listed};
use crate::store::checks::check_witnesses;
use crate::store::checks::connection_checks::{self, Check};
use crate::store::checks::connection_summaries::{self, CheckCount};
use crate::store::checks::outages::{self, Outage};
use crate::store::onboarding::onboardings::Versioned;
use crate::store::onboarding::overview::After;
use crate::store::onboarding::{connections, onboardings};

/// Rows on a page of connections.
const PAGE_ROWS: u64 = 50;

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunProgress {
    /// The run.
    pub run: Run,
    /// How many checks ended with each code; `None` for those that were not made.
    pub ended: Vec<(Option<CheckCode>, u64)>,
    /// How many wait or are under way.
    pub open: u64,
}

/// A connection that Kurve has to look into.
#[derive(Debug, Clone)]
pub struct Failing {
    /// Which.
    pub connection: Connection,
    /// What is known of its checks.
    pub status: CheckStatus,
    /// Where its onboarding stands.
    pub now: Versioned,
}

/// Connections that Kurve has to look into.
#[derive(Debug, Clone, Default)]
pub struct ForKurve {
    /// Those that fail longest, the longest first.
    pub connections: Vec<Failing>,
    /// How many there are in all.
    pub count: u64,
}

impl ForKurve {
    /// How many there are beside those that are named.
    pub fn more(&self) -> u64 {
        self.count.saturating_sub(self.connections.len() as u64)
    }
}

/// An outage that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenOutage {
    /// Which.
    pub outage: Outage,
    /// How the newest checks of those that fail in it ended, the most first.
    pub seen: Vec<(CheckCode, u64)>,
}

/// How all connections stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many connections ended how at their last check, with who is to act now.
    pub counts: Vec<CheckCount>,
    /// How many count as lost.
    pub lost: u64,
    /// The outage that lasts, if one does.
    pub outage: Option<Outage>,
}

impl Tally {
    /// How many connections ended so at their last check; with nothing, those that were never checked.
    pub fn ended(&self, code: Option<CheckCode>) -> u64 {
        self.counts.iter().filter(|one| one.code == code).map(|one| one.connections).sum()
    }
}

/// The check with this id, for who may see its connection: the caller compares [`Check::connection`].
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(context: &Context, id: CheckId) -> Result<Check, ServiceError> {
    connection_checks::find(context.db.reader(), id).await?.ok_or(ServiceError::NotFound)
}

/// How things stand beside a check.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The onboarding as it is now.
    pub state: Onboarding,
    /// Whether it is of this school domain, and no check was made after it: what to do now, only the newest one tells.
    pub is_newest: bool,
}

/// How things stand beside a check.
pub async fn beside(context: &Context, check: &Check) -> Result<Beside, ServiceError> {
    let conn = context.db.reader();
    let state = onboardings::load(conn, check.connection).await?.state;
    let newest = check_status::load(conn, check.connection).await?.newest();
    let is_older = |(newest, finished_at): (Newest, DateTime<Utc>)| finished_at < newest.at;
    let is_of_today = connections::load(conn, check.connection).await?.details.domain.host() == check.host;
    Ok(Beside { state, is_newest: is_of_today && !newest.zip(check.finished_at).is_some_and(is_older) })
}

/// A connection's newest check, whether it waits, is under way or is over.
pub async fn latest(context: &Context, connection: ConnectionId) -> Result<Option<Check>, ServiceError> {
    Ok(connection_checks::list_of_connection(context.db.reader(), connection, None, 1).await?.pop())
}

/// A connection's checks, newest first, older than `before`.
pub async fn history(
    context: &Context,
    connection: ConnectionId,
    before: Option<CheckId>,
    limit: u64,
) -> Result<Vec<Check>, ServiceError> {
    Ok(connection_checks::list_of_connection(context.db.reader(), connection, before, limit).await?)
}

/// What is known of a connection: the last code, the receipt, whether it is lost, when it is checked next.
pub async fn connection(context: &Context, connection: ConnectionId) -> Result<CheckStatus, ServiceError> {
    Ok(check_status::load(context.db.reader(), connection).await?)
}

/// Connections by name, after a place.
pub async fn list_connections(
    context: &Context,
    filter: ConnectionFilter,
    after: Option<&After>,
) -> Result<Page<Listed, After>, ServiceError> {
    Ok(check_status_list::list(context.db.reader(), filter, after, PAGE_ROWS).await?)
}

/// How all connections stand.
pub async fn tally(context: &Context) -> Result<Tally, ServiceError> {
    let conn = context.db.reader();
    Ok(Tally {
        counts: connection_summaries::list_counts(conn).await?,
        lost: check_status_list::count_lost(conn).await?,
        outage: outages::find_open(conn).await?,
    })
}

/// The newest check of a connection, which its steps are held against; none where no checks are made.
pub async fn newest(context: &Context, connection: ConnectionId) -> Result<Option<Newest>, ServiceError> {
    Ok(list_newest(context, &[connection]).await?.remove(&connection))
}

/// The same of some connections.
pub async fn list_newest(
    context: &Context,
    connections: &[ConnectionId],
) -> Result<BTreeMap<ConnectionId, Newest>, ServiceError> {
    if !context.check_policy.makes_checks() || connections.is_empty() {
        return Ok(BTreeMap::new());
    }
    let known = check_status::list_of(context.db.reader(), connections).await?;
    Ok(known.into_iter().filter_map(|(id, known)| Some((id, known.newest()?))).collect())
}

/// The connections that Kurve has to look into, at most `limit`. None where no checks are made, and none while an
/// outage lasts: that has a banner of its own.
pub async fn list_for_kurve(context: &Context, limit: u64) -> Result<ForKurve, ServiceError> {
    let conn = context.db.reader();
    if !context.check_policy.makes_checks() || outages::find_open(conn).await?.is_some() {
        return Ok(ForKurve::default());
    }
    let found = check_status_list::list_for_kurve(conn, limit).await?;
    let ids: Vec<ConnectionId> = found.iter().map(|(connection, _)| connection.id).collect();
    let mut states = onboardings::list_of(conn, &ids).await?;
    let failing = |(connection, status): (Connection, CheckStatus)| {
        let now = states.remove(&connection.id)?;
        Some(Failing { connection, status, now })
    };
    let connections: Vec<Failing> = found.into_iter().filter_map(failing).collect();
    Ok(ForKurve { connections, count: check_status_list::count_for_kurve(conn).await? })
}

/// The outage that lasts, if one does, and what is seen of it.
pub async fn find_outage(context: &Context) -> Result<Option<SeenOutage>, ServiceError> {
    let conn = context.db.reader();
    let Some(outage) = outages::find_open(conn).await? else { return Ok(None) };
    Ok(Some(SeenOutage { outage, seen: check_witnesses::count_failing_by_code(conn).await? }))
}

/// How far a run is.
///
/// # Errors
/// `NotFound` when there is no such run.
pub async fn run_progress(context: &Context, id: CheckRunId) -> Result<RunProgress, ServiceError> {
    let conn = context.db.reader();
    let run = check_runs::find(conn, id).await?.ok_or(ServiceError::NotFound)?;
    let (ended, open) = check_runs::count(conn, id).await?;
    Ok(RunProgress { run, ended, open })
}
