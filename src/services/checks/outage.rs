//! Outages: whether a failure is one connection's or everyone's, and one mail to Kurve when it begins and when it ends.

use chrono::{DateTime, Duration, Utc};

use crate::domain::audit::Action;
use crate::domain::check::{Others, RoundFacts, Rung};
use crate::domain::ids::{ConnectionId, OutageId};
use crate::domain::notice::{About, MailKind};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::checks::check_status::CheckStatus;
use crate::store::checks::check_witnesses::{self, Broken};
use crate::store::checks::outages::{self, Outage};
use crate::store::{ConnectionTrait, lock};

/// Checks of other connections this long before a connection's first failure still count as the same round; older ones
/// say nothing of now.
const ROUND_BEFORE: Duration = Duration::minutes(15);

/// How the connections that worked fare in the same round as one connection.
pub(super) struct Round {
    pub(super) facts: RoundFacts,
    pub(super) since: DateTime<Utc>,
    /// Whether others that worked were not looked at yet, so that it is too early to say.
    pub(super) lacks_witnesses: bool,
    /// Which other connections are to be checked first, once this change is committed.
    pub(super) wanted: Option<Witnesses>,
}

/// Connections that tell whether more is wrong.
#[derive(Clone, Copy)]
pub(super) struct Witnesses {
    broken: Broken,
    count: u64,
    /// Connections that were checked after this moment have already counted as witnesses.
    since: DateTime<Utc>,
}

/// Looks at the other connections that worked, for one that fails; `is_worse` when it worked itself.
pub(super) async fn round(
    conn: &impl ConnectionTrait,
    known: &CheckStatus,
    rung: Rung,
    is_worse: bool,
    now: DateTime<Utc>,
) -> Result<Round, ServiceError> {
    let failed_at = known.failing_since.or(known.streak.map(|streak| streak.counted_at));
    let since = failed_at.unwrap_or(now) - ROUND_BEFORE;
    // Where the judgement waited for others, it is about the failure that it waited with.
    let lately = waits_since(known).unwrap_or(now).min(now - ROUND_BEFORE);
    let broken = Broken { connection: known.connection, rung };
    let others = Others {
        in_round: check_witnesses::count_since(conn, broken, since, since).await?,
        lately: check_witnesses::count_lately(conn, broken, lately).await?,
        unseen: check_witnesses::count_unseen(conn, broken, lately).await?,
    };
    let count = others.wanted();
    // A school that never worked is often just not done yet; no others are asked for its first failure. Of one that is
    // lost already nothing more can fall.
    let asks_others = count > 0 && !known.is_lost && (is_worse || known.streak.is_some());
    let wanted = asks_others.then_some(Witnesses { broken, count, since: lately });
    Ok(Round { facts: others.facts(is_worse), since, lacks_witnesses: count > 0, wanted })
}

/// The moment of the last failure that was on schedule but not counted, because the judgement waited for witnesses.
fn waits_since(known: &CheckStatus) -> Option<DateTime<Utc>> {
    let due = known.streak.and_then(|streak| streak.retry_at())?;
    known.last.map(|(_, at)| at).filter(|at| *at >= due)
}

/// Makes other connections due now, in a transaction of its own.
pub(super) async fn hasten(context: &Context, wanted: &Witnesses, now: DateTime<Utc>) -> Result<(), ServiceError> {
    let tx = context.db.begin_write().await?;
    check_witnesses::hasten(tx.conn(), wanted.broken, wanted.since, now, wanted.count).await?;
    Ok(tx.commit().await?)
}

/// Notes that most connections that worked fail together, and tells Kurve once.
pub(super) async fn note_outage(work: &mut UnitOfWork<'_>, call: &Call, round: &Round) -> Result<(), ServiceError> {
    lock::hold_outage(work.conn()).await?;
    if outages::find_open(work.conn()).await?.is_some() {
        return Ok(());
    }
    let id = OutageId::from_uuid(work.context().chance.uuid_v7(call.now));
    let new = Outage { id, began_at: round.since, noticed_at: call.now, ended_at: None, round: round.facts };
    outages::insert(work.conn(), &new).await?;
    let RoundFacts { worked_before, failing } = round.facts;
    work.note(None, Action::OutageBegan { worked_before, failing });
    tell_kurve(work, MailKind::ConnectionsOutage, id);
    tracing::error!(
        schools.failing = failing,
        schools.worked_before = worked_before,
        "Most connections fail: an outage"
    );
    Ok(())
}

/// Notes that an outage is over, once the connections that worked work again, and tells Kurve.
pub(super) async fn end_outage(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    after: &CheckStatus,
) -> Result<(), ServiceError> {
    if outages::find_open(work.conn()).await?.is_none() {
        return Ok(());
    }
    lock::hold_outage(work.conn()).await?;
    let Some(outage) = outages::find_open(work.conn()).await? else { return Ok(()) };
    // Who worked before it was noticed was perhaps looked at before it began.
    let broken = Broken { connection: after.connection, rung: Rung::Data };
    let mut facts = check_witnesses::count_since(work.conn(), broken, outage.began_at, outage.noticed_at).await?;
    let is_connected = after.last.is_some_and(|(code, _)| code.is_connected());
    if after.has_worked && !after.is_lost && (after.is_failing || is_connected) {
        facts.worked_before += 1;
        facts.failing += u32::from(after.is_failing);
    }
    if facts.is_outage_over() && outages::mark_ended(work.conn(), outage.id, call.now).await? {
        work.note(None, Action::OutageEnded);
        tell_kurve(work, MailKind::ConnectionsOutageEnded, outage.id);
        tracing::warn!(schools.failing = facts.failing, "Most connections work again: the outage is over");
    }
    Ok(())
}

fn tell_kurve(work: &mut UnitOfWork<'_>, kind: MailKind, outage: OutageId) {
    let about = About { outage: Some(outage), ..About::default() };
    work.mail(NewMail { kind, connection: None, contact: None, about, occasion: outage.to_string() });
}

/// Tells Kurve that a connection that worked is lost, by a cause that is Kurve's to find out.
pub(super) fn tell_of_loss(work: &mut UnitOfWork<'_>, connection: ConnectionId, now: DateTime<Utc>) {
    let occasion = format!("{connection}/{}", now.timestamp_millis());
    let about = About::default();
    work.mail(NewMail { kind: MailKind::ConnectionLost, connection: Some(connection), contact: None, about, occasion });
}
