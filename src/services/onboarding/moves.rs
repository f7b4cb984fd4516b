//! A school goes to the Magister at another school domain: to the connection that is there, or to a new one. So a
//! connection is split, and so is put right what stood at the wrong domain.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::audit::Action;
use crate::domain::connection::{Carried, Connection, ConnectionDetails};
use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::import_gate::open_schools;
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::{Change, Changed, Command, Event, Ground, Onboarding, Step, decide};
use crate::domain::school::{Contact, NewContact, School, SchoolRef};
use crate::domain::text::{Reason, SchoolDomain};
use crate::services::onboarding::{onboardings, schools};
use crate::services::operations::insight::{self, Turned};
use crate::services::people::contacts;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::connections;
use crate::store::onboarding::onboardings::Versioned;
use crate::store::{self, StoreError};

/// Where a school goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveTo {
    /// To the Magister at this school domain.
    pub domain: SchoolDomain,
    /// Who becomes a contact there too; with the last school of a connection all of its contacts go.
    pub contacts: BTreeSet<ContactId>,
    /// Why.
    pub reason: Reason,
}

/// Kurve moves a school; the connection that it is under from now on. Whoever goes along is not vouched for there: that
/// is another Magister.
///
/// # Errors
/// `Conflict` on a stale page, `MovesNowhere`, `NobodyGoesAlong` when the school would have no contact there,
/// `Refused` when no more schools fit there.
pub async fn move_school(
    context: &Context,
    call: &Call,
    school: SchoolRef,
    to: &MoveTo,
    seen: i32,
) -> Result<ConnectionId, ServiceError> {
    call.check_may_act()?;
    match try_to_move(context, call, school, to, seen).await {
        // A connection at that school domain was made a moment before: by now it is here.
        Err(ServiceError::Store(StoreError::Taken)) => try_to_move(context, call, school, to, seen).await,
        other => other,
    }
}

async fn try_to_move(
    context: &Context,
    call: &Call,
    school: SchoolRef,
    to: &MoveTo,
    seen: i32,
) -> Result<ConnectionId, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let known = connections::find_by_domain(work.conn(), &to.domain).await?;
    if known.as_ref().is_some_and(|known| known.id == school.connection) {
        return Err(ServiceError::MovesNowhere);
    }
    let mut held = hold(&work, known.iter().map(|known| known.id).chain([school.connection]).collect()).await?;
    let from = held.remove(&school.connection).ok_or(ServiceError::NotFound)?;
    if from.version != seen {
        return Err(ServiceError::Conflict);
    }
    let found = store::onboarding::schools::find(work.conn(), school.school).await?;
    let school = found.filter(|found| found.connection == school.connection).ok_or(ServiceError::NotFound)?;
    let target = known.map_or_else(|| ConnectionId::from_uuid(context.chance.uuid_v7(call.now)), |known| known.id);
    let left = leave(&mut work, call, &school, Leaving { from, target, to }).await?;
    let here = store::people::contacts::list(work.conn(), target).await?;
    if here.is_empty() && left.people.is_empty() {
        return Err(ServiceError::NobodyGoesAlong);
    }
    let joined = match held.remove(&target) {
        Some(there) => join(&mut work, call, &school, there, JoinAt { target, domain: &to.domain }).await?,
        None => found_for(&mut work, call, &school, JoinAt { target, domain: &to.domain }).await?,
    };
    take_along(&mut work, call, target, &joined, &left, &here).await?;
    for connection in [school.connection, target] {
        schools::settle_carried(&work, call, connection).await?;
    }
    work.finish().await?;
    Ok(target)
}

/// Locks onboardings in the order of their ids: two moves crosswise would wait for each other otherwise.
async fn hold(
    work: &UnitOfWork<'_>,
    ids: BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, Versioned>, ServiceError> {
    let mut held = BTreeMap::new();
    for id in ids {
        held.insert(id, store::onboarding::onboardings::load_for_update(work.conn(), id).await?);
    }
    Ok(held)
}

struct Leaving<'a> {
    from: Versioned,
    target: ConnectionId,
    to: &'a MoveTo,
}

/// What became of the connection that a school left.
struct Left {
    /// Who goes along.
    people: Vec<Contact>,
    /// They are told at the new connection that the import closed: at the old one nobody is left to be told.
    tells_closed: bool,
}

/// The school leaves, with whom Kurve chose. The last one takes all contacts, and leaves no password that opens.
async fn leave(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    school: &School,
    Leaving { from, target, to }: Leaving<'_>,
) -> Result<Left, ServiceError> {
    let old = school.connection;
    let is_last = from.state.schools().all(|(id, _)| id == school.id);
    let tells_closed = is_last && open_schools(&from.state).contains(&school.id);
    let mut people = store::people::contacts::list(work.conn(), old).await?;
    people.retain(|person| is_last || to.contacts.contains(&person.id));
    let removed: &[Contact] = if is_last { &people } else { &[] };
    for person in removed {
        store::people::contacts::mark_removed(work.conn(), person.reference(), call.now).await?;
    }
    let command = Command::RemoveSchool { school: school.id, to: target, reason: to.reason.clone() };
    let changed = onboardings::change_all(work, call, old, from, &[command]).await?;
    for person in removed {
        let action = Action::ContactRemoved { contact: person.id };
        work.note_version(Some(old), Some(changed.version), action);
    }
    Ok(Left { people, tells_closed })
}

struct JoinAt<'a> {
    target: ConnectionId,
    domain: &'a SchoolDomain,
}

/// The school joins the connection that is there.
async fn join(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    school: &School,
    there: Versioned,
    JoinAt { target, domain }: JoinAt<'_>,
) -> Result<Changed, ServiceError> {
    // It was found before it was held.
    if connections::load(work.conn(), target).await?.details.domain != *domain {
        return Err(ServiceError::Conflict);
    }
    store::onboarding::schools::move_to(work.conn(), school.reference(), target, call.now).await?;
    let mut commands = vec![Command::AddSchool { school: school.id, asked_by: None }];
    commands.extend(schools::taken_back_for_first(&there.state));
    onboardings::change_all(work, call, target, there, &commands).await
}

/// The school gets a connection of its own, whose details Kurve took down with the move.
async fn found_for(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    school: &School,
    JoinAt { target, domain }: JoinAt<'_>,
) -> Result<Changed, ServiceError> {
    let region = connections::load(work.conn(), school.connection).await?.details.region;
    let details = ConnectionDetails { name: school.details.name.clone(), domain: domain.clone(), region };
    let carried = Carried::One(school.details.brin.clone());
    connections::insert(work.conn(), &Connection { id: target, details, carried, created_at: call.now }).await?;
    store::onboarding::schools::move_to(work.conn(), school.reference(), target, call.now).await?;
    let before = Onboarding::start(call.now, school.id);
    let change = Change::SchoolAdded { asked_by: None };
    let mut events = vec![Event { at: call.now, by: call.actor, school: Some(school.id), change }];
    let confirm = Command::Confirm { step: Step::DetailsSubmitted, ground: Ground::Word };
    events.extend(decide(&before.clone().apply_all(&events), &confirm, &call.actor, call.now)?);
    let after = before.clone().apply_all(&events);
    store::onboarding::onboardings::insert(work.conn(), target, &after, call.now).await?;
    if let Some(progress) = after.school(school.id) {
        store::onboarding::schools::save_progress(work.conn(), school.id, progress).await?;
    }
    let changed = Changed { before, events, after, version: 1 };
    onboardings::record(work, target, &changed);
    insight::follow(work, call, target, Turned { before: None, after: &changed.after }).await?;
    Ok(changed)
}

/// Makes who goes along a contact, and tells each of them once.
async fn take_along(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    target: ConnectionId,
    joined: &Changed,
    left: &Left,
    here: &[Contact],
) -> Result<(), ServiceError> {
    let moved: Vec<_> = joined.events.iter().filter_map(|event| event.school).take(1).collect();
    for Contact { name, email, roles, .. } in &left.people {
        let is_here = here.iter().any(|known| known.email.key_form() == email.key_form());
        let person = NewContact { name: name.clone(), email: email.clone(), roles: *roles };
        let contact = contacts::ensure(work, call, target, Some(joined.version), person).await?;
        let (kind, about) = match (left.tells_closed, is_here) {
            (true, _) => {
                let about = About { version: Some(joined.version), schools: moved.clone(), ..About::default() };
                (MailKind::ImportClosed, about)
            }
            (false, false) => (MailKind::ContactAdded, About::default()),
            (false, true) => continue,
        };
        let occasion = format!("{target}/{}", joined.version);
        work.mail(NewMail { kind, connection: Some(target), contact: Some(contact), about, occasion });
    }
    let held = Versioned { state: joined.after.clone(), version: joined.version };
    onboardings::change_all(work, call, target, held, &[]).await?;
    Ok(())
}
