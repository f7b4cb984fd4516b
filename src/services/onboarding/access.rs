//! Notes in an onboarding what stands in the rows of contacts and credentials: for whom Kurve vouches, and whether the
//! password can be looked at. Each change of an onboarding ends with it, so that who has the ball follows in the same
//! transaction; that the days of a password are over, the clock finds out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::actor::Actor;
use crate::domain::credential::{ClosedReason, reveal};
use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::onboarding::progress::{TaskKind, kurve_tasks};
use crate::domain::onboarding::{Command, Event, Onboarding, PasswordAccess, People, Step, decide};
use crate::domain::reminder::{self, WorkingCalendar};
use crate::domain::roles::ContactRole;
use crate::services::operations::holidays;
use crate::services::operations::insight::{self, Turned};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::credentials::StoredCredential;
use crate::store::onboarding::onboardings::Versioned;
use crate::store::onboarding::{arrangements, connections, credentials, onboardings};
use crate::store::people::contacts;
use crate::store::{ConnectionTrait, StoreError};

/// Who the contacts are, as far as it matters: while no credentials are issued nobody can pick any up.
pub(in crate::services) async fn people(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    state: &Onboarding,
) -> Result<People, StoreError> {
    let is_issued = state.is_yes(Step::CredentialsIssued);
    let mut people = if is_issued { People::default() } else { state.access().people().clone() };
    people.unconfirmed.clear();
    for person in contacts::list(conn, connection).await? {
        if person.proposed.is_some_and(|roles| roles.contains(ContactRole::Superbeheerder)) {
            people.unconfirmed.insert(person.id);
        }
        if is_issued {
            let group = if person.is_vouched() { &mut people.vouched } else { &mut people.others };
            group.insert(person.id);
        }
    }
    Ok(people)
}

/// What is to be noted in an onboarding; nothing while no credentials are issued and no superbeheerder waits for Kurve, for
/// then nobody can pick anything up.
pub(in crate::services) async fn notes(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    state: &Onboarding,
    now: DateTime<Utc>,
) -> Result<Vec<Command>, StoreError> {
    let is_issued = state.is_yes(Step::CredentialsIssued);
    if !is_issued && state.access().people().unconfirmed.is_empty() {
        return Ok(vec![]);
    }
    let people = people(conn, connection, state).await?;
    if !is_issued {
        return Ok(vec![Command::NotePeople { people }]);
    }
    // While the school has stopped nobody asks for it, and it may be opened again.
    let is_withdrawn = |stored: &StoredCredential| stored.closed.is_some_and(|(_, why)| why == ClosedReason::Withdrawn);
    let newest = credentials::find_newest(conn, connection).await?.filter(|stored| !is_withdrawn(stored));
    let password = newest.filter(|stored| stored.version == state.credential_version()).map(|stored| PasswordAccess {
        is_seen: stored.reveals_used > 0 || state.access().password().is_some_and(|known| known.is_seen),
        until: stored.expires_at,
        gone: reveal::gone(stored.reveals_used, stored.expires_at, stored.closed.map(|(_, why)| why), now),
    });
    let password = password.map(|access| Command::NotePassword { access });
    Ok([Command::NotePeople { people }].into_iter().chain(password).collect())
}

/// The events that note what is so, and the onboarding after them.
pub(in crate::services) async fn noted(
    conn: &impl ConnectionTrait,
    call: &Call,
    connection: ConnectionId,
    mut state: Onboarding,
) -> Result<(Onboarding, Vec<Event>), ServiceError> {
    let mut events = vec![];
    for command in notes(conn, connection, &state, call.now).await? {
        let new = decide(&state, &command, &call.actor, call.now)?;
        state = state.apply_all(&new);
        events.extend(new);
    }
    Ok((state, events))
}

/// Saves an onboarding that is held, with what is to be noted in it; counts its version up, and returns it.
pub(in crate::services) async fn save_noted(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    held: Versioned,
) -> Result<i32, ServiceError> {
    let Versioned { state: before, version } = held;
    let (state, events) = noted(work.conn(), call, connection, before.clone()).await?;
    let new = Versioned { state, version };
    let version = onboardings::save(work.conn(), connection, &new, call.now).await?;
    for event in &events {
        work.note_event(connection, version, event);
    }
    let turned = Turned { before: Some(&before), after: &new.state };
    insight::follow(work, call, connection, turned).await?;
    Ok(version)
}

/// The names that the lists of Kurve's tasks take: of those to vouch for, and of who asked for a new password.
pub async fn find_task_names(
    context: &Context,
    states: impl IntoIterator<Item = &Onboarding>,
) -> Result<BTreeMap<ContactId, String>, ServiceError> {
    let mut ids = BTreeSet::new();
    for state in states {
        for task in kurve_tasks(state) {
            match task.kind {
                TaskKind::Vouch(people) => ids.extend(people),
                TaskKind::NewPassword(_) => match state.access().asked().map(|asked| asked.by) {
                    Some(Actor::Contact { id, .. }) => ids.extend([id]),
                    Some(Actor::Staff { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor)
                    | None => {}
                },
                TaskKind::Do | TaskKind::Answer | TaskKind::NewQuery => {}
            }
        }
    }
    Ok(contacts::list_names(context.db.reader(), &ids).await?)
}

/// Until when a password that is issued or handed over now is shown: longer than the school is reminded.
pub(in crate::services) async fn shown_until(
    context: &Context,
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, ServiceError> {
    let region = connections::load(conn, connection).await?.details.region;
    let (holidays, own_days) =
        (holidays::current(context).await?, arrangements::load(conn, connection).await?.own_days);
    let calendar = WorkingCalendar { holidays: &holidays, own_days: &own_days };
    Ok(reveal::expires_at(now, reminder::runs_out_at(&context.reminders.policy, &calendar, region, now)))
}

/// Notes at every connection whose password stops being shown by now that it does; one that fails does not stop the
/// rest.
pub async fn note_due(context: &Context, now: DateTime<Utc>) -> Result<usize, ServiceError> {
    let due = onboardings::list_due_passwords(context.db.reader(), now).await?;
    let call = Call::by_machine(Actor::Clock, now, "end_passwords");
    let mut ended = 0;
    for connection in due {
        match note_one(context, &call, connection).await {
            Ok(()) => ended += 1,
            // Somebody changed it a moment ago, and noted it with that.
            Err(ServiceError::Conflict | ServiceError::Store(StoreError::Conflict)) => {}
            Err(error) => {
                // One that cannot be read stands on the worklist; it is not asked for again.
                if matches!(error, ServiceError::Store(StoreError::CorruptRow { .. })) {
                    onboardings::clear_password_until(context.db.writer(), connection).await?;
                }
                tracing::error!(connection.id = %connection, error = %error, "Could not note that a password is not shown any more");
            }
        }
    }
    Ok(ended)
}

async fn note_one(context: &Context, call: &Call, connection: ConnectionId) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    save_noted(&mut work, call, connection, held).await?;
    work.finish().await
}
