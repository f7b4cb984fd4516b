//! What is known of addresses: where mail does not arrive, and who wants no reminders or no digest.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::crypto::mail_token::{self, Subscription};
use crate::domain::actor::Actor;
use crate::domain::address_mark::AddressMark;
use crate::domain::audit::Action;
use crate::domain::connection::Connection;
use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::onboarding::{Lifecycle, Onboarding};
use crate::domain::school::Contact;
use crate::links;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{AnonymousCall, Call, Context, ServiceError};
use crate::store::onboarding::overview;
use crate::store::people::{address_marks, contacts};
use crate::store::{ConnectionTrait, StoreError};

/// How many addresses the worklist and the digest name.
const MARKED_ROWS: u64 = 40;

/// A contact of a connection under way, of whose address something is known.
#[derive(Debug, Clone)]
pub struct MarkedContact {
    /// Who.
    pub contact: Contact,
    /// Of which connection.
    pub connection: Connection,
    /// What is known.
    pub mark: AddressMark,
}

/// The contacts for Kurve to look at, where mail does not arrive first.
pub async fn list_marked(context: &Context) -> Result<Vec<MarkedContact>, ServiceError> {
    let conn = context.db.reader();
    let found = address_marks::list_contacts(conn, MARKED_ROWS).await?;
    let ids = found.iter().map(|(contact, _)| contact.connection).collect();
    let connections = overview::list_by_id(conn, &ids).await?;
    let is_under_way = |state: &Onboarding| match state.lifecycle() {
        Lifecycle::Active | Lifecycle::Paused { .. } => true,
        Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => false,
    };
    let marked = found.into_iter().filter_map(|(contact, mark)| {
        let (connection, state) = connections.get(&contact.connection)?;
        let is_shown = state.as_ref().is_some_and(is_under_way);
        is_shown.then(|| MarkedContact { contact, connection: connection.clone(), mark })
    });
    Ok(marked.collect())
}

/// What is known of the addresses of contacts; one of whom nothing is known is left out.
pub async fn marks_of(context: &Context, people: &[Contact]) -> Result<BTreeMap<ContactId, AddressMark>, ServiceError> {
    Ok(find_marks(context, context.db.reader(), people).await?)
}

/// The same within a change under way.
pub(in crate::services) async fn find_marks(
    context: &Context,
    conn: &impl ConnectionTrait,
    people: &[Contact],
) -> Result<BTreeMap<ContactId, AddressMark>, StoreError> {
    let keys: BTreeMap<ContactId, String> = people.iter().map(|person| (person.id, key_of(context, person))).collect();
    let marks = address_marks::list(conn, keys.values().cloned()).await?;
    Ok(keys.into_iter().filter_map(|(id, key)| marks.get(&key).map(|mark| (id, mark.clone()))).collect())
}

fn key_of(context: &Context, person: &Contact) -> String {
    context.keys.email_key(&person.email.key_form())
}

/// A colleague says that mail arrives again at the address of a contact; `false` when nothing else was known.
///
/// # Errors
/// `Forbidden` for who may not act, `NotFound` when the connection has no such contact.
pub async fn declare_working(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    contact: ContactId,
) -> Result<bool, ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let person = contacts::load(work.conn(), contact).await?;
    if person.connection != connection {
        return Err(ServiceError::NotFound);
    }
    let did = clear_bounced(&mut work, &key_of(context, &person), call.now).await?;
    work.finish().await?;
    Ok(did)
}

/// Mail arrives at an address: it was not so until this moment at the latest, if it ever was.
pub(in crate::services) async fn clear_bounced(
    work: &mut UnitOfWork<'_>,
    address_key: &str,
    until: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    if !address_marks::clear_bounced(work.conn(), address_key, until).await? {
        return Ok(false);
    }
    for person in contacts::list_by_email(work.conn(), address_key).await? {
        work.note(Some(person.connection), Action::AddressWorks { contact: person.id });
    }
    Ok(true)
}

/// The link with which the reader of a mail stops such mails.
pub(in crate::services) fn stop_link(context: &Context, what: Subscription, address: &str) -> String {
    let key = context.keys.email_key(&address.to_ascii_lowercase());
    context.base.to(&links::fill(links::UNSUBSCRIBE, &[&mail_token::unsubscribe(&context.keys, what, &key)]))
}

/// A kind of mail to one address, as a link names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// Which mails.
    pub what: Subscription,
    address_key: String,
}

/// What a token in a link stops; `None` when the token is not ours.
pub fn read_link(context: &Context, token: &str) -> Option<Subscribed> {
    let (what, address_key) = mail_token::read_unsubscribe(&context.keys, token)?;
    Some(Subscribed { what, address_key })
}

/// The reminders to a contact, for their own page.
pub fn reminders_of(context: &Context, person: &Contact) -> Subscribed {
    Subscribed { what: Subscription::Reminders, address_key: key_of(context, person) }
}

/// The digest to Kurve.
pub fn digest_of(context: &Context) -> Subscribed {
    let address_key = context.keys.email_key(&context.support_email.to_ascii_lowercase());
    Subscribed { what: Subscription::Digest, address_key }
}

/// Whether these mails are stopped.
pub async fn is_stopped(context: &Context, which: &Subscribed) -> Result<bool, ServiceError> {
    let mark = address_marks::find(context.db.reader(), &which.address_key).await?;
    Ok(match which.what {
        Subscription::Reminders => mark.reminders_stopped_at.is_some(),
        Subscription::Digest => mark.digest_stopped_at.is_some(),
    })
}

/// Stops mails; a second time changes nothing.
pub async fn stop(context: &Context, asked: AnonymousCall<'_>, which: &Subscribed) -> Result<(), ServiceError> {
    let call = by_link(asked);
    let mut work = UnitOfWork::begin(context, &call).await?;
    let key = &which.address_key;
    match which.what {
        Subscription::Reminders if address_marks::stop_reminders(work.conn(), key, call.now).await? => {
            note_each(&mut work, key, |contact| Action::RemindersStopped { contact }).await?;
        }
        Subscription::Digest if address_marks::stop_digest(work.conn(), key, call.now).await? => {
            work.note(None, Action::DigestStopped);
        }
        Subscription::Reminders | Subscription::Digest => return Ok(()),
    }
    work.finish().await
}

/// Lets mails come again, for who has the link; a second time changes nothing.
pub async fn resume(context: &Context, asked: AnonymousCall<'_>, which: &Subscribed) -> Result<(), ServiceError> {
    resume_as(context, &by_link(asked), which).await
}

/// Lets mails come again, for who is signed in.
pub async fn resume_as(context: &Context, call: &Call, which: &Subscribed) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let key = &which.address_key;
    match which.what {
        Subscription::Reminders if address_marks::resume_reminders(work.conn(), key).await? => {
            note_each(&mut work, key, |contact| Action::RemindersResumed { contact }).await?;
        }
        Subscription::Digest if address_marks::resume_digest(work.conn(), key).await? => {
            work.note(None, Action::DigestResumed);
        }
        Subscription::Reminders | Subscription::Digest => return Ok(()),
    }
    work.finish().await
}

/// Whoever has the link: the mail may have been forwarded, so it is not put down to its reader.
fn by_link(asked: AnonymousCall<'_>) -> Call {
    asked.by(Actor::Visitor)
}

/// An entry for each connection where somebody has this address.
async fn note_each(
    work: &mut UnitOfWork<'_>,
    address_key: &str,
    action: impl Fn(ContactId) -> Action,
) -> Result<(), ServiceError> {
    for person in contacts::list_by_email(work.conn(), address_key).await? {
        work.note(Some(person.connection), action(person.id));
    }
    Ok(())
}
