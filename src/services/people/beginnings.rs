//! Requests for schools that are not here, which wait for Kurve: what Kurve sees of them, and what it decides. How one comes to
//! wait is in [`super::registrations`].

use chrono::{DateTime, Utc};

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, RegistrationDone};
use crate::domain::connection::Connection;
use crate::domain::ids::{ConnectionId, ContactId, RegistrationId};
use crate::domain::join::{Decision, JoinOutcome};
use crate::domain::notice::{About, MailKind};
use crate::domain::text::Reason;
use crate::services::onboarding::joins;
use crate::services::people::registrations::{self as requests, RegistrationForm};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError, chain};
use crate::store::onboarding::{connections, schools};
use crate::store::people::registrations;
use crate::store::{self, StoreError};

/// How many of these requests Kurve sees at most: the others follow as it decides.
pub const BEGINNING_ROWS: u64 = 200;

/// A school that waits to begin.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Which request.
    pub id: RegistrationId,
    /// What was typed.
    pub form: RegistrationForm,
    /// Since when it waits.
    pub since: DateTime<Utc>,
}

/// One of them, with all that Kurve decides by.
#[derive(Debug, Clone)]
pub struct BeginningFile {
    /// The request.
    pub beginning: Beginning,
    /// What Kurve decided, if it did.
    pub decision: Option<Decision>,
    /// The connection that has a school with this BRIN by now.
    pub brin_at: Option<Connection>,
    /// The connection that has this school domain by now.
    pub domain_at: Option<Connection>,
    /// The schools that others asked for with the same BRIN or school domain, and that wait too.
    pub alike: Vec<RegistrationForm>,
}

/// What came of letting a school begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is here now, under a connection of its own.
    Made(ConnectionId),
    /// Its BRIN or school domain came here meanwhile: it asks to join that connection.
    Joins(ConnectionId),
}

/// The schools that wait to begin, the oldest first. One that cannot be opened is left out: it waits until its key is back.
pub async fn list(context: &Context) -> Result<Vec<Beginning>, ServiceError> {
    let mut found = vec![];
    for row in registrations::list_waiting(context.db.reader(), BEGINNING_ROWS).await? {
        match requests::open(context, &row.stored) {
            Ok(form) => found.push(Beginning { id: row.stored.id, form, since: row.since }),
            Err(error) => tracing::error!(cause = chain(&error), "Left a request out of a list"),
        }
    }
    Ok(found)
}

/// One of them, or one that was decided.
///
/// # Errors
/// `NotFound` when there is no such request.
pub async fn find(context: &Context, id: RegistrationId) -> Result<BeginningFile, ServiceError> {
    let conn = context.db.reader();
    let row = registrations::find_waiting(conn, id).await?.ok_or(ServiceError::NotFound)?;
    let form = requests::open(context, &row.stored)?;
    let (brin, domain) = (&form.details.brin, &form.details.domain);
    let brin_at = match schools::find_by_brin(conn, brin).await? {
        Some(school) => Some(connections::load(conn, school.connection).await?),
        None => None,
    };
    let domain_at = connections::find_by_domain(conn, domain).await?;
    let mut alike = list(context).await?;
    alike.retain(|other| {
        let details = &other.form.details;
        other.id != id && (details.brin.key() == brin.key() || details.domain == *domain)
    });
    let alike = alike.into_iter().map(|other| other.form).collect();
    Ok(BeginningFile {
        beginning: Beginning { id, form, since: row.since },
        decision: row.decision,
        brin_at,
        domain_at,
        alike,
    })
}

/// Lets a school begin, as at a confirmation: it comes to exist, and who asked is its first contact. Where its BRIN or its school
/// domain came here meanwhile it becomes a request to join.
///
/// The same press twice is one.
///
/// # Errors
/// `Forbidden` for who may not act, `Conflict` when somebody decided otherwise, `NotFound`; `TooManyRequests` where it would join a
/// connection that has as many open as it may.
pub async fn accept(context: &Context, call: &Call, id: RegistrationId) -> Result<Begun, ServiceError> {
    match try_to_accept(context, call, id).await {
        // Another with the same BRIN or school domain was first by a moment: by now that one is here.
        Err(ServiceError::Store(StoreError::Taken)) => try_to_accept(context, call, id).await,
        other => other,
    }
}

async fn try_to_accept(context: &Context, call: &Call, id: RegistrationId) -> Result<Begun, ServiceError> {
    let decision = decision_of(call, JoinOutcome::Accepted)?;
    let row = registrations::find_waiting(context.db.reader(), id).await?.ok_or(ServiceError::NotFound)?;
    let form = requests::open(context, &row.stored)?;
    let (brin, domain) = (form.details.brin.clone(), form.details.domain.clone());
    // What they asked for is done as theirs, as if they had confirmed now; that Kurve let them is noted beside it.
    let contact = ContactId::from_uuid(context.chance.uuid_v7(call.now));
    let theirs = Call { actor: Actor::Contact { id: contact, roles: form.roles }, ..call.clone() };
    let mut work = UnitOfWork::begin(context, &theirs).await?;
    let waits = hold(&work, id, &decision).await?;
    let place = joins::find_place(work.conn(), &brin, &domain).await?;
    if !waits {
        // What came of the first press is where its BRIN is, or its domain.
        let at = place.ok_or(ServiceError::Conflict)?.connection;
        let email_key = context.keys.email_key(&form.email.key_form());
        let asked = store::onboarding::joins::list_of_asker(work.conn(), at, &email_key).await?;
        let joins = asked.iter().any(|request| request.school.brin.key() == brin.key());
        return Ok(if joins { Begun::Joins(at) } else { Begun::Made(at) });
    }
    registrations::mark_decided(work.conn(), id, &decision).await?;
    let accepted = Action::Registration(RegistrationDone::RegistrationAccepted { registration: id });
    let begun = match place {
        Some(place) => {
            requests::ask_to_join(&mut work, &theirs, form, place).await?;
            work.note(None, accepted);
            Begun::Joins(place.connection)
        }
        None => {
            let made = requests::create(&mut work, &theirs, &form, contact).await?;
            work.note(Some(made), accepted);
            Begun::Made(made)
        }
    };
    work.last_by(call.actor);
    work.finish().await?;
    Ok(begun)
}

/// Declines one; who asked gets a mail with the reason.
///
/// The same press twice is one.
///
/// # Errors
/// `Forbidden` for who may not act, `Conflict` when somebody decided otherwise, `NotFound`.
pub async fn decline(context: &Context, call: &Call, id: RegistrationId, reason: Reason) -> Result<(), ServiceError> {
    let decision = decision_of(call, JoinOutcome::Declined { reason: reason.clone() })?;
    let mut work = UnitOfWork::begin(context, call).await?;
    if !hold(&work, id, &decision).await? {
        return Ok(());
    }
    registrations::mark_decided(work.conn(), id, &decision).await?;
    let declined = RegistrationDone::RegistrationDeclined { registration: id, reason };
    work.note(None, Action::Registration(declined));
    work.mail(NewMail {
        kind: MailKind::JoinDeclined,
        connection: None,
        contact: None,
        about: About { registration: Some(id), ..About::default() },
        occasion: id.to_string(),
    });
    work.finish().await
}

/// What the caller decides.
fn decision_of(call: &Call, outcome: JoinOutcome) -> Result<Decision, ServiceError> {
    call.check_may_act()?;
    let Actor::Staff { id: by, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    Ok(Decision { at: call.now, by, outcome })
}

/// Holds a request until the end of the change, and says whether it waits: not when the caller decided just so before.
async fn hold(work: &UnitOfWork<'_>, id: RegistrationId, decision: &Decision) -> Result<bool, ServiceError> {
    let held = registrations::find_waiting_for_update(work.conn(), id).await?.ok_or(ServiceError::NotFound)?;
    match held.decision {
        None => Ok(true),
        Some(known) if known.by == decision.by && known.outcome == decision.outcome => Ok(false),
        Some(_) => Err(ServiceError::Conflict),
    }
}
