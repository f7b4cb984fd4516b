//! The request for Optie A: typed by anyone, and nothing until the address is confirmed by mail. One that then waits for Kurve
//! is decided on in [`super::beginnings`].

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::crypto::{Binding, Purpose, Token, digest, sealed};
use crate::domain::access_link::CONFIRM_HOURS;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, RegistrationDone};
use crate::domain::connection::{Carried, Connection};
use crate::domain::ids::{ConnectionId, ContactId, RegistrationId, SchoolId};
use crate::domain::join::{Asker, JoinKind};
use crate::domain::new_schools::NewSchools;
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::{Changed, Command, Ground, Onboarding, Step, decide};
use crate::domain::roles::Roles;
use crate::domain::school::{Contact, NewContact, RequestDetails, School};
use crate::domain::tally::Figure;
use crate::domain::text::{EmailAddress, PersonName};
use crate::services::onboarding::joins::{self, Asking, Place, Wanted};
use crate::services::onboarding::onboardings;
use crate::services::onboarding::tell::tell;
use crate::services::operations::insight::{self, Turned};
use crate::services::people::confirmations::{self, REPEAT_SECONDS};
use crate::services::people::door_log::{self, Account};
use crate::services::people::portal_access;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{AnonymousCall, Call, Context, ServiceError};
use crate::store::onboarding::{connections, schools};
use crate::store::people::registrations;
use crate::store::people::registrations::StoredRegistration;
use crate::store::{self, StoreError};

/// What somebody typed on `/aanmelden`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationForm {
    /// The school.
    pub details: RequestDetails,
    /// Who asks.
    pub name: PersonName,
    /// Where they are reached.
    pub email: EmailAddress,
    /// What they are at school.
    pub roles: Roles,
}

impl RegistrationForm {
    /// Who asks, as a contact would be written down.
    pub fn person(&self) -> NewContact {
        NewContact { name: self.name.clone(), email: self.email.clone(), roles: self.roles }
    }
}

/// What a confirmation led to.
#[derive(Debug)]
pub enum Confirmed {
    /// The school is here now, under a connection of its own.
    Made {
        /// Which.
        connection: ConnectionId,
        /// A session, when it was confirmed in the browser that asked.
        session: Option<Token>,
    },
    /// Kurve decides: the school or its Magister is here, or new schools wait.
    Asked,
}

/// Where a request for Optie A stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestStatus {
    /// It can be confirmed.
    Open(Box<RegistrationForm>),
    /// It was confirmed before.
    Used,
    /// It is too old, or never was.
    Gone,
}

/// Keeps a request, sealed, and asks by mail to confirm the address; returns its id.
///
/// The answer is the same whether or not the school or the address is known.
pub async fn request(
    context: &Context,
    asked: AnonymousCall<'_>,
    form: &RegistrationForm,
    browser: &Token,
) -> Result<RegistrationId, ServiceError> {
    let (now, call) = (asked.now, asked.by(Actor::Visitor));
    let typed = serde_json::to_vec(form).map_err(|_| ServiceError::Broken("a form that cannot be written"))?;
    let id = request_id_of(browser, &typed, now);
    let sealed_form = sealed::seal(&context.keys, Purpose::SealRegistration, &binding(id), &typed, &context.chance);
    let expires_at = now + Duration::hours(CONFIRM_HOURS);
    let browser_hash = browser.hash().to_vec();
    let new = StoredRegistration { id, sealed_form, browser_hash, expires_at, used_at: None };

    let mut work = UnitOfWork::begin(context, &call).await?;
    match registrations::insert(work.conn(), &new, &form.details.brin, now).await {
        Ok(()) => {}
        // The same form arrived again.
        Err(StoreError::Taken) => {
            drop(work);
            confirmations::send_if_given_up(context, asked, &form.email, id).await?;
            return Ok(id);
        }
        Err(error) => return Err(error.into()),
    }
    confirmations::count(&work, asked, &form.email).await?;
    work.mail(confirmations::mail(id, id.to_string()));
    work.finish().await?;
    Ok(id)
}

/// Makes the token of a request, once; `None` when it was made before or the request no longer counts.
pub(crate) async fn mint(
    context: &Context,
    now: DateTime<Utc>,
    id: RegistrationId,
) -> Result<Option<Token>, ServiceError> {
    let token = Token::new(&context.chance);
    let is_fresh = registrations::mark_minted(context.db.writer(), id, &token.hash(), now).await?;
    Ok(is_fresh.then_some(token))
}

/// Where the request with this token stands. Changes nothing.
pub async fn find(context: &Context, now: DateTime<Utc>, token: &Token) -> Result<RequestStatus, ServiceError> {
    let Some(stored) = registrations::find_by_token(context.db.reader(), &token.hash()).await? else {
        return Ok(RequestStatus::Gone);
    };
    if stored.used_at.is_some() {
        return Ok(RequestStatus::Used);
    }
    if now > stored.expires_at {
        return Ok(RequestStatus::Gone);
    }
    Ok(RequestStatus::Open(Box::new(open(context, &stored)?)))
}

/// Confirms the address: the school comes to exist, or a request to join where its BRIN or its Magister is here. Where new
/// schools wait for Kurve, whoever asks reads the same of both. Support is told of each.
///
/// # Errors
/// `NotFound` when the request was used or is too old.
pub async fn confirm(
    context: &Context,
    asked: AnonymousCall<'_>,
    token: &Token,
    browser: Option<&Token>,
) -> Result<Confirmed, ServiceError> {
    match try_to_confirm(context, asked, token, browser).await {
        // Another confirmation for the same BRIN or school domain was first by a moment: by now that one is here.
        Err(ServiceError::Store(StoreError::Taken)) => try_to_confirm(context, asked, token, browser).await,
        other => other,
    }
}

async fn try_to_confirm(
    context: &Context,
    asked: AnonymousCall<'_>,
    token: &Token,
    browser: Option<&Token>,
) -> Result<Confirmed, ServiceError> {
    let now = asked.now;
    let contact = ContactId::from_uuid(context.chance.uuid_v7(now));
    let stored = registrations::find_by_token(context.db.reader(), &token.hash()).await?;
    let stored = stored.filter(|stored| now <= stored.expires_at).ok_or(ServiceError::NotFound)?;
    let form = open(context, &stored)?;
    let call = asked.by(Actor::Contact { id: contact, roles: form.roles });

    let mut work = UnitOfWork::begin(context, &call).await?;
    if !registrations::claim(work.conn(), stored.id, now).await? {
        return Err(ServiceError::NotFound);
    }
    let place = joins::find_place(work.conn(), &form.details.brin, &form.details.domain).await?;
    if place.is_some() || context.new_schools == NewSchools::Review {
        match place {
            Some(place) => ask_or_pass_over(&mut work, &call, form, place).await?,
            None => let_wait(&mut work, now, stored.id).await?,
        }
        work.finish().await?;
        return Ok(Confirmed::Asked);
    }
    let connection = create(&mut work, &call, &form, contact).await?;
    let is_same_browser = browser.is_some_and(|browser| crate::crypto::same(&browser.hash(), &stored.browser_hash));
    let session = if is_same_browser {
        let email_key = context.keys.email_key(&form.email.key_form());
        Some(portal_access::open_contact_session(&work, asked, email_key, browser).await?)
    } else {
        None
    };
    work.finish().await?;
    if session.is_some() {
        door_log::signed_in(asked, Account::Contact(contact));
    }
    Ok(Confirmed::Made { connection, session })
}

/// The request of a school that is not here waits for Kurve.
async fn let_wait(work: &mut UnitOfWork<'_>, now: DateTime<Utc>, id: RegistrationId) -> Result<(), ServiceError> {
    registrations::mark_waiting(work.conn(), id, now).await?;
    work.note(None, Action::Registration(RegistrationDone::RegistrationWaits { registration: id }));
    work.last_by(Actor::Visitor);
    work.mail(NewMail {
        kind: MailKind::BeginRequested,
        connection: None,
        contact: None,
        about: About { registration: Some(id), ..About::default() },
        occasion: id.to_string(),
    });
    Ok(())
}

/// Makes the school of a request, with who asks as its first contact; the call is theirs.
pub(super) async fn create(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    form: &RegistrationForm,
    contact: ContactId,
) -> Result<ConnectionId, ServiceError> {
    let context = work.context();
    let id = ConnectionId::from_uuid(context.chance.uuid_v7(call.now));
    let carried = Carried::One(form.details.brin.clone());
    let connection = Connection { id, details: form.details.connection(), carried, created_at: call.now };
    connections::insert(work.conn(), &connection).await?;
    let school = SchoolId::from_uuid(context.chance.uuid_v7(call.now));
    let details = form.details.school();
    schools::insert(work.conn(), &School { id: school, connection: id, details, created_at: call.now }).await?;
    work.tally().count(call.now, Figure::Registered);
    let person = Contact {
        id: contact,
        connection: id,
        name: form.name.clone(),
        email: form.email.clone(),
        roles: form.roles,
        proposed: None,
        vouch: None,
        created_at: call.now,
        removed_at: None,
    };
    store::people::contacts::insert(work.conn(), &person, &context.keys.email_key(&form.email.key_form())).await?;
    let before = Onboarding::start(call.now, school);
    let command = Command::Claim { step: Step::DetailsSubmitted, ground: Ground::Word, credential_version: None };
    let events = decide(&before, &command, &call.actor, call.now)?;
    let after = before.clone().apply_all(&events);
    store::onboarding::onboardings::insert(work.conn(), id, &after, call.now).await?;
    work.note(Some(id), Action::SchoolRegistered);
    work.note(Some(id), Action::ContactAdded { contact, roles: form.roles });
    let changed = Changed { before, events, after, version: 1 };
    onboardings::record(work, id, &changed);
    insight::follow(work, call, id, Turned { before: None, after: &changed.after }).await?;
    tell(work, id, &changed, Some(contact)).await?;
    Ok(id)
}

/// Makes a request to join where its BRIN or its Magister is here.
///
/// # Errors
/// `TooManyRequests` when the connection has as many open as it may.
pub(super) async fn ask_to_join(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    form: RegistrationForm,
    Place { connection, kind }: Place,
) -> Result<(), ServiceError> {
    if let JoinKind::KnownSchool { .. } = kind {
        work.note(Some(connection), Action::RegistrationRepeated);
    }
    let wanted = vec![Wanted { kind, school: form.details.school() }];
    let asker = Asker::Person(form.person());
    let asking = Asking {
        connection,
        domain: form.details.domain,
        region: form.details.region,
        email_key: work.context().keys.email_key(&form.email.key_form()),
        asker,
    };
    joins::ask(work, call, asking, wanted).await
}

async fn ask_or_pass_over(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    form: RegistrationForm,
    place: Place,
) -> Result<(), ServiceError> {
    match ask_to_join(work, call, form, place).await {
        // Whoever asks reads the same; a connection with so many open requests has Kurve's eye already.
        Err(ServiceError::TooManyRequests) => {
            tracing::warn!(connection.id = %place.connection, "Passed a request over: too many are open");
            Ok(())
        }
        other => other,
    }
}

/// The form of a request.
pub(in crate::services) fn open(
    context: &Context,
    stored: &StoredRegistration,
) -> Result<RegistrationForm, ServiceError> {
    let typed = sealed::open(&context.keys, Purpose::SealRegistration, &binding(stored.id), &stored.sealed_form)?;
    serde_json::from_slice(&typed).map_err(|_| ServiceError::Broken("a stored form that cannot be read"))
}

/// The same form from the same browser within ten minutes has the same id, so that a form that arrives twice is one.
fn request_id_of(browser: &Token, typed: &[u8], now: DateTime<Utc>) -> RegistrationId {
    let slot = (now.timestamp() / REPEAT_SECONDS).to_be_bytes();
    let hash = digest(&[&browser.hash(), typed, &slot]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    RegistrationId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

fn binding(id: RegistrationId) -> Binding<'static> {
    let row: Uuid = id.as_uuid();
    Binding { table: "registration", row, version: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stored_tests::{assert_refuses_fields, assert_refuses_tomorrow, read_as_written};

    #[test]
    fn a_stored_request_stays_readable() {
        let stored = include_str!("../stored/registration.jsonl");

        insta::assert_snapshot!("stored_registration", read_as_written::<RegistrationForm>(stored));
        assert_refuses_tomorrow::<RegistrationForm>(stored, &["region", "roles", "brin"]);
        assert_refuses_fields::<RegistrationForm>(stored);
    }
}
