//! The people who act for a connection: adding, changing, removing, and vouching for them.
//!
//! Each change locks the onboarding first, so that two colleagues act one after the other, and increments its
//! version, so that a page from before it is stale.

use strum::IntoEnumIterator;

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::four_eyes::was_added_by;
use crate::domain::ids::{ConnectionId, ContactId, StaffId};
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::{Obstacle, Step};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Contact, ContactRef, NewContact, Vouch};
use crate::domain::text::{EmailAddress, PersonName, Reason};
use crate::services::onboarding::access;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::StoreError;
use crate::store::onboarding::onboardings;
use crate::store::onboarding::onboardings::Versioned;
use crate::store::operations::audit;
use crate::store::people::staff::StaffAccount;
use crate::store::people::{contacts, sessions, staff};

/// Adds a contact, or takes a removed one back; they are told by mail.
///
/// # Errors
/// `Forbidden` for a reader, `Conflict` on a stale page, `ContactExists` when the address is one already.
pub async fn add(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    person: NewContact,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold_seen(&work, connection, seen).await?;
    add_held(&mut work, call, connection, person, held).await?;
    work.finish().await
}

/// The same within a change under way, which may be done by whoever asks.
pub(super) async fn add_held(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    person: NewContact,
    held: Versioned,
) -> Result<(), ServiceError> {
    if find_by_email(work, connection, &person.email).await?.is_some_and(|found| found.removed_at.is_none()) {
        return Err(ServiceError::ContactExists);
    }
    let contact = ensure(work, call, connection, Some(held.version + 1), person).await?;
    let version = access::save_noted(work, call, connection, held).await?;
    work.mail(NewMail {
        kind: MailKind::ContactAdded,
        connection: Some(connection),
        contact: Some(contact),
        about: About::default(),
        occasion: format!("{connection}/{version}"),
    });
    Ok(())
}

/// The contact with this address, made or taken back if need be. The caller has locked the onboarding; its version, if
/// it is counted up here, goes along.
pub(in crate::services) async fn ensure(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    version: Option<i32>,
    NewContact { name, email, roles }: NewContact,
) -> Result<ContactId, ServiceError> {
    let found = find_by_email(work, connection, &email).await?;
    work.said(connection, &name);
    work.said(connection, &email);
    let contact = match found {
        Some(found) if found.removed_at.is_none() => return Ok(found.id),
        Some(found) => {
            contacts::save_taken_back(work.conn(), found.reference(), &name, roles).await?;
            if let Some(proposed) = appointed(call, roles) {
                contacts::save_given(work.conn(), &Contact { roles, proposed: Some(proposed), ..found.clone() })
                    .await?;
            }
            found.id
        }
        None => make(work, call, connection, NewContact { name, email, roles }).await?.id,
    };
    work.note_version(Some(connection), version, Action::ContactAdded { contact, roles });
    Ok(contact)
}

/// What Kurve has to look at of the roles that somebody gets: to appoint a superbeheerder takes Kurve.
fn appointed(call: &Call, roles: Roles) -> Option<Roles> {
    let role = ContactRole::Superbeheerder;
    (matches!(call.actor, Actor::Contact { .. }) && roles.contains(role)).then(|| Roles::of(role))
}

/// Makes a contact. The caller has locked the onboarding, notes it and tells whoever is to know.
///
/// # Errors
/// `ContactExists` when the address is one already.
pub(in crate::services) async fn make(
    work: &UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    NewContact { name, email, roles }: NewContact,
) -> Result<Contact, ServiceError> {
    let context = work.context();
    let contact = Contact {
        id: ContactId::from_uuid(context.chance.uuid_v7(call.now)),
        connection,
        name,
        email,
        roles,
        proposed: appointed(call, roles),
        vouch: None,
        created_at: call.now,
        removed_at: None,
    };
    let email_key = context.keys.email_key(&contact.email.key_form());
    match contacts::insert(work.conn(), &contact, &email_key).await {
        Err(StoreError::Taken) => Err(ServiceError::ContactExists),
        other => Ok(other.map(|()| contact)?),
    }
}

/// Changes a contact's name and roles. What the school gave them is judged with it.
///
/// # Errors
/// `Forbidden` for a reader, `Conflict` on a stale page, `NotFound` when the connection has no such contact.
pub async fn change(
    context: &Context,
    call: &Call,
    who: ContactRef,
    name: PersonName,
    roles: Roles,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold_seen(&work, who.connection, seen).await?;
    load_of(&work, who).await?;
    let ContactRef { connection, contact } = who;
    work.said(connection, &name);
    contacts::save(work.conn(), who, &name, roles).await?;
    if roles.contains(ContactRole::Superbeheerder) {
        tell_of_role(&mut work, who, &held);
    }
    let version = access::save_noted(&mut work, call, connection, held).await?;
    work.note_version(Some(connection), Some(version), Action::ContactChanged { contact, roles });
    work.finish().await
}

/// A contact at the school gives another one a role; Kurve sees it. The caller has locked the onboarding, whose version
/// is counted up, so that Kurve does not vouch from a page on which the role does not stand.
pub(in crate::services) async fn give_role(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    held: Versioned,
    to: &Contact,
    role: ContactRole,
) -> Result<Versioned, ServiceError> {
    let given = to.given(role);
    contacts::save_given(work.conn(), &given).await?;
    let version = onboardings::save(work.conn(), to.connection, &held, call.now).await?;
    let action = Action::ContactChanged { contact: to.id, roles: given.roles };
    work.note_version(Some(to.connection), Some(version), action);
    Ok(Versioned { version, ..held })
}

/// Removes a contact. Their pages are shut at once; their sessions end too, unless another connection has them.
///
/// # Errors
/// `LastContact` when nobody would be left, `Conflict` on a stale page.
pub async fn remove(context: &Context, call: &Call, who: ContactRef, seen: Option<i32>) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold_seen(&work, who.connection, seen).await?;
    remove_held(&mut work, call, who, held).await?;
    work.finish().await
}

/// The same within a change under way, which may be done by whoever asks.
pub(super) async fn remove_held(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    who: ContactRef,
    held: Versioned,
) -> Result<(), ServiceError> {
    load_of(work, who).await?;
    if is_alone(work, who).await? {
        return Err(ServiceError::LastContact);
    }
    take_out(work, call, who, held).await
}

/// Whether nobody would be left without a contact.
pub(in crate::services) async fn is_alone(work: &UnitOfWork<'_>, who: ContactRef) -> Result<bool, ServiceError> {
    Ok(contacts::list(work.conn(), who.connection).await?.len() == 1)
}

/// Removes a contact, who may be the last. The caller has locked the onboarding.
pub(in crate::services) async fn take_out(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    who: ContactRef,
    held: Versioned,
) -> Result<(), ServiceError> {
    let email = load_of(work, who).await?.email;
    let ContactRef { connection, contact } = who;
    contacts::mark_removed(work.conn(), who, call.now).await?;
    let email_key = work.context().keys.email_key(&email.key_form());
    if contacts::list_by_email(work.conn(), &email_key).await?.is_empty() {
        sessions::delete_of_address(work.conn(), &email_key).await?;
    }
    let version = access::save_noted(work, call, connection, held).await?;
    work.note_version(Some(connection), Some(version), Action::ContactRemoved { contact });
    Ok(())
}

/// Kurve vouches for a contact: from then on password and query file may be handed to them. A role that the school gave
/// them is vouched for with it.
///
/// # Errors
/// `Forbidden` for a reader, `Conflict` on a stale page, `NotFound` when the connection has no such contact,
/// `AddedByOneself` when a colleague has to look at it.
pub async fn vouch(
    context: &Context,
    call: &Call,
    who: ContactRef,
    ground: Reason,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold_seen(&work, who.connection, seen).await?;
    vouch_held(&mut work, call, who, ground, Some(held.version + 1)).await?;
    tell_of_ready(&mut work, who, &held);
    access::save_noted(&mut work, call, who.connection, held).await?;
    work.finish().await
}

/// Whoever could not begin before Kurve vouched for them is told that they can.
fn tell_of_ready(work: &mut UnitOfWork<'_>, who: ContactRef, before: &Versioned) {
    tell_of_role(work, who, before);
    if !before.state.lifecycle().is_withdrawn()
        && Step::iter().any(|step| step.takes_credentials() && waits_for(before, step, who))
    {
        work.mail(NewMail {
            kind: MailKind::CredentialsReady,
            connection: Some(who.connection),
            contact: Some(who.contact),
            about: About { credential_version: Some(before.state.credential_version()), ..About::default() },
            occasion: format!("{}/vouched/{}", who.connection, before.version),
        });
    }
}

/// Whether a step waits until Kurve has looked at a contact.
fn waits_for(before: &Versioned, step: Step, who: ContactRef) -> bool {
    let is_theirs =
        |obstacle: &Obstacle| matches!(obstacle, Obstacle::NotVouched(people) if people.contains(&who.contact));
    before.state.obstacles(step).iter().any(is_theirs)
}

/// Whoever has a step that only a superbeheerder does, and waited until Kurve had looked at that, is told that they can begin.
fn tell_of_role(work: &mut UnitOfWork<'_>, who: ContactRef, before: &Versioned) {
    let is_waiting = |step: &Step| step.takes_role().is_some() && waits_for(before, *step, who);
    if before.state.lifecycle().is_withdrawn() {
        return;
    }
    for step in Step::iter().filter(is_waiting) {
        work.mail(NewMail {
            kind: MailKind::StepHandedOver,
            connection: Some(who.connection),
            contact: Some(who.contact),
            about: About { step: Some(step), ..About::default() },
            occasion: format!("{}/{}/confirmed/{}", who.connection, step.as_str(), before.version),
        });
    }
}

/// The same within another change, which counts the version up; returns the onboarding, which is held from here on.
pub(in crate::services) async fn vouch_within(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    who: ContactRef,
    ground: Reason,
) -> Result<Versioned, ServiceError> {
    let held = onboardings::load_for_update(work.conn(), who.connection).await?;
    vouch_held(work, call, who, ground, None).await?;
    tell_of_role(work, who, &held);
    Ok(held)
}

/// The same for who is made a contact in this change by a colleague who knows them. The caller sees to it that there is no
/// password yet.
pub(in crate::services) async fn vouch_new(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    who: ContactRef,
    ground: Reason,
) -> Result<(), ServiceError> {
    vouch_held(work, call, who, ground, None).await
}

async fn vouch_held(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    who: ContactRef,
    ground: Reason,
    version: Option<i32>,
) -> Result<(), ServiceError> {
    let Actor::Staff { id: by, role } = call.actor else { return Err(ServiceError::Forbidden) };
    if !role.can_act() {
        return Err(ServiceError::Forbidden);
    }
    load_of(work, who).await?;
    check_four_eyes(work, who, by).await?;
    let ContactRef { connection, contact } = who;
    contacts::mark_vouched(work.conn(), contact, &Vouch { at: call.now, by, ground: ground.clone() }).await?;
    work.note_version(Some(connection), version, Action::ContactVouched { contact, ground });
    Ok(())
}

/// Who added a contact, or somebody through whom they came, does not also vouch for them. Where nobody else at Kurve can act
/// there is no second pair of eyes, and both lines stand in the audit.
async fn check_four_eyes(work: &UnitOfWork<'_>, who: ContactRef, by: StaffId) -> Result<(), ServiceError> {
    let adders = audit::list_adders(work.conn(), who.connection).await?;
    if !was_added_by(&adders, who.contact, by) {
        return Ok(());
    }
    let can_vouch = |account: &StaffAccount| account.id != by && account.role.can_act() && account.can_sign_in();
    if staff::list(work.conn()).await?.iter().any(can_vouch) { Err(ServiceError::AddedByOneself) } else { Ok(()) }
}

/// Takes back every vouch at a connection whose school turns out to be another one, or to work in another Magister:
/// Kurve's word was about people at the school of then. The caller has locked the onboarding.
pub(in crate::services) async fn clear_vouches(
    work: &mut UnitOfWork<'_>,
    connection: ConnectionId,
    version: Option<i32>,
) -> Result<(), ServiceError> {
    if contacts::clear_vouches(work.conn(), connection).await? > 0 {
        work.note_version(Some(connection), version, Action::VouchesCleared);
    }
    Ok(())
}

/// Locks the onboarding first, so that everything read after it stays true until the end of the change.
pub(super) async fn hold_seen(
    work: &UnitOfWork<'_>,
    connection: ConnectionId,
    seen: Option<i32>,
) -> Result<Versioned, ServiceError> {
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    if seen.is_some_and(|seen| seen != held.version) {
        return Err(ServiceError::Conflict);
    }
    Ok(held)
}

async fn find_by_email(
    work: &UnitOfWork<'_>,
    connection: ConnectionId,
    email: &EmailAddress,
) -> Result<Option<Contact>, ServiceError> {
    let all = contacts::list_with_removed(work.conn(), connection).await?;
    Ok(all.into_iter().find(|contact| contact.email.key_form() == email.key_form()))
}

/// A contact of today.
pub(super) async fn load_of(work: &UnitOfWork<'_>, who: ContactRef) -> Result<Contact, ServiceError> {
    let found = contacts::load(work.conn(), who.contact).await?;
    if found.connection == who.connection && found.removed_at.is_none() {
        Ok(found)
    } else {
        Err(ServiceError::NotFound)
    }
}
