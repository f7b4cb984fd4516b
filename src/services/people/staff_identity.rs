//! The account of a colleague's organisation: linked by a one-time link or by who is signed in, and by nothing else; signed in
//! with; unlinked. Whom the provider named comes from [`super::staff_trips`].
//!
//! An account is known by issuer and subject alone. An address that is the same proves nothing: it may have changed hands, and
//! not every provider has looked at it.

use chrono::{DateTime, Utc};

use crate::crypto::Token;
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::identity::{Identity, ProviderFault};
use crate::domain::ids::{InviteId, StaffId};
use crate::domain::notice::AccountPart;
use crate::services::people::door_log::{self, Account};
use crate::services::people::own_account::{self, OwnAccountError, Owner};
use crate::services::people::{staff_auth, staff_sessions, wrong_tries};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{AnonymousCall, Context, ServiceError};
use crate::store::StoreError;
use crate::store::people::staff::StaffAccount;
use crate::store::people::{identities, invites, sessions, staff, staff_browsers};

/// Why somebody did not get in or was not linked.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No provider is set.
    #[error("no provider is set")]
    NotOffered,
    /// The way there is used, too old, or none of ours.
    #[error("the way to the provider is used or too old")]
    Gone,
    /// It was begun in another browser.
    #[error("the way to the provider was begun in another browser")]
    OtherBrowser,
    /// What went wrong at the provider.
    #[error(transparent)]
    Provider(#[from] ProviderFault),
    /// No colleague has this account, or theirs is disabled.
    #[error("no working colleague has this account")]
    Unknown,
    /// Another colleague has this account.
    #[error("another colleague has this account")]
    Taken,
    /// The colleague has one already.
    #[error("the colleague has an account linked already")]
    AlreadyLinked,
    /// The session in which it was begun has ended.
    #[error("the session in which it was begun has ended")]
    SignInFirst,
    /// The one-time link was used, replaced, or is too old.
    #[error("the one-time link no longer works")]
    InviteGone,
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for IdentityError {
    fn from(error: StoreError) -> Self {
        match error {
            // Two who link the same account at once.
            StoreError::Taken => Self::Taken,
            other => Self::Service(other.into()),
        }
    }
}

/// Signs in whom the provider named.
pub(super) async fn sign_in(
    context: &Context,
    asked: AnonymousCall<'_>,
    identity: &Identity,
) -> Result<Token, IdentityError> {
    let Some(id) = identities::find_holder(context.db.reader(), identity).await? else {
        door_log::refused(asked, None);
        return Err(IdentityError::Unknown);
    };
    let account = staff::load(context.db.reader(), id).await?;
    let call = asked.by(Actor::Staff { id, role: account.role });
    let mut work = UnitOfWork::begin(context, &call).await?;
    // Since it was read an admin may have disabled or unlinked it.
    let held = staff::load_for_update(work.conn(), id).await?;
    let is_theirs = identities::find_holder(work.conn(), identity).await? == Some(id);
    if held.disabled_at.is_some() || !is_theirs {
        door_log::refused(asked, Some(Account::Colleague(id)));
        return Err(IdentityError::Unknown);
    }
    let token = open(&mut work, asked, &held).await?;
    work.finish().await?;
    door_log::signed_in(asked, Account::Colleague(id));
    Ok(token)
}

/// Links the account that the provider named to whom a one-time link is for, who is signed in with it.
pub(super) async fn link_invited(
    context: &Context,
    asked: AnonymousCall<'_>,
    whose: StaffId,
    invite: InviteId,
    identity: &Identity,
) -> Result<Token, IdentityError> {
    let account = staff::load(context.db.reader(), whose).await?;
    let call = asked.by(Actor::Staff { id: whose, role: account.role });
    let mut work = UnitOfWork::begin(context, &call).await?;
    // The account before the invite, as an admin who takes either away holds them.
    let held = staff::load_for_update(work.conn(), whose).await?;
    let found = invites::find(work.conn(), invite).await?;
    let works = found.is_some_and(|invite| asked.now <= invite.expires_at);
    if !works || held.disabled_at.is_some() || !invites::claim(work.conn(), invite, asked.now).await? {
        return Err(IdentityError::InviteGone);
    }
    if identities::find_holder(work.conn(), identity).await?.is_some_and(|holder| holder != whose) {
        return Err(IdentityError::Taken);
    }
    unlink_within(&mut work, whose).await?;
    link(&mut work, whose, identity, asked.now).await?;
    sessions::delete_of_staff(work.conn(), whose).await?;
    staff_browsers::delete_of_staff(work.conn(), whose).await?;
    wrong_tries::forget(work.conn(), whose).await?;
    let token = open(&mut work, asked, &held).await?;
    work.finish().await?;
    door_log::signed_in(asked, Account::Colleague(whose));
    Ok(token)
}

/// Links the account that the provider named to who began it, if that is who is signed in here still. Their other sessions end,
/// and a mail tells of it.
pub(super) async fn link_own(
    context: &Context,
    asked: AnonymousCall<'_>,
    whose: StaffId,
    identity: &Identity,
) -> Result<(), IdentityError> {
    let session = asked.client.and_then(|client| client.staff_session.as_ref()).ok_or(IdentityError::SignInFirst)?;
    let signed_in = staff_auth::find_colleague(context, asked.now, session).await?;
    let account = signed_in.filter(|account| account.id == whose).ok_or(IdentityError::SignInFirst)?;
    let call = asked.by(Actor::Staff { id: whose, role: account.role });
    let mut work = UnitOfWork::begin(context, &call).await?;
    let held = staff::load_for_update(work.conn(), whose).await?;
    if held.disabled_at.is_some() {
        return Err(IdentityError::SignInFirst);
    }
    if held.linked_at.is_some() {
        return Err(IdentityError::AlreadyLinked);
    }
    if identities::find_holder(work.conn(), identity).await?.is_some() {
        return Err(IdentityError::Taken);
    }
    link(&mut work, whose, identity, asked.now).await?;
    sessions::delete_others_of_staff(work.conn(), whose, &session.hash()).await?;
    own_account::tell(context, &mut work, &held, AccountPart::Identity);
    Ok(work.finish().await?)
}

/// Unlinks one's own; one's other sessions end, and a mail tells of it. `false` when nothing is linked.
///
/// # Errors
/// `WrongPassword`, `Locked`, `ProviderOnly`.
pub async fn unlink_own(context: &Context, owner: Owner<'_>) -> Result<bool, OwnAccountError> {
    let (call, session) = (owner.call, owner.session);
    let seen = own_account::prove(context, owner).await?;
    let mut work = UnitOfWork::begin(context, call).await?;
    own_account::hold_as_seen(&work, &seen).await?;
    if !unlink_within(&mut work, seen.id).await? {
        return Ok(false);
    }
    sessions::delete_others_of_staff(work.conn(), seen.id, &session.hash()).await?;
    own_account::tell(context, &mut work, &seen, AccountPart::Identity);
    work.finish().await?;
    Ok(true)
}

/// Unlinks what a colleague has, within a change; `false` when they have nothing.
pub(super) async fn unlink_within(work: &mut UnitOfWork<'_>, staff: StaffId) -> Result<bool, ServiceError> {
    let did = identities::delete_of_staff(work.conn(), staff).await?;
    if did {
        work.note(None, Action::StaffIdentityUnlinked { staff });
    }
    Ok(did)
}

async fn link(
    work: &mut UnitOfWork<'_>,
    whose: StaffId,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let id = work.context().chance.uuid_v7(now);
    identities::insert(work.conn(), id, whose, identity, now).await?;
    work.note(None, Action::StaffIdentityLinked);
    Ok(())
}

/// Opens a session of a colleague who is held; the one that their browser came with ends.
async fn open(
    work: &mut UnitOfWork<'_>,
    asked: AnonymousCall<'_>,
    held: &StaffAccount,
) -> Result<Token, IdentityError> {
    identities::mark_used(work.conn(), held.id, asked.now).await?;
    let token = staff_sessions::open(work.context(), work.conn(), asked.now, held, true).await?;
    if let Some(before) = asked.client.and_then(|client| client.staff_session.as_ref()) {
        sessions::delete_of_staff_token(work.conn(), &before.hash()).await?;
    }
    work.note(None, Action::StaffSignedIn);
    Ok(token)
}
