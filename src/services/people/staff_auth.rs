//! How Kurve's colleagues get in: password and one-time code, chosen by a one-time link. The account of their organisation is in
//! [`super::staff_identity`].

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use crate::crypto::password_hash::{self, StaffPassword};
use crate::crypto::totp::{self, CodeCheck, TotpSecret};
use crate::crypto::{Binding, Purpose, Token, sealed};
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::StaffId;
use crate::domain::lockout::TrySort;
use crate::domain::staff_session::ends_at;
use crate::domain::text::EmailAddress;
use crate::services::people::door_log::{self, Account};
use crate::services::people::portal_access::{keep_alive, open_session};
use crate::services::people::{staff_sessions, wrong_tries};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{AnonymousCall, Call, Client, Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::people::invites::{self, Invite};
use crate::store::people::sessions::{self, Holder, StoredSession};
use crate::store::people::staff::{self, StaffAccount};
use crate::store::people::staff_browsers;

/// Whom an address is of that is not here: the database is asked about them as about anybody.
const NOBODY: StaffId = StaffId::from_uuid(Uuid::nil());

/// What someone types to sign in.
pub struct SignIn {
    /// The address.
    pub email: EmailAddress,
    /// The password.
    pub password: SecretString,
    /// The six digits, without spaces.
    pub code: String,
}

/// A fresh second factor, and the code that the app shows of it.
pub struct NewFactor<'a> {
    /// The secret, as the page showed it.
    pub secret: TotpSecret,
    /// The code.
    pub code: &'a str,
}

/// Why choosing a password and second factor did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The code does not belong to the second factor shown.
    #[error("the code is wrong")]
    WrongCode,
    /// The link was used, replaced, or is too old.
    #[error("the link no longer works")]
    Gone,
    /// Where the provider is required, this account has no password.
    #[error("the account has no password")]
    ProviderOnly,
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Whether a colleague with this address signed in from this browser before.
pub async fn knows_browser(context: &Context, email: &EmailAddress, client: &Client) -> Result<bool, ServiceError> {
    let conn = context.db.reader();
    let account = staff::find_by_email(conn, &context.keys.email_key(&email.key_form())).await?;
    let id = account.map_or(NOBODY, |account| account.id);
    Ok(staff_browsers::is_known(conn, id, &client.browser).await?)
}

/// Signs in; `None` for every reason why not, so that a stranger learns nothing.
pub async fn sign_in(
    context: &Context,
    asked: AnonymousCall<'_>,
    typed: SignIn,
) -> Result<Option<Token>, ServiceError> {
    let email_key = context.keys.email_key(&typed.email.key_form());
    let account = staff::find_by_email(context.db.reader(), &email_key).await?;
    let known = account.as_ref().map(|account| Account::Colleague(account.id));
    // Where the provider is required all others are as somebody who is not here.
    let takes_password = |account: &StaffAccount| account.can_sign_in() && takes_password_of(context, account);
    let token = match account.filter(takes_password) {
        Some(account) => try_account(context, asked, account, typed).await?,
        None => {
            waste(context, asked, typed).await?;
            None
        }
    };
    match (&token, known) {
        (Some(_), Some(account)) => door_log::signed_in(asked, account),
        (_, account) => door_log::refused(asked, account),
    }
    Ok(token)
}

/// Whether an account may be signed in to with a password, once it has one.
pub(super) fn takes_password_of(context: &Context, account: &StaffAccount) -> bool {
    context.sign_in.takes_password_of(&account.email)
}

/// Whether the colleague of an account can get in as things are set: with a password that still counts, or at the provider.
pub(super) fn gets_in(context: &Context, account: &StaffAccount) -> bool {
    let by_password = account.password_hash.is_some() && takes_password_of(context, account);
    let at_provider = account.linked_at.is_some() && context.provider.is_some();
    account.disabled_at.is_none() && (by_password || at_provider)
}

async fn try_account(
    context: &Context,
    asked: AnonymousCall<'_>,
    account: StaffAccount,
    typed: SignIn,
) -> Result<Option<Token>, ServiceError> {
    let call = asked.by(Actor::Staff { id: account.id, role: account.role });
    let comer = wrong_tries::comer(context.db.reader(), account.id, asked.client).await?;
    if comer.must_wait(context.db.reader(), &call).await? {
        waste(context, asked, typed).await?;
        return Ok(None);
    }
    let is_right = verify(context, account.password_hash.clone(), typed.password).await?;
    // Who types a wrong password may be anybody.
    let call = if is_right { call } else { Call { actor: Actor::Visitor, ..call } };
    let mut work = UnitOfWork::begin(context, &call).await?;
    // Since it was read an admin may have taken it away, and wrong tries that came at once each count.
    let held = staff::load_for_update(work.conn(), account.id).await?;
    let is_as_seen = held.password_hash == account.password_hash && held.totp_sealed == account.totp_sealed;
    if !is_as_seen || !held.can_sign_in() || comer.must_wait(work.conn(), &call).await? {
        return refuse_as_wrong(context, work, asked).await;
    }
    if !is_right {
        wrong_tries::count(&mut work, &call, &held, &comer, TrySort::Password).await?;
        work.finish().await?;
        return Ok(None);
    }
    if comer.code_must_wait(work.conn(), &call).await? {
        return refuse_as_wrong(context, work, asked).await;
    }
    let step = match check_code(context, &held, &typed.code, call.now)? {
        CodeCheck::Right { step } => step,
        CodeCheck::Used => return refuse_as_wrong(context, work, asked).await,
        CodeCheck::Wrong => {
            wrong_tries::count(&mut work, &call, &held, &comer, TrySort::Code).await?;
            work.last_by(Actor::Visitor);
            work.finish().await?;
            return Ok(None);
        }
    };
    if !staff::claim_totp_step(work.conn(), held.id, step).await? {
        return Ok(None);
    }
    comer.welcome(work.conn(), &call, asked.client).await?;
    let token = staff_sessions::open(context, work.conn(), call.now, &held, false).await?;
    if let Some(before) = asked.client.and_then(|client| client.staff_session.as_ref()) {
        sessions::delete_of_staff_token(work.conn(), &before.hash()).await?;
    }
    work.note(None, Action::StaffSignedIn);
    work.finish().await?;
    Ok(Some(token))
}

/// As much work as for an address that is here: the same questions and hash, and a write that waits and lasts as long.
async fn waste(context: &Context, asked: AnonymousCall<'_>, typed: SignIn) -> Result<(), ServiceError> {
    let call = asked.by(Actor::Visitor);
    let nobody = wrong_tries::comer(context.db.reader(), NOBODY, asked.client).await?;
    nobody.must_wait(context.db.reader(), &call).await?;
    verify(context, None, typed.password).await?;
    let work = UnitOfWork::begin(context, &call).await?;
    refuse_as_wrong(context, work, asked).await.map(drop)
}

/// Inserts and deletes a row, so that this takes as long as counting a wrong try; an update that matches nothing would
/// be faster and tell the two apart.
async fn refuse_as_wrong(
    context: &Context,
    work: UnitOfWork<'_>,
    asked: AnonymousCall<'_>,
) -> Result<Option<Token>, ServiceError> {
    let holder = Holder::School { email_key: String::new() };
    let token = open_session(context, work.conn(), asked.now, holder).await?;
    sessions::delete(work.conn(), &token.hash()).await?;
    work.finish().await?;
    Ok(None)
}

fn check_code(
    context: &Context,
    account: &StaffAccount,
    code: &str,
    now: DateTime<Utc>,
) -> Result<CodeCheck, ServiceError> {
    let Some(cell) = &account.totp_sealed else { return Ok(CodeCheck::Wrong) };
    let bytes = sealed::open(&context.keys, Purpose::SealTotp, &binding(account.id), cell)?;
    let secret = TotpSecret::from_bytes(&bytes).ok_or(ServiceError::Broken("a second factor of another length"))?;
    Ok(totp::check(&secret, code, now, account.totp_last_step))
}

/// Whether this is the password of a stored hash; it takes as long where there is none.
pub(super) async fn verify(
    context: &Context,
    stored: Option<String>,
    password: SecretString,
) -> Result<bool, ServiceError> {
    let work = move || match stored {
        Some(stored) => password_hash::verify(&stored, &password),
        None => {
            password_hash::dummy_verify(&password);
            false
        }
    };
    context.hashing.run(work).await
}

/// Whose account a one-time link is for. Changes nothing.
///
/// # Errors
/// `Gone` when the link does not work.
pub async fn find_invited(context: &Context, now: DateTime<Utc>, token: &Token) -> Result<StaffAccount, EnrolError> {
    let invite = load_invite(context.db.reader(), now, token).await?;
    let account = staff::load(context.db.reader(), invite.staff).await.map_err(ServiceError::from)?;
    if account.disabled_at.is_some() {
        return Err(EnrolError::Gone);
    }
    Ok(account)
}

/// Chooses password and second factor; sessions from before end.
///
/// # Errors
/// `WrongCode`, `Gone`, `ProviderOnly`.
pub async fn enrol(
    context: &Context,
    asked: AnonymousCall<'_>,
    token: &Token,
    password: StaffPassword,
    factor: NewFactor<'_>,
) -> Result<(), EnrolError> {
    let now = asked.now;
    let account = find_invited(context, now, token).await?;
    if !takes_password_of(context, &account) {
        return Err(EnrolError::ProviderOnly);
    }
    let factor = prove_factor(context, account.id, &factor, now).ok_or(EnrolError::WrongCode)?;
    let hash = hash(context, password).await?;

    let call = asked.by(Actor::Staff { id: account.id, role: account.role });
    let mut work = UnitOfWork::begin(context, &call).await?;
    // The account before the invite, as an admin who takes either away holds them.
    let held = staff::load_for_update(work.conn(), account.id).await.map_err(ServiceError::from)?;
    let invite = load_invite(work.conn(), now, token).await?;
    let is_first = invites::claim(work.conn(), invite.id, now).await.map_err(ServiceError::from)?;
    if held.disabled_at.is_some() || !is_first {
        return Err(EnrolError::Gone);
    }
    staff::save_enrolled(work.conn(), account.id, &hash, &factor.sealed, factor.last_step)
        .await
        .map_err(ServiceError::from)?;
    sessions::delete_of_staff(work.conn(), account.id).await.map_err(ServiceError::from)?;
    staff_browsers::delete_of_staff(work.conn(), account.id).await.map_err(ServiceError::from)?;
    wrong_tries::forget(work.conn(), account.id).await.map_err(ServiceError::from)?;
    work.note(None, Action::StaffEnrolled);
    Ok(work.finish().await?)
}

/// A second factor of which its owner typed a code: as it is stored.
pub(super) struct ProvenFactor {
    /// The secret, sealed.
    pub(super) sealed: Vec<u8>,
    /// The last step of which a code is used up.
    pub(super) last_step: i64,
}

/// Takes a fresh second factor if the code is of it. That code still signs in, once: it is what the app shows to who was
/// just asked for it, and it was good for nothing else.
pub(super) fn prove_factor(
    context: &Context,
    id: StaffId,
    NewFactor { secret, code }: &NewFactor<'_>,
    now: DateTime<Utc>,
) -> Option<ProvenFactor> {
    let CodeCheck::Right { step } = totp::check(secret, code, now, None) else { return None };
    let sealed = sealed::seal(&context.keys, Purpose::SealTotp, &binding(id), secret.as_bytes(), &context.chance);
    Some(ProvenFactor { sealed, last_step: step - 1 })
}

/// What is stored of a chosen password.
pub(super) async fn hash(context: &Context, password: StaffPassword) -> Result<String, ServiceError> {
    let chance = context.chance.clone();
    context.hashing.run(move || password_hash::hash(password.secret(), &chance)).await
}

pub(super) async fn load_invite(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    token: &Token,
) -> Result<Invite, EnrolError> {
    let invite = invites::find_by_token(conn, &token.hash()).await.map_err(ServiceError::from)?;
    invite.filter(|invite| invite.used_at.is_none() && now <= invite.expires_at).ok_or(EnrolError::Gone)
}

/// Who holds a session, if it lives; keeps it alive.
pub async fn find_colleague(
    context: &Context,
    now: DateTime<Utc>,
    session: &Token,
) -> Result<Option<StaffAccount>, ServiceError> {
    let Some((found, account)) = find_session(context, now, session).await? else { return Ok(None) };
    keep_alive(context, now, &found, ends_at(account.role, found.created_at, now)).await?;
    Ok(Some(account))
}

/// Whether a session is still that of this colleague. It does not prolong the session.
pub async fn is_still(
    context: &Context,
    now: DateTime<Utc>,
    session: &Token,
    who: StaffId,
) -> Result<bool, ServiceError> {
    Ok(find_session(context, now, session).await?.is_some_and(|(_, account)| account.id == who))
}

async fn find_session(
    context: &Context,
    now: DateTime<Utc>,
    session: &Token,
) -> Result<Option<(StoredSession, StaffAccount)>, ServiceError> {
    let found = sessions::find_of_staff(context.db.reader(), &session.hash(), now).await?;
    // Somebody who was made an admin since has the time of one.
    let lasts = |session: &StoredSession, role| now < ends_at(role, session.created_at, session.last_seen_at);
    Ok(found.filter(|(session, account)| account.disabled_at.is_none() && lasts(session, account.role)))
}

fn binding(id: StaffId) -> Binding<'static> {
    let row: Uuid = id.as_uuid();
    Binding { table: "staff", row, version: 0 }
}
