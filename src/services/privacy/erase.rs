//! Erasing a person: one transaction, after which nothing of them is left but what they did, as done by a former contact.
//!
//! The texts of the audit go with their salts, so its chain stays whole; the states of onboardings are made again from their
//! events, which have the texts no more. Who still acts as a contact is taken out first, as Kurve would do.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::export::{Count, counts};
use super::finding::{self, Found};
use crate::domain::audit::Action;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Event, Lifecycle};
use crate::domain::text::{EmailAddress, SchoolDomain};
use crate::services::mail::dispatch::Mailer;
use crate::services::operations::replay::again;
use crate::services::people::contacts;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::connections;
use crate::store::onboarding::onboardings::{self, Versioned};
use crate::store::operations::{audit_texts, replay};
use crate::store::{StoreError, privacy};

/// Why somebody was not erased. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Nothing is kept of them.
    #[error("nothing is kept of this address")]
    Nobody,
    /// Texts of theirs stand in the chain of the audit.
    #[error("{0} texts of theirs stand in the chain of the audit itself, where an earlier release put them")]
    InsideTheChain(u64),
    /// They are a colleague of Kurve whose account is in use.
    #[error("the account of this colleague is in use")]
    ColleagueInUse,
    /// They are the only contact of a connection that is under way.
    #[error("they are the only contact of {0}, which is under way")]
    OnlyContact(SchoolDomain),
    /// The state of a connection does not follow from its events.
    #[error("the state of connection {0} is not what its events give")]
    Untrue(ConnectionId),
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for EraseError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Erased {
    /// How much went, by sort.
    pub counts: Vec<Count>,
    /// How many files went from the mail folder; `None` where it could not be read, or a file not removed.
    pub files: Option<u64>,
    /// How many mails are on their way to others that may name them.
    pub on_their_way: u64,
    /// Whether the files of the database were swept; else the next one who closes it does that.
    pub is_swept: bool,
}

/// Erases everything that is kept of the person with an address.
///
/// # Errors
/// Why not; then nothing was changed.
pub async fn erase(
    context: &Context,
    mailer: &Mailer,
    call: &Call,
    address: &EmailAddress,
) -> Result<Erased, EraseError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let known = finding::know(context, work.conn(), address).await?;
    let mut held = hold(&work, known.connections()).await?;
    let found = finding::find(context, work.conn(), address, known).await?;
    let gone: Vec<Count> = counts(&found.sections()).into_iter().filter(|count| count.kind.goes()).collect();
    if found.known.staff_in_use().is_some() {
        return Err(EraseError::ColleagueInUse);
    }
    if found.audit.old > 0 {
        return Err(EraseError::InsideTheChain(found.audit.old));
    }
    if gone.is_empty() {
        return Err(EraseError::Nobody);
    }
    let texts = erase_from_audit(&work, &found, &mut held).await?;
    take_out(&mut work, call, &found, held).await?;
    let key_of = |address: &EmailAddress| context.keys.email_key(&address.key_form());
    privacy::erase(work.conn(), &found.known, &found.traces, key_of).await?;
    let rows = gone.iter().map(|count| count.rows).sum::<u64>().saturating_sub(texts);
    work.note(None, Action::PersonErased { texts, rows });
    work.finish().await?;
    // From here on nothing can be taken back, so nothing fails as a whole any more.
    let is_swept = context.db.sweep().await.unwrap_or_else(|error| {
        tracing::warn!(error = %error, "The files of the database were not swept after somebody was erased");
        false
    });
    let on_their_way = found.traces.on_their_way();
    let files = forget_files(mailer, found).await;
    Ok(Erased { counts: gone, files, on_their_way, is_swept })
}

/// Nobody else changes these connections until the end; they are held in the order of their ids.
async fn hold(
    work: &UnitOfWork<'_>,
    connections: impl IntoIterator<Item = ConnectionId>,
) -> Result<BTreeMap<ConnectionId, Versioned>, EraseError> {
    let mut held = BTreeMap::new();
    for connection in connections {
        held.insert(connection, onboardings::load_for_update(work.conn(), connection).await?);
    }
    Ok(held)
}

/// Erases texts of the audit, and from the states that follow from it; those are saved with whatever else changes in them.
async fn erase_from_audit(
    work: &UnitOfWork<'_>,
    found: &Found,
    held: &mut BTreeMap<ConnectionId, Versioned>,
) -> Result<u64, EraseError> {
    let others = found.audit.connections.iter().copied().filter(|id| !held.contains_key(id)).collect::<Vec<_>>();
    held.extend(hold(work, others).await?);
    let ids: Vec<ConnectionId> = found.audit.connections.iter().copied().collect();
    let mut before = replay::list_events(work.conn(), &ids).await?;
    let texts = audit_texts::erase(work.conn(), &found.audit.texts).await?;
    let mut after = replay::list_events(work.conn(), &ids).await?;
    for id in ids {
        let events = |of: &mut BTreeMap<_, Option<Vec<Event>>>| of.remove(&id).flatten().ok_or(EraseError::Untrue(id));
        let (before, after) = (events(&mut before)?, events(&mut after)?);
        let created_at = connections::load(work.conn(), id).await?.created_at;
        let versioned = held.get_mut(&id).ok_or(EraseError::Untrue(id))?;
        versioned.state = again(created_at, &versioned.state, &before, &after).ok_or(EraseError::Untrue(id))?;
    }
    Ok(texts)
}

/// Saves the states, and takes out the person as a contact of today.
async fn take_out(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    found: &Found,
    held: BTreeMap<ConnectionId, Versioned>,
) -> Result<(), EraseError> {
    let acting = found.known.acting();
    for (connection, versioned) in held {
        let Some(who) = acting.iter().find(|who| who.connection == connection) else {
            if found.audit.connections.contains(&connection) {
                onboardings::save(work.conn(), connection, &versioned, call.now).await?;
            }
            continue;
        };
        let is_under_way = match versioned.state.lifecycle() {
            Lifecycle::Active | Lifecycle::Paused { .. } => true,
            Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => false,
        };
        if is_under_way && contacts::is_alone(work, *who).await? {
            let domain = connections::load(work.conn(), connection).await?.details.domain;
            return Err(EraseError::OnlyContact(domain));
        }
        contacts::take_out(work, call, *who, versioned).await?;
    }
    Ok(())
}

/// Removes the mails to them, and those that name them, from the folder where mails are kept as files.
async fn forget_files(mailer: &Mailer, found: Found) -> Option<u64> {
    let Found { person, traces, .. } = found;
    let ids: Vec<String> = traces.mails_of_bytes().iter().map(Uuid::to_string).collect();
    let near = person.connections.iter().next().copied();
    let forgotten = mailer
        .transport
        .forget(move |name, text| ids.iter().any(|id| name.contains(id)) || person.is_named_in(text, near));
    let told = |error| tracing::warn!(error = %error, "The mail folder was not cleared after somebody was erased");
    forgotten.await.map_err(told).ok()
}
