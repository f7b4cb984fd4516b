//! The people at a school: adding, changing, removing, and vouching for them.

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{ContactId, SchoolId};
use crate::domain::notice::{About, MailKind};
use crate::domain::school::{Contact, ContactRole, Vouch};
use crate::domain::text::{EmailAddress, PersonName, Reason};
use crate::services::work::{Letter, Work};
use crate::services::{Call, Office, ServiceError};
use crate::store::{contacts, sessions};

/// Adds a contact, or takes a removed one back; they are told by mail.
///
/// # Errors
/// `Forbidden` for a reader, `ContactExists` when the address is one already.
pub async fn add(
    office: &Office,
    call: &Call,
    school: SchoolId,
    person: (PersonName, EmailAddress, ContactRole),
) -> Result<(), ServiceError> {
    check_may_change(call)?;
    let mut work = Work::begin(office, call).await?;
    if find_by_email(&work, school, &person.1).await?.is_some_and(|found| found.removed_at.is_none()) {
        return Err(ServiceError::ContactExists);
    }
    let contact = ensure(office, &mut work, call, school, person).await?;
    work.mail(Letter {
        kind: MailKind::ContactAdded,
        school: Some(school),
        contact: Some(contact),
        about: About::default(),
        occasion: format!("{school}/{}", call.now.timestamp_millis()),
    });
    work.finish().await
}

/// The contact with this address, made or taken back if need be.
pub(super) async fn ensure(
    office: &Office,
    work: &mut Work<'_>,
    call: &Call,
    school: SchoolId,
    (name, email, role): (PersonName, EmailAddress, ContactRole),
) -> Result<ContactId, ServiceError> {
    match find_by_email(work, school, &email).await? {
        Some(found) if found.removed_at.is_none() => Ok(found.id),
        Some(found) => {
            let contact = found.id;
            // Whoever vouched before vouched for someone who was removed since.
            contacts::save(work.conn(), &Contact { name, role, vouch: None, removed_at: None, ..found }).await?;
            work.note(Some(school), Action::ContactAdded { contact, role });
            Ok(contact)
        }
        None => {
            let contact = ContactId::from_uuid(office.chance.uuid_v7(call.now));
            let email_key = office.keys.email_key(&email.key_form());
            let new =
                Contact { id: contact, school, name, email, role, vouch: None, created_at: call.now, removed_at: None };
            contacts::insert(work.conn(), &new, &email_key).await?;
            work.note(Some(school), Action::ContactAdded { contact, role });
            Ok(contact)
        }
    }
}

/// Changes a contact's name and role.
///
/// # Errors
/// `Forbidden` for a reader, `NotFound` when the school has no such contact.
pub async fn change(
    office: &Office,
    call: &Call,
    (school, contact): (SchoolId, ContactId),
    (name, role): (PersonName, ContactRole),
) -> Result<(), ServiceError> {
    check_may_change(call)?;
    let mut work = Work::begin(office, call).await?;
    let found = load_of(&work, school, contact).await?;
    contacts::save(work.conn(), &Contact { name, role, ..found }).await?;
    work.note(Some(school), Action::ContactChanged { contact, role });
    work.finish().await
}

/// Removes a contact and ends their sessions.
///
/// # Errors
/// `LastContact` when nobody would be left.
pub async fn remove(
    office: &Office,
    call: &Call,
    (school, contact): (SchoolId, ContactId),
) -> Result<(), ServiceError> {
    check_may_change(call)?;
    let mut work = Work::begin(office, call).await?;
    let found = load_of(&work, school, contact).await?;
    if contacts::list(work.conn(), school).await?.len() == 1 {
        return Err(ServiceError::LastContact);
    }
    contacts::save(work.conn(), &Contact { removed_at: Some(call.now), ..found }).await?;
    sessions::delete_of_contact(work.conn(), contact).await?;
    work.note(Some(school), Action::ContactRemoved { contact });
    work.finish().await
}

/// Kurve vouches for a contact: from then on password and query file may be handed to them.
///
/// # Errors
/// `Forbidden` for a reader, `NotFound` when the school has no such contact.
pub async fn vouch(
    office: &Office,
    call: &Call,
    (school, contact): (SchoolId, ContactId),
    ground: Reason,
) -> Result<(), ServiceError> {
    let mut work = Work::begin(office, call).await?;
    vouch_within(&mut work, call, (school, contact), ground).await?;
    work.finish().await
}

pub(super) async fn vouch_within(
    work: &mut Work<'_>,
    call: &Call,
    (school, contact): (SchoolId, ContactId),
    ground: Reason,
) -> Result<(), ServiceError> {
    let Actor::Staff { id: by, role } = call.actor else { return Err(ServiceError::Forbidden) };
    if !role.can_act() {
        return Err(ServiceError::Forbidden);
    }
    let found = load_of(work, school, contact).await?;
    let vouch = Some(Vouch { at: call.now, by, ground: ground.clone() });
    contacts::save(work.conn(), &Contact { vouch, ..found }).await?;
    work.note(Some(school), Action::ContactVouched { contact, ground });
    Ok(())
}

fn check_may_change(call: &Call) -> Result<(), ServiceError> {
    match call.actor {
        Actor::Staff { role, .. } if role.can_act() => Ok(()),
        Actor::Staff { .. } | Actor::Contact { .. } | Actor::Check | Actor::Clock | Actor::Operator => {
            Err(ServiceError::Forbidden)
        }
    }
}

async fn find_by_email(
    work: &Work<'_>,
    school: SchoolId,
    email: &EmailAddress,
) -> Result<Option<Contact>, ServiceError> {
    let all = contacts::list_with_removed(work.conn(), school).await?;
    Ok(all.into_iter().find(|contact| contact.email.key_form() == email.key_form()))
}

async fn load_of(work: &Work<'_>, school: SchoolId, contact: ContactId) -> Result<Contact, ServiceError> {
    let found = contacts::load(work.conn(), contact).await?;
    if found.school == school && found.removed_at.is_none() { Ok(found) } else { Err(ServiceError::NotFound) }
}
