//! Who of Kurve goes on with a connection: taking it, giving it to a colleague, letting it go. It locks nothing, and the
//! version of the onboarding stays.

use std::collections::BTreeMap;

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{ConnectionId, StaffId};
use crate::services::people::staff_accounts;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::onboardings;
use crate::store::onboarding::takings::{self, Taking};

/// Who took a connection, if anybody did.
pub async fn find(context: &Context, connection: ConnectionId) -> Result<Option<Taking>, ServiceError> {
    Ok(takings::find(context.db.reader(), connection).await?)
}

/// The colleagues to whom a connection can be given: those who may act, by name.
pub async fn list_colleagues(context: &Context) -> Result<BTreeMap<StaffId, String>, ServiceError> {
    let all = staff_accounts::list(context).await?;
    let may = all.into_iter().filter(|one| one.disabled_at.is_none() && one.role.can_act());
    Ok(may.map(|one| (one.id, one.name.as_str().to_owned())).collect())
}

/// A connection is a colleague's from now on; `false` where it was so already.
///
/// # Errors
/// `Forbidden` for who may not act, `NotFound` when there is no such connection, or no such colleague who may act.
pub async fn give(context: &Context, call: &Call, connection: ConnectionId, to: StaffId) -> Result<bool, ServiceError> {
    call.check_may_act()?;
    if !list_colleagues(context).await?.contains_key(&to) {
        return Err(ServiceError::NotFound);
    }
    let mut work = UnitOfWork::begin(context, call).await?;
    onboardings::load_for_update(work.conn(), connection).await?;
    if takings::find(work.conn(), connection).await?.is_some_and(|taking| taking.by == to) {
        return Ok(false);
    }
    save(&mut work, connection, Taking { by: to, at: call.now }).await?;
    work.finish().await?;
    Ok(true)
}

async fn save(work: &mut UnitOfWork<'_>, connection: ConnectionId, taking: Taking) -> Result<(), ServiceError> {
    takings::save(work.conn(), connection, taking).await?;
    work.note(Some(connection), Action::ConnectionTaken { staff: taking.by });
    Ok(())
}

/// Who acts takes a connection that nobody took; returns who has it where somebody had, which stays so.
///
/// # Errors
/// `Forbidden` for who may not act, `NotFound` when there is no such connection.
pub(in crate::services) async fn take_within(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
) -> Result<Option<StaffId>, ServiceError> {
    call.check_may_act()?;
    let Actor::Staff { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    onboardings::load_for_update(work.conn(), connection).await?;
    let known = takings::find(work.conn(), connection).await?;
    if known.is_none() {
        save(work, connection, Taking { by: id, at: call.now }).await?;
    }
    Ok(known.map(|taking| taking.by))
}

/// Who acts takes a connection that nobody took.
///
/// # Errors
/// `Forbidden` for who may not act, `NotFound` when there is no such connection.
pub async fn take_if_free(context: &Context, call: &Call, connection: ConnectionId) -> Result<(), ServiceError> {
    if takings::find(context.db.reader(), connection).await?.is_some() {
        return Ok(());
    }
    let mut work = UnitOfWork::begin(context, call).await?;
    take_within(&mut work, call, connection).await?;
    work.finish().await
}

/// Nobody has a connection any more; `false` where nobody had.
///
/// # Errors
/// `Forbidden` for who may not act, `NotFound` when there is no such connection.
pub async fn let_go(context: &Context, call: &Call, connection: ConnectionId) -> Result<bool, ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    onboardings::load_for_update(work.conn(), connection).await?;
    if takings::find(work.conn(), connection).await?.is_none() {
        return Ok(false);
    }
    takings::delete(work.conn(), connection).await?;
    work.note(Some(connection), Action::ConnectionLetGo);
    work.finish().await?;
    Ok(true)
}
