//! Password and query file: issuing, handing over again, revealing, downloading.

use chrono::{DateTime, Utc};

use crate::crypto::{Purpose, sealed};
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::check::CheckCode;
use crate::domain::connection::ConnectionDetails;
use crate::domain::credential::query_file::MadeFrom;
use crate::domain::credential::query_template::QueryFacts;
use crate::domain::credential::reveal::{self, RevealRefusal, RevealState};
use crate::domain::credential::{ClosedReason, Password, QueryFile, password};
use crate::domain::ids::{ConnectionId, ContactId, CredentialId};
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::{Command, Onboarding, PasswordAccess, Step};
use crate::domain::school::ContactRef;
use crate::domain::text::Reason;
use crate::services::onboarding::{access, onboardings};
use crate::services::people::contacts;
use crate::services::sealed_password::{self, binding};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::checks::check_status;
use crate::store::onboarding::credentials::StoredCredential;
use crate::store::onboarding::onboardings::Versioned;
use crate::store::onboarding::{connections, credentials, joins, schools};
use crate::store::{self, ConnectionTrait};
use crate::words;

/// What a page tells about issued credentials; nothing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// 1 for the first.
    pub version: u32,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// How often the password may still be looked at.
    pub reveals_left: u32,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Why it is never shown again, if so.
    pub closed: Option<ClosedReason>,
    /// The version of the query template.
    pub template_version: String,
    /// SHA-256 of the query file, in hex.
    pub query_sha256: String,
}

/// A password on its way to a page.
#[derive(Debug)]
pub struct Revealed {
    /// The password.
    pub password: Password,
    /// How often it may be looked at after this.
    pub left: u32,
}

/// Kurve's word for a contact, given along with the credentials that they pick up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVouch {
    /// For whom.
    pub contact: ContactId,
    /// On what ground.
    pub ground: Reason,
}

/// The newest credentials of a connection, if any were issued.
pub async fn find_issued(context: &Context, connection: ConnectionId) -> Result<Option<Issued>, ServiceError> {
    let found = credentials::find_newest(context.db.reader(), connection).await?;
    Ok(found.map(|stored| Issued {
        version: stored.version,
        issued_at: stored.issued_at,
        reveals_left: reveal::REVEALS_ALLOWED.saturating_sub(stored.reveals_used),
        expires_at: stored.expires_at,
        closed: stored.closed.map(|(_, reason)| reason),
        template_version: stored.template_version,
        query_sha256: stored.query_sha256,
    }))
}

/// Kurve issues the first credentials, or renews them; all versions before become unusable in the same transaction.
///
/// Somebody at the school must be vouched for, here or before, or nobody could pick them up.
///
/// # Errors
/// `NobodyVouched`, `Conflict` on a stale page, `Refused` when the details are not in yet, `RequestOpen` while it is not
/// decided whether the school works in another Magister.
pub async fn issue(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    vouch: Option<NewVouch>,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    issue_within(&mut work, call, connection, vouch, seen).await?;
    work.finish().await
}

/// The same within a change under way.
pub(in crate::services) async fn issue_within(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    vouch: Option<NewVouch>,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    let context = work.context();
    let before = match vouch {
        Some(NewVouch { contact, ground }) => {
            contacts::vouch_within(work, call, ContactRef { connection, contact }, ground).await?
        }
        None => store::onboarding::onboardings::load(work.conn(), connection).await?,
    };
    let expires_at = access::shown_until(context, work.conn(), connection, call.now).await?;
    let fresh = PasswordAccess { is_seen: false, until: expires_at, gone: None };
    let newest = check_status::load(work.conn(), connection).await?.newest().map(|newest| newest.code);
    let newest = newest.filter(|_| context.check_policy.makes_checks());
    let mut commands = commands_to_issue(&before.state, newest);
    commands.push(Command::NotePassword { access: fresh });
    let changed = onboardings::change_from(work, call, connection, before, &commands, seen).await?;
    let people = store::people::contacts::list(work.conn(), connection).await?;
    if people.iter().all(|contact| contact.vouch.is_none()) {
        return Err(ServiceError::NobodyVouched);
    }
    if joins::count_open_from(work.conn(), connection).await? > 0 {
        return Err(ServiceError::RequestOpen);
    }
    credentials::mark_closed(work.conn(), connection, ClosedReason::Renewed, call.now).await?;
    sealed_password::delete_all(context, work.conn(), connection).await?;
    let facts = load_facts(work.conn(), connection).await?;
    let new = make(context, call, ConnectionState { connection, state: &changed.after }, &facts)?;
    credentials::insert(work.conn(), &new).await?;
    Ok(())
}

/// What issuing asks of the onboarding: where the newest check found the list without a column, the new query is to be run
/// as well.
pub fn commands_to_issue(state: &Onboarding, newest: Option<CheckCode>) -> Vec<Command> {
    let step = Step::QueryExecuted;
    let is_old = newest == Some(CheckCode::ListOutdated) && state.is_yes(step);
    let reason = Reason::parse(words::COLUMN_MISSING).ok().filter(|_| is_old);
    let again = reason.map(|reason| Command::SendBack { step, reason });
    again.into_iter().chain([Command::IssueCredentials]).collect()
}

/// A connection with its onboarding, as far as that is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionState<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) state: &'a Onboarding,
}

/// Makes a password and a query file, and seals them: those of the version that an onboarding has now.
///
/// # Errors
/// `Broken` when none was issued.
pub(crate) fn make(
    context: &Context,
    call: &Call,
    ConnectionState { connection, state }: ConnectionState<'_>,
    facts: &QueryFacts,
) -> Result<StoredCredential, ServiceError> {
    let version = state.credential_version();
    let until = state.access().password().map(|known| known.until);
    let expires_at = until.ok_or(ServiceError::Broken("a password that was issued without an end"))?;
    let password = password::generate(context.password_length, &mut |bytes| context.chance.fill(bytes));
    let query = context.template.render(facts);
    let id = CredentialId::from_uuid(context.chance.uuid_v7(call.now));
    let seal =
        |purpose, secret: &[u8]| sealed::seal(&context.keys, purpose, &binding(id, version), secret, &context.chance);
    Ok(StoredCredential {
        id,
        connection,
        version,
        sealed_password: seal(Purpose::SealCredential, password.expose().as_bytes()),
        sealed_query: seal(Purpose::SealQuery, &query.bytes),
        template_version: query.template_version,
        query_sha256: query.sha256_hex,
        query_extension: query.extension,
        reveals_used: 0,
        issued_at: call.now,
        issued_by: match call.actor {
            Actor::Staff { id, .. } => Some(id),
            Actor::Contact { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => None,
        },
        expires_at,
        closed: None,
    })
}

/// Kurve hands the same credentials over again: five more views, fourteen more days.
///
/// With `seen`, the [`hand_over_mark`] that the page showed, a second press of the same button is told apart from a new
/// wish.
///
/// # Errors
/// `NotHandedOut` when all schools stopped, nothing is issued, or they are closed for ever: then only new ones help.
/// `Conflict` when they were handed over or renewed since the page was shown.
pub async fn hand_over_again(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    seen: Option<&str>,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let (held, stored) = hold_to_hand_over(&work, connection).await?;
    let mark = hand_over_mark(stored.version, stored.expires_at);
    if seen.is_some_and(|seen| seen != mark) {
        return Err(ServiceError::Conflict);
    }
    let expires_at = access::shown_until(context, work.conn(), connection, call.now).await?;
    if !credentials::save_handed_over_again(work.conn(), stored.id, expires_at).await? {
        return Err(ServiceError::Conflict);
    }
    onboardings::change_all(&mut work, call, connection, held, &[]).await?;
    for contact in store::people::contacts::list(work.conn(), connection).await? {
        if contact.vouch.is_some() {
            work.mail(NewMail {
                kind: MailKind::CredentialsReady,
                connection: Some(connection),
                contact: Some(contact.id),
                about: About { credential_version: Some(stored.version), ..About::default() },
                occasion: format!("{connection}/again/{mark}"),
            });
        }
    }
    work.note(Some(connection), Action::CredentialsHandedAgain { version: stored.version });
    work.finish().await
}

/// Changes with every issue and every hand-over, so that a page from before it shows.
pub fn hand_over_mark(version: u32, expires_at: DateTime<Utc>) -> String {
    format!("{version}-{}", expires_at.timestamp_millis())
}

/// The newest credentials, locked, if they may be handed over as things are now.
async fn hold_to_hand_over(
    work: &UnitOfWork<'_>,
    connection: ConnectionId,
) -> Result<(Versioned, StoredCredential), ServiceError> {
    let held = store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    let state = &held.state;
    let stored = credentials::find_newest_for_update(work.conn(), connection).await?.ok_or(RevealRefusal::NotIssued)?;
    if state.lifecycle().is_withdrawn() {
        return Err(RevealRefusal::Withdrawn.into());
    }
    if !state.is_yes(Step::CredentialsIssued) {
        return Err(RevealRefusal::NotIssued.into());
    }
    match stored.closed {
        Some((_, reason)) => Err(RevealRefusal::Closed(reason).into()),
        None => Ok((held, stored)),
    }
}

/// Shows the password once: counted, logged and told to the connection's contacts before the value is opened.
///
/// # Errors
/// `NotHandedOut` with the reason; a page that showed an older version is told so.
pub async fn reveal(
    context: &Context,
    call: &Call,
    who: ContactRef,
    seen_version: u32,
) -> Result<Revealed, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = store::onboarding::onboardings::load_for_update(work.conn(), who.connection).await?;
    let (stored, rule) = load_rule(&work, who).await?;
    let left = reveal::may_reveal(&rule, seen_version, call.now)?.left_after;
    if !credentials::claim_reveal(work.conn(), stored.id, call.now).await? {
        return Err(RevealRefusal::UsedUp.into());
    }
    let ContactRef { connection, contact } = who;
    work.note(Some(connection), Action::PasswordRevealed { version: stored.version, left });
    let people = store::people::contacts::list(work.conn(), connection).await?;
    // Kurve reads it too.
    for person in people.iter().map(|person| Some(person.id)).chain([None]) {
        let about = About {
            by: Some(contact),
            credential_version: Some(stored.version),
            reveals_left: Some(left),
            ..About::default()
        };
        work.mail(NewMail {
            kind: MailKind::CredentialsRevealed,
            connection: Some(connection),
            contact: person,
            about,
            occasion: format!("{connection}/{}/{left}/{}", stored.version, call.now.timestamp_millis()),
        });
    }
    // What cannot be opened costs no look and tells nobody of one.
    let password = open_password(context, &stored)?;
    onboardings::change_all(&mut work, call, connection, held, &[]).await?;
    work.finish().await?;
    Ok(Revealed { password, left })
}

/// A contact asks for a new password, since the old one is not shown any more: from then on Kurve is to make one.
///
/// # Errors
/// `Refused` while it can be looked at, or when none is issued.
pub async fn ask_for_new(context: &Context, call: &Call, connection: ConnectionId) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = store::onboarding::onboardings::load_for_update(work.conn(), connection).await?;
    let mut commands = access::notes(work.conn(), connection, &held.state, call.now).await?;
    commands.push(Command::AskPassword);
    onboardings::change_all(&mut work, call, connection, held, &commands).await?;
    work.finish().await
}

/// Gives the query file, exactly as it was made when the credentials were issued; logged.
///
/// # Errors
/// `NotHandedOut` with the reason.
pub async fn download(
    context: &Context,
    call: &Call,
    who: ContactRef,
    seen_version: u32,
) -> Result<QueryFile, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let (stored, rule) = load_rule(&work, who).await?;
    reveal::may_download(&rule, seen_version)?;
    let facts = load_facts(work.conn(), who.connection).await?;
    work.note(Some(who.connection), Action::QueryDownloaded { version: stored.version });
    let place = binding(stored.id, stored.version);
    let secret = sealed::open(&context.keys, Purpose::SealQuery, &place, &stored.sealed_query)?;
    work.finish().await?;
    let made_from = MadeFrom { version: stored.template_version, extension: stored.query_extension };
    Ok(QueryFile::from_stored(&facts, secret.to_vec(), stored.query_sha256, made_from))
}

async fn load_facts(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<QueryFacts, ServiceError> {
    let ConnectionDetails { name, domain, region: _ } = connections::load(conn, connection).await?.details;
    let state = store::onboarding::onboardings::load(conn, connection).await?.state;
    let mut schools = schools::list(conn, connection).await?;
    // Those that stopped read no list; where all did, the file is still that of them all.
    if state.live().next().is_some() {
        schools.retain(|school| state.live().any(|(live, _)| live == school.id));
    }
    let schools = schools.into_iter().map(|school| school.details).collect();
    Ok(QueryFacts { name, domain, schools })
}

/// Opens a stored password, for the connection check.
pub(crate) fn open_password(context: &Context, stored: &StoredCredential) -> Result<Password, ServiceError> {
    let StoredCredential { id, version, .. } = *stored;
    sealed_password::open(context, id, version, &stored.sealed_password)
}

async fn load_rule(
    work: &UnitOfWork<'_>,
    ContactRef { connection, contact }: ContactRef,
) -> Result<(StoredCredential, RevealState), ServiceError> {
    let person = store::people::contacts::load(work.conn(), contact).await?;
    if person.connection != connection || person.removed_at.is_some() {
        return Err(ServiceError::NotFound);
    }
    // Held first: what is read after it is true until the end of the change.
    let stored = credentials::find_newest_for_update(work.conn(), connection).await?.ok_or(RevealRefusal::NotIssued)?;
    let state = store::onboarding::onboardings::load(work.conn(), connection).await?.state;
    let rule = RevealState {
        version: stored.version,
        current_version: state.credential_version(),
        reveals_used: stored.reveals_used,
        expires_at: stored.expires_at,
        closed: stored.closed.map(|(_, reason)| reason),
        step_issued: state.is_yes(Step::CredentialsIssued),
        is_withdrawn: state.lifecycle().is_withdrawn(),
        contact_vouched: person.vouch.is_some(),
    };
    Ok((stored, rule))
}
