//! Accounts of Kurve's colleagues: made, invited again and disabled from the command line. How admins do that on the web is in
//! [`super::colleagues`].

use chrono::{DateTime, Duration, Utc};

use crate::crypto::Token;
use crate::domain::actor::{Actor, StaffRole};
use crate::domain::audit::Action;
use crate::domain::ids::{InviteId, StaffId};
use crate::domain::lockout::Alarms;
use crate::domain::text::{EmailAddress, PersonName};
use crate::services::people::staff_identity;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::StoreError;
use crate::store::people::invites::{self, Invite};
use crate::store::people::sessions;
use crate::store::people::staff::{self, StaffAccount};

/// How long a one-time link works, in hours.
pub const INVITE_HOURS: i64 = 72;

/// Makes an account and a one-time link to choose password and second factor.
///
/// # Errors
/// `ContactExists` when the address has an account.
pub async fn add(
    context: &Context,
    now: DateTime<Utc>,
    email: EmailAddress,
    name: PersonName,
    role: StaffRole,
) -> Result<Token, ServiceError> {
    let call = Call::by_machine(Actor::Operator, now, "staff_add");
    let mut work = UnitOfWork::begin(context, &call).await?;
    let id = insert(context, &mut work, now, NewColleague { email, name, role }).await?;
    let token = invite_within(context, &mut work, now, id).await?;
    work.finish().await?;
    Ok(token)
}

/// Somebody who is to become a colleague.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColleague {
    /// The address to sign in with.
    pub email: EmailAddress,
    /// Their name.
    pub name: PersonName,
    /// What they may do.
    pub role: StaffRole,
}

/// Makes an account within a change, without a way to sign in with it.
///
/// # Errors
/// `ContactExists` when the address has an account.
pub(super) async fn insert(
    context: &Context,
    work: &mut UnitOfWork<'_>,
    now: DateTime<Utc>,
    NewColleague { email, name, role }: NewColleague,
) -> Result<StaffId, ServiceError> {
    let id = StaffId::from_uuid(context.chance.uuid_v7(now));
    let email_key = context.keys.email_key(&email.key_form());
    let account = StaffAccount {
        id,
        email,
        name,
        role,
        password_hash: None,
        totp_sealed: None,
        totp_last_step: None,
        alarms: Alarms::default(),
        created_at: now,
        disabled_at: None,
        linked_at: None,
    };
    match staff::insert(work.conn(), &account, &email_key).await {
        Err(StoreError::Taken) => return Err(ServiceError::ContactExists),
        other => other?,
    }
    work.note(None, Action::StaffAdded { staff: id });
    Ok(id)
}

/// Makes a new one-time link for a colleague who lost password or phone; older links stop working, and whoever is signed
/// in with the account is signed out.
///
/// # Errors
/// `NotFound` when no working account has the address.
pub async fn invite(context: &Context, now: DateTime<Utc>, email: &EmailAddress) -> Result<Token, ServiceError> {
    let account = load(context, email).await?;
    if account.disabled_at.is_some() {
        return Err(ServiceError::NotFound);
    }
    let call = Call::by_machine(Actor::Operator, now, "staff_invite");
    let mut work = UnitOfWork::begin(context, &call).await?;
    // Whoever has the old phone may be signed in.
    sessions::delete_of_staff(work.conn(), account.id).await?;
    let token = invite_within(context, &mut work, now, account.id).await?;
    work.finish().await?;
    Ok(token)
}

/// Gives a colleague another role, from their next press on.
///
/// # Errors
/// `NotFound` when no account has the address.
pub async fn change_role(
    context: &Context,
    now: DateTime<Utc>,
    email: &EmailAddress,
    role: StaffRole,
) -> Result<(), ServiceError> {
    let account = load(context, email).await?;
    let call = Call::by_machine(Actor::Operator, now, "staff_role");
    let mut work = UnitOfWork::begin(context, &call).await?;
    if !staff::save_role(work.conn(), account.id, role).await? {
        return Ok(());
    }
    work.note(None, Action::StaffRoleChanged { staff: account.id, role });
    work.finish().await
}

/// Takes a disabled account into use again, and makes a one-time link to choose password and second factor anew.
///
/// # Errors
/// `NotFound` when no disabled account has the address.
pub async fn enable(context: &Context, now: DateTime<Utc>, email: &EmailAddress) -> Result<Token, ServiceError> {
    let account = load(context, email).await?;
    let call = Call::by_machine(Actor::Operator, now, "staff_enable");
    let mut work = UnitOfWork::begin(context, &call).await?;
    if !staff::mark_enabled(work.conn(), account.id).await? {
        return Err(ServiceError::NotFound);
    }
    work.note(None, Action::StaffEnabled { staff: account.id });
    staff_identity::unlink_within(&mut work, account.id).await?;
    let token = invite_within(context, &mut work, now, account.id).await?;
    work.finish().await?;
    Ok(token)
}

/// Disables an account and ends its sessions.
///
/// # Errors
/// `NotFound` when no working account has the address.
pub async fn disable(context: &Context, now: DateTime<Utc>, email: &EmailAddress) -> Result<(), ServiceError> {
    let account = load(context, email).await?;
    let call = Call::by_machine(Actor::Operator, now, "staff_disable");
    let mut work = UnitOfWork::begin(context, &call).await?;
    if !staff::mark_disabled(work.conn(), account.id, now).await? {
        return Err(ServiceError::NotFound);
    }
    sessions::delete_of_staff(work.conn(), account.id).await?;
    work.note(None, Action::StaffDisabled { staff: account.id });
    work.finish().await
}

/// Unlinks the account of a colleague's organisation and signs them out, as it is theirs no more.
///
/// # Errors
/// `NotFound` when no account has the address, or none is linked to it.
pub async fn unlink(context: &Context, now: DateTime<Utc>, email: &EmailAddress) -> Result<(), ServiceError> {
    let account = load(context, email).await?;
    let call = Call::by_machine(Actor::Operator, now, "staff_unlink");
    let mut work = UnitOfWork::begin(context, &call).await?;
    staff::load_for_update(work.conn(), account.id).await?;
    if !staff_identity::unlink_within(&mut work, account.id).await? {
        return Err(ServiceError::NotFound);
    }
    sessions::delete_of_staff(work.conn(), account.id).await?;
    work.finish().await
}

/// Every account, by name.
pub async fn list(context: &Context) -> Result<Vec<StaffAccount>, ServiceError> {
    Ok(staff::list(context.db.reader()).await?)
}

async fn load(context: &Context, email: &EmailAddress) -> Result<StaffAccount, ServiceError> {
    let key = context.keys.email_key(&email.key_form());
    staff::find_by_email(context.db.reader(), &key).await?.ok_or(ServiceError::NotFound)
}

async fn invite_within(
    context: &Context,
    work: &mut UnitOfWork<'_>,
    now: DateTime<Utc>,
    staff: StaffId,
) -> Result<Token, ServiceError> {
    let token = Token::new(&context.chance);
    insert_invite(context, work, now, StaffToken { staff, token: &token }).await?;
    Ok(token)
}

/// Whose link has which token.
pub(super) struct StaffToken<'a> {
    pub(super) staff: StaffId,
    pub(super) token: &'a Token,
}

/// Makes a one-time link within a change; older ones of the colleague stop working.
pub(super) async fn insert_invite(
    context: &Context,
    work: &mut UnitOfWork<'_>,
    now: DateTime<Utc>,
    StaffToken { staff, token }: StaffToken<'_>,
) -> Result<InviteId, ServiceError> {
    let id = InviteId::from_uuid(context.chance.uuid_v7(now));
    let invite = Invite { id, staff, expires_at: now + Duration::hours(INVITE_HOURS), used_at: None };
    invites::insert(work.conn(), &invite, &token.hash(), now).await?;
    work.note(None, Action::StaffInvited { staff });
    Ok(id)
}
