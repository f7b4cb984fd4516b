//! What activation asks of a check, and leave of an admin to go without.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::domain::actor::{Actor, StaffRole};
use crate::domain::audit::Action;
use crate::domain::check::{ActivationFacts, ActivationGround, CheckPolicy};
use crate::domain::ids::{ConnectionId, OverrideId};
use crate::domain::onboarding::{Despite, Ground, Refusal, Step};
use crate::domain::text::Reason;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::checks::check_overrides::{self, CheckOverride};
use crate::store::checks::check_status::{self, CheckStatus};
use crate::store::onboarding::onboardings;

/// What a page shows beside the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationAnswer {
    /// What activation rests on.
    pub facts: ActivationFacts,
    /// What is known of the connection.
    pub status: CheckStatus,
    /// The leave of an admin for the credentials that count now.
    pub leave: Option<CheckOverride>,
}

impl ActivationAnswer {
    /// On what ground Kurve may activate now.
    pub fn ground(&self, now: DateTime<Utc>) -> Option<ActivationGround> {
        self.facts.ground(now)
    }

    /// The leave of an admin, where activation asks for a check and so for leave to go without.
    pub fn counting_leave(&self) -> Option<&CheckOverride> {
        match self.facts.policy {
            CheckPolicy::Require => self.leave.as_ref(),
            CheckPolicy::Off | CheckPolicy::Advise => None,
        }
    }
}

/// What the verdicts over the schools of a connection rest on, as far as checks go.
///
/// # Errors
/// `NotFound` when there is no such connection.
pub async fn activation(context: &Context, connection: ConnectionId) -> Result<ActivationAnswer, ServiceError> {
    let conn = context.db.reader();
    let version = onboardings::load(conn, connection).await?.state.credential_version();
    answer(context, conn, connection, version).await
}

/// The reason of each leave that counts for these connections, by the version of the credentials too; none where no check
/// is needed.
pub async fn reasons_of_leave(
    context: &Context,
    connections: &BTreeSet<ConnectionId>,
) -> Result<HashMap<(ConnectionId, u32), Reason>, ServiceError> {
    let leaves = match context.check_policy {
        CheckPolicy::Require => check_overrides::list_of(context.db.reader(), connections).await?,
        CheckPolicy::Off | CheckPolicy::Advise => vec![],
    };
    Ok(leaves.into_iter().map(|leave| ((leave.connection, leave.credential_version), leave.reason)).collect())
}

/// An admin gives leave to activate without a passing check, with a reason. It counts for these credentials only.
///
/// # Errors
/// `Forbidden` for who is no admin; `Refused` when no credentials are issued.
pub async fn allow_without(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    reason: Reason,
) -> Result<(), ServiceError> {
    let Actor::Staff { id: by, role: StaffRole::Admin } = call.actor else { return Err(ServiceError::Forbidden) };
    let mut work = UnitOfWork::begin(context, call).await?;
    let state = onboardings::load_for_update(work.conn(), connection).await?.state;
    if state.lifecycle().is_withdrawn() {
        return Err(Refusal::IsWithdrawn.into());
    }
    if !state.is_yes(Step::CredentialsIssued) {
        let missing = vec![Step::CredentialsIssued];
        return Err(Refusal::NotYet { step: Step::ActivationConfirmed, missing }.into());
    }
    let version = state.credential_version();
    let known = check_overrides::find(work.conn(), connection, version).await?;
    if known.is_some_and(|known| known.reason == reason && known.by == by) {
        return Ok(());
    }
    let id = OverrideId::from_uuid(context.chance.uuid_v7(call.now));
    let new = CheckOverride { id, connection, by, credential_version: version, reason: reason.clone(), at: call.now };
    check_overrides::insert(work.conn(), &new).await?;
    work.note(Some(connection), Action::CheckOverridden { version, reason });
    work.finish().await
}

/// Within a change: the ground on which Kurve activates, as it is kept. Where the newest check is no ground for it, that
/// takes a reason.
///
/// # Errors
/// `Refused` with `CheckNeeded` or `ReasonNeeded`.
pub(in crate::services) fn activation_ground(
    answer: &ActivationAnswer,
    typed: &Ground,
    now: DateTime<Utc>,
) -> Result<Ground, Refusal> {
    if answer.ground(now).is_none() {
        return Err(Refusal::CheckNeeded);
    }
    let Some((code, checked_at)) = answer.facts.doubt(now) else { return Ok(typed.clone()) };
    let reason = typed.words().cloned().ok_or(Refusal::ReasonNeeded)?;
    Ok(Ground::Despite(Despite { reason, code: code.as_str().to_owned(), checked_at }))
}

/// What activation rests on, of several connections; of leave nothing is said.
pub async fn list_facts(
    context: &Context,
    versions: &BTreeMap<ConnectionId, u32>,
) -> Result<BTreeMap<ConnectionId, ActivationFacts>, ServiceError> {
    let ids: Vec<ConnectionId> = versions.keys().copied().collect();
    let newest = check_status::list_of(context.db.reader(), &ids).await?;
    let facts = |(id, known): (ConnectionId, CheckStatus)| {
        let credential_version = versions.get(&id).copied().unwrap_or_default();
        let facts = ActivationFacts {
            policy: context.check_policy,
            credential_version,
            passed: known.passed,
            newest: known.last,
            leave_for: None,
        };
        (id, facts)
    };
    Ok(newest.into_iter().map(facts).collect())
}

pub(in crate::services) async fn answer(
    context: &Context,
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    version: u32,
) -> Result<ActivationAnswer, ServiceError> {
    let status = check_status::load(conn, connection).await?;
    let leave = check_overrides::find(conn, connection, version).await?;
    let facts = ActivationFacts {
        policy: context.check_policy,
        credential_version: version,
        passed: status.passed,
        newest: status.last,
        leave_for: leave.as_ref().map(|leave| leave.credential_version),
    };
    Ok(ActivationAnswer { facts, status, leave })
}
