//! Outages: whether a failure is one connection's or everyone's, and one mail to Kurve when it begins and when it ends.

use chrono::{DateTime, Utc};

use crate::domain::audit::Action;
use crate::domain::check::{Ask, Rung};
use crate::domain::ids::{ConnectionId, OutageId};
use crate::domain::notice::{About, MailKind};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::checks::check_status::CheckStatus;
use crate::store::checks::check_witnesses::{self, Broken};
use crate::store::checks::outages::{self, Outage};
use crate::store::lock;

/// Makes other connections due now, in a transaction of its own.
pub(super) async fn hasten(
    context: &Context,
    broken: Broken,
    ask: Ask,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let tx = context.db.begin_write().await?;
    check_witnesses::hasten(tx.conn(), broken, ask, now).await?;
    Ok(tx.commit().await?)
}

/// Notes that most connections that worked fail together, and tells Kurve once.
pub(super) async fn note_outage(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    began_at: DateTime<Utc>,
    failing: u32,
    worked_before: u32,
) -> Result<(), ServiceError> {
    lock::hold_outage(work.conn()).await?;
    if outages::find_open(work.conn()).await?.is_some() {
        return Ok(());
    }
    let id = OutageId::from_uuid(work.context().chance.uuid_v7(call.now));
    let new = Outage { id, began_at, noticed_at: call.now, ended_at: None, worked_before, failing };
    outages::insert(work.conn(), &new).await?;
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
    let broken = Broken { connection: after.connection, rung: Rung::Data, refused: None };
    let mut fleet = check_witnesses::count(work.conn(), broken, outage.noticed_at, call.now).await?;
    let is_connected = after.last.is_some_and(|(code, _)| code.is_connected());
    if after.has_worked && !after.is_lost {
        fleet.failing += u32::from(after.is_failing);
        fleet.heard += u32::from(is_connected && !after.is_failing);
    }
    if fleet.is_outage_over() && outages::mark_ended(work.conn(), outage.id, call.now).await? {
        work.note(None, Action::OutageEnded);
        tell_kurve(work, MailKind::ConnectionsOutageEnded, outage.id);
        tracing::warn!(schools.failing = fleet.failing, "Most connections work again: the outage is over");
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
