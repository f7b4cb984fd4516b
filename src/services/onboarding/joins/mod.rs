//! Requests to join a connection that is here: who asks, what Kurve is told, and the lists. Deciding is [`decide`].
//!
//! What somebody asks for at a form never says what is here: every caller answers the same whether this was called or not.

pub mod decide;
pub mod waiting;

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{ConnectionId, JoinRequestId};
use crate::domain::join::{Asker, FURTHER_AT_ONCE, JoinKind, JoinRequest, MOST_OPEN_REQUESTS};
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::school::{ContactRef, Region, SchoolDetails};
use crate::domain::text::{Brin, SchoolDomain};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::{connections, joins, schools};
use crate::store::people::contacts;
use crate::store::{self, ConnectionTrait, StoreError};

/// A school for which a place is asked.
#[derive(Debug, Clone)]
pub(in crate::services) struct Wanted {
    pub(in crate::services) kind: JoinKind,
    pub(in crate::services) school: SchoolDetails,
}

/// Somebody who asks something of a connection.
#[derive(Debug, Clone)]
pub(in crate::services) struct Asking {
    /// The connection that decides.
    pub(in crate::services) connection: ConnectionId,
    pub(in crate::services) domain: SchoolDomain,
    pub(in crate::services) region: Region,
    pub(in crate::services) asker: Asker,
    /// The keyed hash of the address of who asks.
    pub(in crate::services) email_key: String,
}

/// A connection that is here, and what a request for it would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::services) struct Place {
    pub(in crate::services) connection: ConnectionId,
    pub(in crate::services) kind: JoinKind,
}

/// Where a school that somebody asks for is here already: by its BRIN, or else by the school domain.
pub(in crate::services) async fn find_place(
    conn: &impl ConnectionTrait,
    brin: &Brin,
    domain: &SchoolDomain,
) -> Result<Option<Place>, StoreError> {
    if let Some(known) = schools::find_by_brin(conn, brin).await? {
        let kind = JoinKind::KnownSchool { school: known.id };
        return Ok(Some(Place { connection: known.connection, kind }));
    }
    let known = connections::find_by_domain(conn, domain).await?;
    Ok(known.map(|known| Place { connection: known.id, kind: JoinKind::NewSchool }))
}

/// Keeps what one person asks of a connection; Kurve is told once. What they have open already is passed over.
///
/// # Errors
/// `TooManyRequests` when the connection has as many open as it may.
pub(in crate::services) async fn ask(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    asking: Asking,
    wanted: Vec<Wanted>,
) -> Result<(), ServiceError> {
    let connection = asking.connection;
    let before = joins::list_of_asker(work.conn(), connection, &asking.email_key).await?;
    let is_open = |wanted: &Wanted| {
        let is_same = |one: &JoinRequest| one.decision.is_none() && one.school.brin.key() == wanted.school.brin.key();
        before.iter().any(is_same)
    };
    let new: Vec<Wanted> = wanted.into_iter().filter(|wanted| !is_open(wanted)).collect();
    let open = joins::count_open(work.conn(), connection).await?;
    if open + new.len() as u64 > MOST_OPEN_REQUESTS {
        return Err(ServiceError::TooManyRequests);
    }
    let by = match &asking.asker {
        Asker::Person(_) => Actor::Visitor,
        Asker::Contact(_) => call.actor,
    };
    let mut first = None;
    for Wanted { kind, school } in new {
        let id = JoinRequestId::from_uuid(work.context().chance.uuid_v7(call.now));
        let request = JoinRequest {
            id,
            connection,
            kind,
            school,
            domain: asking.domain.clone(),
            region: asking.region,
            asker: asking.asker.clone(),
            asked_at: call.now,
            decision: None,
        };
        work.said(connection, &request.school.name);
        joins::insert(work.conn(), &request, &asking.email_key).await?;
        work.note_by(by, connection, Action::JoinAsked { request: id });
        tell_contacts(work, call, &request).await?;
        first.get_or_insert(id);
    }
    if let Some(first) = first {
        work.mail(NewMail {
            kind: MailKind::JoinRequested,
            connection: Some(connection),
            contact: None,
            about: About { request: Some(first), ..About::default() },
            occasion: first.to_string(),
        });
    }
    Ok(())
}

/// The contacts of the connection hear of a request from outside, however often there is one in a day.
async fn tell_contacts(work: &mut UnitOfWork<'_>, call: &Call, request: &JoinRequest) -> Result<(), ServiceError> {
    let kind = match request.kind {
        JoinKind::NewSchool | JoinKind::OtherDomain => MailKind::JoinAsked,
        JoinKind::KnownSchool { .. } => MailKind::AlreadyRegistered,
        // They asked themselves.
        JoinKind::FurtherSchool => return Ok(()),
    };
    let connection = request.connection;
    for contact in contacts::list(work.conn(), connection).await? {
        work.mail(NewMail {
            kind,
            connection: Some(connection),
            contact: Some(contact.id),
            about: About {
                request: Some(request.id).filter(|_| kind == MailKind::AlreadyRegistered),
                ..About::default()
            },
            occasion: format!("{connection}/{}", amsterdam_date(call.now)),
        });
    }
    Ok(())
}

/// The schools that contacts of a connection asked for, and on which Kurve has not decided.
pub async fn list_further(context: &Context, connection: ConnectionId) -> Result<Vec<SchoolDetails>, ServiceError> {
    let open = joins::list_open(context.db.reader(), connection).await?;
    let further = open.into_iter().filter(|request| request.kind == JoinKind::FurtherSchool);
    Ok(further.map(|request| request.school).collect())
}

/// A contact asks for further schools of the same Magister. One that came to the connection meanwhile is passed over; one
/// that is at another is taken like any other, and Kurve sees that.
///
/// # Errors
/// `TooManyRequests`; `NotFound` when the caller is no contact of the connection.
pub async fn ask_further(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    mut further: Vec<SchoolDetails>,
) -> Result<(), ServiceError> {
    let Actor::Contact { id: contact, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    let mut work = UnitOfWork::begin(context, call).await?;
    // One form after another.
    store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    let who = contacts::load(work.conn(), contact).await?;
    if who.connection != connection || !who.is_active() {
        return Err(ServiceError::NotFound);
    }
    let here = schools::list(work.conn(), connection).await?;
    further.retain(|school| here.iter().all(|known| known.details.brin.key() != school.brin.key()));
    further.truncate(FURTHER_AT_ONCE);
    let details = connections::load(work.conn(), connection).await?.details;
    let asking = Asking {
        connection,
        domain: details.domain,
        region: details.region,
        asker: Asker::Contact(ContactRef { connection, contact }),
        email_key: context.keys.email_key(&who.email.key_form()),
    };
    let wanted = further.into_iter().map(|school| Wanted { kind: JoinKind::FurtherSchool, school }).collect();
    ask(&mut work, call, asking, wanted).await?;
    work.finish().await
}
