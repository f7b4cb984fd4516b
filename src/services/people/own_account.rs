//! What each colleague does about their own account: another password, another second factor, and ending sessions.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::crypto::Token;
use crate::crypto::password_hash::StaffPassword;
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{SessionId, StaffId};
use crate::domain::lockout::TrySort;
use crate::domain::notice::{About, AccountPart, MailKind};
use crate::services::people::staff_auth;
pub use crate::services::people::staff_auth::NewFactor;
use crate::services::people::wrong_tries;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Client, Context, ServiceError};
use crate::store::StoreError;
use crate::store::people::sessions::StoredSession;
use crate::store::people::staff::StaffAccount;
use crate::store::people::{sessions, staff};

/// Why nothing was changed about one's own account.
#[derive(Debug, thiserror::Error)]
pub enum OwnAccountError {
    /// The present password is another one.
    #[error("the password is wrong")]
    WrongPassword,
    /// The code does not belong to the second factor shown.
    #[error("the code is wrong")]
    WrongCode,
    /// Where the provider is required, this account has no password.
    #[error("the account has no password")]
    ProviderOnly,
    /// Too many wrong tries in this browser: none is looked at for a while.
    #[error("too many wrong tries in this browser")]
    Locked,
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for OwnAccountError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// A colleague at their own account, in one of their sessions.
pub struct Owner<'a> {
    /// Who calls, and when.
    pub call: &'a Call,
    /// The session in which they do.
    pub session: &'a Token,
    /// Where the call comes from.
    pub client: &'a Client,
    /// The present password, as typed.
    pub present: SecretString,
}

/// One of a colleague's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnSession {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Changes one's own password; one's other sessions end, and a mail tells of it.
///
/// # Errors
/// `WrongPassword`, `Locked`, `ProviderOnly`.
pub async fn change_password(
    context: &Context,
    owner: Owner<'_>,
    password: StaffPassword,
) -> Result<(), OwnAccountError> {
    let (call, session) = (owner.call, owner.session);
    let seen = prove(context, owner).await?;
    let hash = staff_auth::hash(context, password).await?;
    let mut work = UnitOfWork::begin(context, call).await?;
    hold_as_seen(&work, &seen).await?;
    staff::save_password(work.conn(), seen.id, &hash).await?;
    wrong_tries::forget(work.conn(), seen.id).await?;
    sessions::delete_others_of_staff(work.conn(), seen.id, &session.hash()).await?;
    work.note(None, Action::StaffPasswordChanged);
    tell(context, &mut work, &seen, AccountPart::Password);
    Ok(work.finish().await?)
}

/// Changes one's own second factor; one's other sessions end, and a mail tells of it.
///
/// # Errors
/// `WrongPassword`, `WrongCode`, `Locked`, `ProviderOnly`.
pub async fn change_factor(context: &Context, owner: Owner<'_>, factor: NewFactor<'_>) -> Result<(), OwnAccountError> {
    let (call, session) = (owner.call, owner.session);
    let seen = prove(context, owner).await?;
    let proven = staff_auth::prove_factor(context, seen.id, &factor, call.now).ok_or(OwnAccountError::WrongCode)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    hold_as_seen(&work, &seen).await?;
    staff::save_totp(work.conn(), seen.id, &proven.sealed, proven.last_step).await?;
    wrong_tries::forget(work.conn(), seen.id).await?;
    sessions::delete_others_of_staff(work.conn(), seen.id, &session.hash()).await?;
    work.note(None, Action::StaffFactorChanged);
    tell(context, &mut work, &seen, AccountPart::SecondFactor);
    Ok(work.finish().await?)
}

/// Looks at the present password, before any transaction: a wrong one counts like one at the door.
pub(super) async fn prove(context: &Context, owner: Owner<'_>) -> Result<StaffAccount, OwnAccountError> {
    let Owner { call, client, present, .. } = owner;
    let seen = staff::load(context.db.reader(), who(call)?).await?;
    if !staff_auth::takes_password_of(context, &seen) {
        return Err(OwnAccountError::ProviderOnly);
    }
    let comer = wrong_tries::comer(context.db.reader(), seen.id, Some(client)).await?;
    if comer.must_wait(context.db.reader(), call).await? {
        return Err(OwnAccountError::Locked);
    }
    if !staff_auth::verify(context, seen.password_hash.clone(), present).await? {
        let mut work = UnitOfWork::begin(context, call).await?;
        let held = staff::load_for_update(work.conn(), seen.id).await?;
        wrong_tries::count(&mut work, call, &held, &comer, TrySort::Password).await?;
        work.finish().await?;
        return Err(OwnAccountError::WrongPassword);
    }
    Ok(seen)
}

/// Holds the account, if it still is as it was when the password was looked at.
pub(super) async fn hold_as_seen(work: &UnitOfWork<'_>, seen: &StaffAccount) -> Result<(), OwnAccountError> {
    let now = staff::load_for_update(work.conn(), seen.id).await?;
    let is_as_seen = now.password_hash == seen.password_hash && now.totp_sealed == seen.totp_sealed;
    if is_as_seen && now.can_sign_in() { Ok(()) } else { Err(OwnAccountError::WrongPassword) }
}

pub(super) fn tell(context: &Context, work: &mut UnitOfWork<'_>, account: &StaffAccount, part: AccountPart) {
    let occasion = Token::new(&context.chance).hash();
    work.mail(NewMail {
        kind: MailKind::StaffAccountChanged,
        connection: None,
        contact: None,
        about: About { staff: Some(account.id), account_part: Some(part), ..About::default() },
        occasion: crate::crypto::hex(&occasion[..16]),
    });
}

/// A colleague's own sessions, in the order in which they began.
pub async fn list_sessions(context: &Context, call: &Call, session: &Token) -> Result<Vec<OwnSession>, ServiceError> {
    let conn = context.db.reader();
    let this = sessions::find(conn, &session.hash(), call.now).await?.map(|found| found.id);
    let own = |stored: StoredSession| OwnSession {
        id: stored.id,
        began_at: stored.created_at,
        last_seen_at: stored.last_seen_at,
        is_this: Some(stored.id) == this,
    };
    Ok(sessions::list_of_staff(conn, who(call)?, call.now).await?.into_iter().map(own).collect())
}

/// Ends one of one's own sessions; `false` when it is none, or not any more.
pub async fn end_session(context: &Context, call: &Call, id: SessionId) -> Result<bool, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    if !sessions::delete_one_of_staff(work.conn(), who(call)?, id).await? {
        return Ok(false);
    }
    work.note(None, Action::StaffSessionsEnded { sessions: 1 });
    work.finish().await?;
    Ok(true)
}

/// Ends all of one's own sessions but this one; `false` when there is no other.
pub async fn end_other_sessions(context: &Context, call: &Call, session: &Token) -> Result<bool, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let ended = sessions::delete_others_of_staff(work.conn(), who(call)?, &session.hash()).await?;
    if ended == 0 {
        return Ok(false);
    }
    work.note(None, Action::StaffSessionsEnded { sessions: ended });
    work.finish().await?;
    Ok(true)
}

fn who(call: &Call) -> Result<StaffId, ServiceError> {
    let Actor::Staff { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    Ok(id)
}
