//! What Kurve decides on requests to join.

use std::collections::{BTreeSet, HashSet};

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{ConnectionId, ContactId, JoinRequestId, SchoolId};
use crate::domain::join::{Asker, Decision, JoinKind, JoinOutcome, JoinRequest};
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::{Command, Ground, Onboarding, SchoolProgress, Step};
use crate::domain::school::School;
use crate::domain::tally::Figure;
use crate::domain::text::Reason;
use crate::services::onboarding::access;
use crate::services::onboarding::joins::waiting::person_of;
use crate::services::onboarding::onboardings::change_all;
use crate::services::onboarding::schools::{settle_carried, taken_back_for_first};
use crate::services::people::contacts;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::{joins, onboardings, schools};
use crate::store::{self, StoreError};

/// What Kurve does along with letting requests in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accept {
    /// Activates the schools that come, if all else is yes.
    pub activate: bool,
    /// Takes up again what had stopped.
    pub reopen: bool,
}

/// Lets requests in, as one change of which each person is told once: schools come to the connection, and who asked
/// becomes a contact of it. A school that came meanwhile is left as it is.
///
/// The same press twice is one. Returns the version after it where schools were activated along, so that this can be
/// undone.
///
/// # Errors
/// `Forbidden` for who may not act, `Conflict` on a stale page or when somebody decided otherwise, `NotFound`; `BrinTaken`
/// for a school of another connection, `MoveFirst` for one that works in another Magister than it said; `Refused`.
pub async fn accept(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    ids: &[JoinRequestId],
    with: Accept,
    seen: i32,
) -> Result<Option<i32>, ServiceError> {
    let decision = decision_of(call, JoinOutcome::Accepted)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    let Some(requests) = load_open(&work, connection, ids, &decision).await? else { return Ok(None) };
    if held.version != seen {
        return Err(ServiceError::Conflict);
    }
    let (mut commands, mut coming) = (vec![], vec![]);
    if with.reopen {
        let known = requests.iter().filter_map(known_school);
        let stopped: BTreeSet<SchoolId> = known.filter(|school| has_stopped(&held.state, *school)).collect();
        commands.extend(stopped.into_iter().map(|school| Command::Reopen { school }));
    }
    let is_in_use = held.state.is_yes(Step::CredentialsIssued);
    for request in &requests {
        if known_school(request).is_some_and(|school| held.state.of(school).is_none()) {
            return Err(ServiceError::MoveFirst);
        }
        let asker = let_in(&mut work, call, request, is_in_use).await?;
        if let Some(school) = take_in(&mut work, call, request).await? {
            commands.push(Command::AddSchool { school, asked_by: asker });
            coming.push(school);
        }
    }
    if !coming.is_empty() {
        commands.extend(taken_back_for_first(&held.state));
    }
    let activates = with.activate && is_ready(&held.state) && !coming.is_empty();
    if activates {
        commands.extend(coming.into_iter().map(|school| Command::Activate { school, ground: Ground::Word }));
    }
    settle_carried(&work, call, connection).await?;
    joins::mark_decided(work.conn(), connection, ids, &decision).await?;
    let version = if commands.is_empty() {
        access::save_noted(&mut work, call, connection, held).await?
    } else {
        change_all(&mut work, call, connection, held, &commands).await?.version
    };
    for request in &requests {
        work.note_version(Some(connection), Some(version), Action::JoinAccepted { request: request.id });
    }
    work.finish().await?;
    Ok(Some(version).filter(|_| activates))
}

/// Who asks, as a contact of the connection: made one if they are none. A contact who was removed since they asked, here or
/// elsewhere, stays away.
async fn let_in(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    request: &JoinRequest,
    is_in_use: bool,
) -> Result<Option<ContactId>, ServiceError> {
    let (context, connection) = (work.context(), request.connection);
    let person = person_of(work.conn(), request).await?;
    let email_key = context.keys.email_key(&person.email.key_form());
    if let Some(here) = store::people::contacts::find_by_email(work.conn(), connection, &email_key).await? {
        return Ok(Some(here.id));
    }
    if let Asker::Contact(who) = request.asker
        && !store::people::contacts::load(work.conn(), who.contact).await?.is_active()
    {
        return Ok(None);
    }
    let roles = person.roles;
    let id = contacts::ensure(work, call, connection, None, person).await?;
    // They asked for it, as at a first request: the colleague who lets them in may vouch for them. Where there is a
    // password already, that takes a second colleague.
    if !is_in_use {
        work.last_by(Actor::Contact { id, roles });
    }
    work.mail(NewMail {
        kind: MailKind::ContactAdded,
        connection: Some(connection),
        contact: Some(id),
        about: About::default(),
        occasion: format!("{connection}/{}", request.id),
    });
    Ok(Some(id))
}

/// Makes the row of a school that comes; `None` where a request brings none.
async fn take_in(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    request: &JoinRequest,
) -> Result<Option<SchoolId>, ServiceError> {
    if known_school(request).is_some() {
        return Ok(None);
    }
    let connection = request.connection;
    let known = schools::find_by_brin(work.conn(), &request.school.brin).await?;
    if known.as_ref().is_some_and(|known| known.connection == connection) {
        return Ok(None);
    }
    if known.is_some() && request.kind == JoinKind::OtherDomain {
        return Err(ServiceError::MoveFirst);
    }
    if known.is_some() {
        return Err(ServiceError::BrinTaken);
    }
    let school = SchoolId::from_uuid(work.context().chance.uuid_v7(call.now));
    let new = School { id: school, connection, details: request.school.clone(), created_at: call.now };
    work.tally().count(call.now, Figure::Registered);
    match schools::insert(work.conn(), &new).await {
        Err(StoreError::Taken) => Err(ServiceError::BrinTaken),
        other => Ok(other.map(|()| Some(school))?),
    }
}

/// The school of the connection that a request is for, if it is for one that is here.
pub fn known_school(request: &JoinRequest) -> Option<SchoolId> {
    match request.kind {
        JoinKind::KnownSchool { school } => Some(school),
        JoinKind::NewSchool | JoinKind::FurtherSchool | JoinKind::OtherDomain => None,
    }
}

/// Whether a school stopped, so that it can be taken up again.
pub fn has_stopped(state: &Onboarding, school: SchoolId) -> bool {
    state.school(school).is_some_and(SchoolProgress::is_withdrawn)
}

/// Whether a school that comes can be activated at once: its Magister is in order.
pub fn is_ready(state: &Onboarding) -> bool {
    state.missing_for(Step::ActivationConfirmed).is_empty() && !state.lifecycle().is_withdrawn()
}

/// Declines requests; who asked gets one mail with the reason.
///
/// The same press twice is one.
///
/// # Errors
/// `Forbidden` for who may not act, `Conflict` on a stale page or when somebody decided otherwise, `NotFound`.
pub async fn decline(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    ids: &[JoinRequestId],
    reason: Reason,
    seen: i32,
) -> Result<(), ServiceError> {
    let decision = decision_of(call, JoinOutcome::Declined { reason: reason.clone() })?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    let Some(requests) = load_open(&work, connection, ids, &decision).await? else { return Ok(()) };
    if held.version != seen {
        return Err(ServiceError::Conflict);
    }
    joins::mark_decided(work.conn(), connection, ids, &decision).await?;
    // The state stays as it is; the version tells a colleague with an older page that something was decided.
    let version = onboardings::save(work.conn(), connection, &held, call.now).await?;
    let mut told = HashSet::new();
    for request in &requests {
        let action = Action::JoinDeclined { request: request.id, reason: reason.clone() };
        work.note_version(Some(connection), Some(version), action);
        let address = person_of(work.conn(), request).await?.email.key_form();
        if told.insert(address) {
            tell_declined(&mut work, request);
        }
    }
    work.finish().await
}

fn tell_declined(work: &mut UnitOfWork<'_>, request: &JoinRequest) {
    let (connection, contact) = match request.asker {
        Asker::Person(_) => (request.connection, None),
        Asker::Contact(who) => (who.connection, Some(who.contact)),
    };
    work.mail(NewMail {
        kind: MailKind::JoinDeclined,
        connection: Some(connection),
        contact,
        about: About { request: Some(request.id), ..About::default() },
        occasion: request.id.to_string(),
    });
}

/// What the caller decides.
fn decision_of(call: &Call, outcome: JoinOutcome) -> Result<Decision, ServiceError> {
    call.check_may_act()?;
    let Actor::Staff { id: by, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    Ok(Decision { at: call.now, by, outcome })
}

/// The requests, held until the end of the change; `None` when the caller decided just so before.
async fn load_open(
    work: &UnitOfWork<'_>,
    connection: ConnectionId,
    ids: &[JoinRequestId],
    decision: &Decision,
) -> Result<Option<Vec<JoinRequest>>, ServiceError> {
    let requests = joins::load_for_update(work.conn(), connection, ids).await?;
    if requests.is_empty() || requests.len() != ids.iter().collect::<HashSet<_>>().len() {
        return Err(ServiceError::NotFound);
    }
    let is_mine = |known: &Decision| known.by == decision.by && known.outcome == decision.outcome;
    if requests.iter().all(|request| request.decision.as_ref().is_some_and(is_mine)) {
        return Ok(None);
    }
    if requests.iter().any(|request| request.decision.is_some()) {
        return Err(ServiceError::Conflict);
    }
    Ok(Some(requests))
}
