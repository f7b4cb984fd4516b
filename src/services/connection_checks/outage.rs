//! Outages: whether a failure is one school's or everyone's, and one mail to Kurve when it begins and when it ends.

use chrono::{DateTime, Duration, Utc};

use crate::domain::audit::Action;
use crate::domain::check::RoundFacts;
use crate::domain::ids::{OutageId, SchoolId};
use crate::domain::notice::{About, MailKind};
use crate::services::work::{Letter, Work};
use crate::services::{Call, Office, ServiceError};
use crate::store::connections::{self, SchoolConnection};
use crate::store::outages::{self, Outage};
use crate::store::{Connection, lock};

/// How long before a school's first failure the others still count as of the same round.
const ROUND_BEFORE: Duration = Duration::minutes(15);

/// How many other schools tell whether more is wrong; with fewer at hand some are checked first.
const WITNESSES: u32 = 5;

/// How the schools that worked fare in the same round as one school.
pub(super) struct Round {
    pub(super) facts: RoundFacts,
    pub(super) since: DateTime<Utc>,
    /// Whether others that worked were not looked at yet, so that it is too early to say.
    pub(super) lacks_witnesses: bool,
    /// Which others are looked at first, once this change is kept.
    pub(super) wanted: Option<Witnesses>,
}

/// Schools that tell whether more is wrong.
#[derive(Clone, Copy)]
pub(super) struct Witnesses {
    count: u64,
    /// Who was looked at since then has told already.
    since: DateTime<Utc>,
}

/// Looks at the other schools that worked, for one that fails; `is_worse` when it worked itself.
pub(super) async fn round(
    conn: &impl Connection,
    known: &SchoolConnection,
    is_worse: bool,
    now: DateTime<Utc>,
) -> Result<Round, ServiceError> {
    let since = known.failing_since.unwrap_or(now) - ROUND_BEFORE;
    let others = connections::round_since(conn, since, known.school).await?;
    let itself = u32::from(is_worse);
    let facts = RoundFacts { worked_before: others.worked_before + itself, failing: others.failing + itself };
    let mut lacks_witnesses = false;
    if others.worked_before < WITNESSES {
        let there_are = connections::count_worked(conn, known.school).await?;
        lacks_witnesses = u64::from(others.worked_before) < there_are;
    }
    // A school that never worked is often just not done yet; no others are asked for its first failure.
    let asks_others = lacks_witnesses && (is_worse || known.streak.is_some());
    let wanted = asks_others.then(|| Witnesses { count: u64::from(WITNESSES - others.worked_before), since });
    Ok(Round { facts, since, lacks_witnesses, wanted })
}

/// Makes other schools due now, in a transaction of its own.
pub(super) async fn hasten(
    office: &Office,
    but: SchoolId,
    wanted: &Witnesses,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let tx = office.db.begin_write().await?;
    connections::hasten_witnesses(tx.conn(), (wanted.since, now), but, wanted.count).await?;
    Ok(tx.commit().await?)
}

/// Notes that most schools that worked fail together, and tells Kurve once.
pub(super) async fn note_outage(work: &mut Work<'_>, call: &Call, round: &Round) -> Result<(), ServiceError> {
    lock::hold_outage(work.conn()).await?;
    if outages::find_open(work.conn()).await?.is_some() {
        return Ok(());
    }
    let id = OutageId::from_uuid(work.office().chance.uuid_v7(call.now));
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

/// Notes that an outage is over, once the schools that worked work again, and tells Kurve.
pub(super) async fn end_outage(work: &mut Work<'_>, call: &Call, after: &SchoolConnection) -> Result<(), ServiceError> {
    if outages::find_open(work.conn()).await?.is_none() {
        return Ok(());
    }
    lock::hold_outage(work.conn()).await?;
    let Some(outage) = outages::find_open(work.conn()).await? else { return Ok(()) };
    let mut facts = connections::round_since(work.conn(), outage.began_at, after.school).await?;
    if after.has_worked && !after.is_lost {
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

fn tell_kurve(work: &mut Work<'_>, kind: MailKind, outage: OutageId) {
    let about = About { outage: Some(outage), ..About::default() };
    work.mail(Letter { kind, school: None, contact: None, about, occasion: outage.to_string() });
}

/// Tells Kurve that the connection of a school that worked is lost, by a cause that is Kurve's to find out.
pub(super) fn tell_of_loss(work: &mut Work<'_>, school: SchoolId, now: DateTime<Utc>) {
    let occasion = format!("{school}/{}", now.timestamp_millis());
    let about = About::default();
    work.mail(Letter { kind: MailKind::ConnectionLost, school: Some(school), contact: None, about, occasion });
}
