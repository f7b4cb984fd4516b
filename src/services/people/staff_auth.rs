//! How Kurve's colleagues get in: password and one-time code, chosen by a one-time link.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

use crate::crypto::password_hash::{self, StaffPassword};
use crate::crypto::totp::{self, TotpSecret};
use crate::crypto::{Binding, Purpose, Token, sealed};
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::StaffId;
use crate::domain::text::EmailAddress;
use crate::services::people::portal_access::{keep_alive, open_session};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{AnonymousCall, Call, Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::people::invites::{self, Invite};
use crate::store::people::sessions::{self, Holder, StoredSession};
use crate::store::people::staff::{self, StaffAccount};

/// What someone types to sign in.
pub struct SignIn {
    /// The address.
    pub email: EmailAddress,
    /// The password.
    pub password: SecretString,
    /// The six digits, without spaces.
    pub code: String,
}

/// A page for someone with a one-time link.
#[derive(Debug)]
pub struct Enrolment {
    /// Whose account it is.
    pub account: StaffAccount,
    /// The secret of the second factor, to be put in an authenticator app.
    pub totp: TotpSecret,
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
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Signs in; `None` for every reason why not, so that a stranger learns nothing.
pub async fn sign_in(
    context: &Context,
    asked: AnonymousCall<'_>,
    typed: SignIn,
) -> Result<Option<Token>, ServiceError> {
    let now = asked.now;
    let email_key = context.keys.email_key(&typed.email.key_form());
    let account = staff::find_by_email(context.db.reader(), &email_key).await?;
    let usable = account.filter(|account| account.disabled_at.is_none() && !account.lockout.is_locked(now));
    let Some(account) = usable else {
        // As much work as for an address that is here: the same hash, and a write that waits and lasts as long.
        verify(context, None, typed.password).await?;
        write_as_a_wrong_try(context, asked, email_key).await?;
        return Ok(None);
    };
    let call = asked.by(Actor::Staff { id: account.id, role: account.role });
    let is_right = verify(context, account.password_hash.clone(), typed.password).await?;
    let step = is_right.then(|| totp_step(context, &account, &typed.code, now)).transpose()?.flatten();
    match step {
        Some(step) => open(context, &call, &account, step).await,
        None => {
            // Who types a wrong password may be anybody.
            count_wrong_try(context, &Call { actor: Actor::Visitor, ..call }, account.id).await?;
            Ok(None)
        }
    }
}

async fn open(context: &Context, call: &Call, seen: &StaffAccount, step: i64) -> Result<Option<Token>, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let id = seen.id;
    let now = staff::load_for_update(work.conn(), id).await?;
    // Since it was read wrong tries that came at once may have locked the account, or an admin took it away.
    let is_as_seen = now.password_hash == seen.password_hash && now.totp_sealed == seen.totp_sealed;
    let is_usable = is_as_seen && now.disabled_at.is_none() && !now.lockout.is_locked(call.now);
    if !is_usable || !staff::claim_totp_step(work.conn(), id, step).await? {
        return Ok(None);
    }
    let token = open_session(context, work.conn(), call.now, Holder::Staff { id }).await?;
    work.note(None, Action::StaffSignedIn);
    work.finish().await?;
    Ok(Some(token))
}

/// Counts a wrong password or code; after some in a row the account is locked for a while.
pub(super) async fn count_wrong_try(context: &Context, call: &Call, id: StaffId) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let seen = staff::load_for_update(work.conn(), id).await?.lockout;
    let after = seen.after_wrong_try(call.now);
    staff::save_lockout(work.conn(), id, after).await?;
    if after.is_locked(call.now) && !seen.is_locked(call.now) {
        work.note(None, Action::StaffLocked { staff: id });
    }
    work.finish().await
}

/// Inserts and deletes a row, so that this takes as long as counting a wrong try; an update that matches nothing would
/// be faster and tell the two apart.
async fn write_as_a_wrong_try(
    context: &Context,
    asked: AnonymousCall<'_>,
    email_key: String,
) -> Result<(), ServiceError> {
    let call = asked.by(Actor::Visitor);
    let work = UnitOfWork::begin(context, &call).await?;
    let token = open_session(context, work.conn(), asked.now, Holder::School { email_key }).await?;
    sessions::delete(work.conn(), &token.hash()).await?;
    work.finish().await
}

fn totp_step(
    context: &Context,
    account: &StaffAccount,
    code: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, ServiceError> {
    let Some(cell) = &account.totp_sealed else { return Ok(None) };
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

/// What the page of a one-time link shows. Changes nothing.
///
/// # Errors
/// `Gone` when the link does not work.
pub async fn find_enrolment(context: &Context, now: DateTime<Utc>, token: &Token) -> Result<Enrolment, EnrolError> {
    let invite = load_invite(context.db.reader(), now, token).await?;
    let account = staff::load(context.db.reader(), invite.staff).await.map_err(ServiceError::from)?;
    if account.disabled_at.is_some() {
        return Err(EnrolError::Gone);
    }
    Ok(Enrolment { account, totp: TotpSecret::of_invite(&context.keys, token) })
}

/// Chooses password and second factor; sessions from before end.
///
/// # Errors
/// `WrongCode`, `Gone`.
pub async fn enrol(
    context: &Context,
    asked: AnonymousCall<'_>,
    token: &Token,
    password: StaffPassword,
    code: &str,
) -> Result<(), EnrolError> {
    let now = asked.now;
    let Enrolment { account, totp: secret } = find_enrolment(context, now, token).await?;
    let factor = prove_factor(context, account.id, &secret, CodeAt { code, now }).ok_or(EnrolError::WrongCode)?;
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

/// A typed code, and when.
#[derive(Clone, Copy)]
pub(super) struct CodeAt<'a> {
    pub(super) code: &'a str,
    pub(super) now: DateTime<Utc>,
}

/// Takes a fresh second factor if the code is of it. That code still signs in, once: it is what the app shows to who was
/// just asked for it, and it was good for nothing else.
pub(super) fn prove_factor(
    context: &Context,
    id: StaffId,
    secret: &TotpSecret,
    CodeAt { code, now }: CodeAt<'_>,
) -> Option<ProvenFactor> {
    let step = totp::check(secret, code, now, None)?;
    let sealed = sealed::seal(&context.keys, Purpose::SealTotp, &binding(id), secret.as_bytes(), &context.chance);
    Some(ProvenFactor { sealed, last_step: step - 1 })
}

/// What is stored of a chosen password.
pub(super) async fn hash(context: &Context, password: StaffPassword) -> Result<String, ServiceError> {
    let chance = context.chance.clone();
    context.hashing.run(move || password_hash::hash(password.secret(), &chance)).await
}

async fn load_invite(conn: &impl ConnectionTrait, now: DateTime<Utc>, token: &Token) -> Result<Invite, EnrolError> {
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
    keep_alive(context, now, &found).await?;
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
    Ok(found.filter(|(_, account)| account.disabled_at.is_none()))
}

fn binding(id: StaffId) -> Binding<'static> {
    let row: Uuid = id.as_uuid();
    Binding { table: "staff", row, version: 0 }
}
