//! How school contacts get in: a link and a code by mail, and the session after it.

use chrono::{DateTime, Duration, Utc};

use crate::crypto::{Token, same, token};
use crate::domain::access_link::{self, Dead, Outcome, Proof};
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::connection::{Carried, Connection};
use crate::domain::ids::{ConnectionId, SessionId};
use crate::domain::onboarding::Onboarding;
use crate::domain::school::{Contact, ContactRef};
use crate::domain::text::{SchoolName, fold};
use crate::services::in_passing::in_passing;
use crate::services::people::door_log::{self, Account};
pub use crate::services::people::link_requests::request_link;
use crate::services::people::{addresses, strangers};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{AnonymousCall, Context, ServiceError};
use crate::store::onboarding::overview;
use crate::store::people::access_links::StoredLink;
use crate::store::people::known_browsers::{self, KnownBrowser};
use crate::store::people::sessions::{Holder, StoredSession};
use crate::store::people::{access_links, contacts, sessions};
use crate::store::{ConnectionTrait, StoreError};

/// A session ends after this many hours without use.
pub const IDLE_HOURS: i64 = 12;

/// When a session of a school contact ends however it is used, in days.
pub const CONTACT_DAYS: i64 = 7;

/// How someone comes to redeem a link.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    /// The token of the link, if they came by the link.
    pub token: Option<&'a Token>,
    /// The secret of their browser.
    pub browser: Option<&'a Token>,
    /// The digits they typed, without spaces.
    pub code: Option<&'a str>,
}

/// What redeeming led to.
#[derive(Debug)]
pub enum Redeemed {
    /// Signed in.
    SignedIn {
        /// The session's token, for the cookie.
        session: Token,
        /// The connections whose pages it opens.
        schools: Vec<ConnectionId>,
    },
    /// Not signed in, and why. Never `Outcome::Redeemed`.
    Not(Outcome),
}

/// One of the connections that a visitor can choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Which.
    pub connection: ConnectionId,
    /// Its name.
    pub name: SchoolName,
    /// Which schools it carries: two schools can have one name.
    pub carried: Carried,
    /// Where it stands; none if that cannot be read.
    pub state: Option<Onboarding>,
}

/// Why a link no longer works, or `None` while it does. Changes nothing.
///
/// # Errors
/// `NotFound` when there never was such a link.
pub async fn find_death(context: &Context, now: DateTime<Utc>, token: &Token) -> Result<Option<Dead>, ServiceError> {
    let link = access_links::find_by_token(context.db.reader(), &token.hash()).await?;
    Ok(access_link::death(&link.ok_or(ServiceError::NotFound)?.link, now))
}

/// Whether this browser is the one that asked for the link. Changes nothing.
///
/// # Errors
/// `NotFound` when there never was such a link.
pub async fn is_asking_browser(
    context: &Context,
    token: &Token,
    browser: Option<&Token>,
) -> Result<bool, ServiceError> {
    let link = access_links::find_by_token(context.db.reader(), &token.hash()).await?;
    let link = link.ok_or(ServiceError::NotFound)?;
    Ok(browser.is_some_and(|browser| same(&browser.hash(), &link.browser_hash)))
}

/// Tries to redeem a link, by its token or by the browser that asked for it.
///
/// # Errors
/// `TooOften` when so many codes were wrong that one more is not heard; who has the link itself, or signed in with the
/// address in this browser before, is always heard.
pub async fn redeem(
    context: &Context,
    asked: AnonymousCall<'_>,
    attempt: &Attempt<'_>,
) -> Result<Redeemed, ServiceError> {
    let call = asked.by(Actor::Visitor);
    let work = UnitOfWork::begin(context, &call).await?;
    let Some(link) = find_link(&work, attempt).await? else {
        door_log::refused(asked, None);
        return Ok(Redeemed::Not(Outcome::Unknown));
    };
    let is_guess = is_guess(&work, &link, attempt).await?;
    if is_guess && access_link::death(&link.link, asked.now).is_none() {
        strangers::check_guess(&work, asked).await?;
    }
    match access_link::redeem(&link.link, proof(context, &link, attempt), asked.now) {
        Outcome::Redeemed => {}
        wrong @ Outcome::WrongCode { .. } => {
            access_links::mark_wrong_code(work.conn(), link.id).await?;
            if is_guess {
                strangers::count_wrong_code(&work, asked).await?;
            }
            work.finish().await?;
            door_log::refused(asked, find_account(context, &link.email_key).await?);
            return Ok(Redeemed::Not(wrong));
        }
        dead @ Outcome::Dead(_) => {
            drop(work);
            door_log::refused(asked, find_account(context, &link.email_key).await?);
            return Ok(Redeemed::Not(dead));
        }
        other @ (Outcome::NeedsCode | Outcome::Unknown) => return Ok(Redeemed::Not(other)),
    }
    // Nothing was written yet; the claim below, in the transaction of the session, is what counts.
    drop(work);
    sign_in(context, asked, link, attempt.browser).await
}

/// Whether a code is typed by somebody who may never have seen the mail: without the link, in a browser that is new to
/// the address.
async fn is_guess(work: &UnitOfWork<'_>, link: &StoredLink, attempt: &Attempt<'_>) -> Result<bool, ServiceError> {
    let (None, Some(_), Some(browser)) = (attempt.token, attempt.code, attempt.browser) else { return Ok(false) };
    let known = KnownBrowser { email_key: &link.email_key, browser_hash: &browser.hash() };
    Ok(!known_browsers::is_known(work.conn(), known).await?)
}

async fn sign_in(
    context: &Context,
    asked: AnonymousCall<'_>,
    link: StoredLink,
    browser: Option<&Token>,
) -> Result<Redeemed, ServiceError> {
    let people = contacts::list_by_email(context.db.reader(), &link.email_key).await?;
    let Some(first) = people.first() else {
        return Ok(Redeemed::Not(Outcome::Unknown));
    };
    let now = asked.now;
    let call = asked.by(actor_of(first));
    let mut work = UnitOfWork::begin(context, &call).await?;
    if !access_links::claim(work.conn(), link.id, now).await? {
        return Ok(Redeemed::Not(Outcome::Dead(Dead::Used)));
    }
    let email_key = link.email_key;
    // The link came by mail: it arrives.
    addresses::clear_bounced(&mut work, &email_key, link.requested_at).await?;
    let session = open_contact_session(&work, asked, email_key, browser).await?;
    for person in &people {
        work.note_by(actor_of(person), person.connection, Action::ContactSignedIn);
    }
    work.finish().await?;
    for person in &people {
        door_log::signed_in(asked, Account::Contact(person.id));
    }
    Ok(Redeemed::SignedIn { session, schools: people.iter().map(|person| person.connection).collect() })
}

/// The account of an address, for the log: of somebody who is a contact of several connections, the first.
pub async fn find_account(context: &Context, email_key: &str) -> Result<Option<Account>, ServiceError> {
    let people = contacts::list_by_email(context.db.reader(), email_key).await?;
    Ok(people.first().map(|person| Account::Contact(person.id)))
}

fn actor_of(person: &Contact) -> Actor {
    Actor::Contact { id: person.id, roles: person.roles }
}

async fn find_link(work: &UnitOfWork<'_>, attempt: &Attempt<'_>) -> Result<Option<StoredLink>, ServiceError> {
    let found = match (attempt.token, attempt.browser) {
        (Some(token), _) => access_links::find_by_token(work.conn(), &token.hash()).await?,
        (None, Some(browser)) => access_links::find_by_browser(work.conn(), &browser.hash()).await?,
        (None, None) => None,
    };
    // Wrong codes that come at once must each count, or many could be tried as one.
    match found {
        Some(link) => Ok(access_links::load_for_update(work.conn(), link.id).await?),
        None => Ok(None),
    }
}

fn proof(context: &Context, link: &StoredLink, attempt: &Attempt<'_>) -> Proof {
    let is_right = |code: &str| {
        let typed = token::code_hash(&context.keys, link.id.as_uuid(), code);
        link.code_hash.as_deref().is_some_and(|stored| same(stored, &typed))
    };
    Proof {
        has_token: attempt.token.is_some(),
        is_same_browser: attempt.browser.is_some_and(|browser| same(&browser.hash(), &link.browser_hash)),
        is_code_right: attempt.code.map(is_right),
    }
}

/// Opens the session of a contact within a change under way: the one that their browser came with ends, and the browser is
/// known from now on.
pub(in crate::services) async fn open_contact_session(
    work: &UnitOfWork<'_>,
    asked: AnonymousCall<'_>,
    email_key: String,
    browser: Option<&Token>,
) -> Result<Token, ServiceError> {
    let (context, conn) = (work.context(), work.conn());
    if let Some(old) = asked.client.and_then(|client| client.session.as_ref()) {
        sessions::delete(conn, &old.hash()).await?;
    }
    if let Some(browser) = browser {
        let known = KnownBrowser { email_key: &email_key, browser_hash: &browser.hash() };
        known_browsers::note(conn, context.chance.uuid_v7(asked.now), known, asked.now).await?;
    }
    open_session(context, conn, asked.now, Holder::School { email_key }).await
}

/// Opens a session within a change under way.
pub(in crate::services) async fn open_session(
    context: &Context,
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    holder: Holder,
) -> Result<Token, ServiceError> {
    let token = Token::new(&context.chance);
    let id = SessionId::from_uuid(context.chance.uuid_v7(now));
    let expires_at = now + Duration::hours(IDLE_HOURS);
    let session = StoredSession { id, holder, created_at: now, last_seen_at: now, expires_at };
    sessions::insert(conn, &session, &token.hash()).await?;
    Ok(token)
}

/// Who a session is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The keyed hash of the address.
    pub email_key: String,
    /// When the session began.
    pub at: DateTime<Utc>,
}

/// Who a session is of, if it lives; keeps it alive.
pub async fn find_visitor(
    context: &Context,
    now: DateTime<Utc>,
    session: &Token,
) -> Result<Option<SignedIn>, ServiceError> {
    let Some(found) = sessions::find(context.db.reader(), &session.hash(), now).await? else { return Ok(None) };
    let Holder::School { email_key } = &found.holder else { return Ok(None) };
    let longest = found.created_at + Duration::days(CONTACT_DAYS);
    keep_alive(context, now, &found, longest.min(now + Duration::hours(IDLE_HOURS))).await?;
    Ok(Some(SignedIn { email_key: email_key.clone(), at: found.created_at }))
}

/// The person that a session is of, a contact by their address or a colleague, as one text; does not prolong it.
pub async fn find_person(
    context: &Context,
    now: DateTime<Utc>,
    session: &Token,
) -> Result<Option<String>, ServiceError> {
    let found = sessions::find(context.db.reader(), &session.hash(), now).await?;
    Ok(found.map(|found| match found.holder {
        Holder::School { email_key } => format!("contact/{email_key}"),
        Holder::Staff { id, by_identity: _ } => format!("staff/{id}"),
    }))
}

/// The contact of a connection with this address, if there is one today.
pub async fn find_contact(
    context: &Context,
    email_key: &str,
    connection: ConnectionId,
) -> Result<Option<Contact>, ServiceError> {
    Ok(contacts::find_by_email(context.db.reader(), connection, email_key).await?)
}

/// Whether a session still opens the pages of this contact. It does not prolong the session.
pub async fn is_still(
    context: &Context,
    now: DateTime<Utc>,
    session: &Token,
    who: ContactRef,
) -> Result<bool, ServiceError> {
    let Some(found) = sessions::find(context.db.reader(), &session.hash(), now).await? else { return Ok(false) };
    let Holder::School { email_key } = &found.holder else { return Ok(false) };
    let contact = find_contact(context, email_key, who.connection).await?;
    Ok(contact.is_some_and(|contact| contact.id == who.contact))
}

/// Moves the end of a session; at most once a minute, since it is a write.
pub(in crate::services) async fn keep_alive(
    context: &Context,
    now: DateTime<Utc>,
    session: &StoredSession,
    expires_at: DateTime<Utc>,
) -> Result<(), ServiceError> {
    if now - session.last_seen_at >= Duration::minutes(1) {
        in_passing(sessions::mark_seen(context.db.writer(), session.id, now, expires_at)).await;
    }
    Ok(())
}

/// The connections that an address belongs to, by name.
pub async fn list_choices(context: &Context, email_key: &str) -> Result<Vec<Choice>, ServiceError> {
    let mut choices = choices_of(context.db.reader(), email_key).await?;
    choices.sort_by_cached_key(|choice| (fold(choice.name.as_str()), choice.carried.to_string()));
    Ok(choices)
}

/// The same in no order. One that cannot be read does not keep the visitor from the others.
pub async fn choices_of(conn: &impl ConnectionTrait, email_key: &str) -> Result<Vec<Choice>, StoreError> {
    let ids = contacts::list_connections_of(conn, email_key).await?;
    let found = overview::list_by_id(conn, &ids).await?.into_values();
    let choice = |(connection, state): (Connection, Option<Onboarding>)| Choice {
        connection: connection.id,
        name: connection.details.name,
        carried: connection.carried,
        state,
    };
    Ok(found.map(choice).collect())
}

/// Whether an address belongs to more connections than one.
pub async fn has_more_schools(context: &Context, email_key: &str) -> Result<bool, ServiceError> {
    Ok(contacts::list_connections_of(context.db.reader(), email_key).await?.len() > 1)
}

/// Whether an address is that of a contact of any connection.
pub async fn is_contact(context: &Context, email_key: &str) -> Result<bool, ServiceError> {
    Ok(!contacts::list_connections_of(context.db.reader(), email_key).await?.is_empty())
}

/// Ends a session, of a school or of Kurve.
pub async fn sign_out(context: &Context, session: &Token) -> Result<(), ServiceError> {
    Ok(sessions::delete(context.db.writer(), &session.hash()).await?)
}
