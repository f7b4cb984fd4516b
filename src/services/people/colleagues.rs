//! What an admin does about the accounts of colleagues, on the web: invites, roles, and taking an account away or anew.
//!
//! Each change holds all accounts first, so that two admins act one after the other and one who can sign in always stays.
//! A link goes by mail alone: it is made when the mail is written, and nobody else ever sees it.

use std::collections::BTreeMap;

use crate::crypto::Token;
use crate::domain::actor::{Actor, StaffRole};
use crate::domain::audit::Action;
use crate::domain::colleague::{Colleague, Fate, leaves_an_admin};
use crate::domain::ids::StaffId;
use crate::domain::notice::{About, MailKind};
use crate::services::people::staff_accounts::{self, NewColleague, StaffToken};
use crate::services::people::{staff_auth, staff_identity};
use crate::services::unit_of_work::{NewMail, UnitOfWork, dedupe_key};
use crate::services::{Call, Context, ServiceError};
use crate::store::StoreError;
use crate::store::mail::outbox::{self, OutboxMail};
use crate::store::people::invites::Invite;
use crate::store::people::staff::StaffAccount;
use crate::store::people::{invites, sessions, staff};

/// Why nothing was changed about an account.
#[derive(Debug, thiserror::Error)]
pub enum ColleagueError {
    /// The address has an account.
    #[error("the address has an account")]
    Exists,
    /// Nobody would be left who can act as an admin.
    #[error("an admin who can sign in stays")]
    LastAdmin,
    /// Something else; `Forbidden` for who is no admin, or not any more.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for ColleagueError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// A colleague with the link that waits for them.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The account.
    pub account: StaffAccount,
    /// Whether its colleague can get in as things are set.
    pub gets_in: bool,
    /// The link, if one waits.
    pub invite: Option<Invite>,
    /// The mail with that link, if it went by mail and the outbox still has it.
    pub mail: Option<OutboxMail>,
}

/// Every colleague, by name.
pub async fn list(context: &Context) -> Result<Vec<Listed>, ServiceError> {
    let conn = context.db.reader();
    let accounts = staff::list(conn).await?;
    let open: BTreeMap<StaffId, Invite> =
        invites::list_open(conn).await?.into_iter().map(|invite| (invite.staff, invite)).collect();
    let mails = outbox::list_by_keys(conn, open.values().map(key_of)).await?;
    let mut mails: BTreeMap<String, OutboxMail> =
        mails.into_iter().map(|mail| (mail.dedupe_key.clone(), mail)).collect();
    let listed = accounts.into_iter().map(|account| {
        let invite = open.get(&account.id).copied();
        let mail = invite.and_then(|invite| mails.remove(&key_of(&invite)));
        Listed { gets_in: staff_auth::gets_in(context, &account), account, invite, mail }
    });
    Ok(listed.collect())
}

fn key_of(invite: &Invite) -> String {
    dedupe_key(MailKind::StaffInvited, None, &invite.id.to_string())
}

/// Makes an account; its colleague gets a link by mail.
///
/// # Errors
/// `Exists` when the address has an account.
pub async fn invite(context: &Context, call: &Call, person: NewColleague) -> Result<(), ColleagueError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    hold(&work, call).await?;
    let staff = match staff_accounts::insert(context, &mut work, call.now, person).await {
        Err(ServiceError::ContactExists) => return Err(ColleagueError::Exists),
        other => other?,
    };
    invite_by_mail(context, &mut work, call, staff).await?;
    Ok(work.finish().await?)
}

/// Sends another link to a colleague who has no way to sign in yet; the older one stops working. `false` for one who
/// did.
pub async fn invite_again(context: &Context, call: &Call, staff: StaffId) -> Result<bool, ColleagueError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold(&work, call).await?;
    let account = held.find(staff)?;
    if account.disabled_at.is_some() || account.can_sign_in() {
        return Ok(false);
    }
    invite_by_mail(context, &mut work, call, staff).await?;
    work.finish().await?;
    Ok(true)
}

/// Withdraws the link that waits for a colleague; `false` when none does.
pub async fn withdraw(context: &Context, call: &Call, staff: StaffId) -> Result<bool, ColleagueError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    hold(&work, call).await?.find(staff)?;
    if !invites::end_open(work.conn(), staff, call.now).await? {
        return Ok(false);
    }
    work.note(None, Action::StaffInviteWithdrawn { staff });
    work.finish().await?;
    Ok(true)
}

/// Gives a colleague another role, from their next press on; `false` when they have it.
///
/// # Errors
/// `LastAdmin` when no admin would be left.
pub async fn change_role(
    context: &Context,
    call: &Call,
    staff: StaffId,
    role: StaffRole,
) -> Result<bool, ColleagueError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold(&work, call).await?;
    held.find(staff)?;
    held.check_admin_stays(context, staff, Fate::Role(role))?;
    if !staff::save_role(work.conn(), staff, role).await? {
        return Ok(false);
    }
    work.note(None, Action::StaffRoleChanged { staff, role });
    work.finish().await?;
    Ok(true)
}

/// Disables an account: its colleague is signed out at once; `false` when it was disabled.
///
/// # Errors
/// `LastAdmin` when no admin would be left.
pub async fn disable(context: &Context, call: &Call, staff: StaffId) -> Result<bool, ColleagueError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold(&work, call).await?;
    held.find(staff)?;
    held.check_admin_stays(context, staff, Fate::ShutOut)?;
    if !staff::mark_disabled(work.conn(), staff, call.now).await? {
        return Ok(false);
    }
    invites::end_open(work.conn(), staff, call.now).await?;
    sessions::delete_of_staff(work.conn(), staff).await?;
    work.note(None, Action::StaffDisabled { staff });
    work.finish().await?;
    Ok(true)
}

/// Takes a disabled account into use again: its colleague gets a link by mail; `false` when it was not disabled.
pub async fn enable(context: &Context, call: &Call, staff: StaffId) -> Result<bool, ColleagueError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    hold(&work, call).await?.find(staff)?;
    if !staff::mark_enabled(work.conn(), staff).await? {
        return Ok(false);
    }
    work.note(None, Action::StaffEnabled { staff });
    staff_identity::unlink_within(&mut work, staff).await?;
    invite_by_mail(context, &mut work, call, staff).await?;
    work.finish().await?;
    Ok(true)
}

/// Takes password, second factor and linked account of a colleague away, with all their sessions; they get a link by mail to
/// choose anew. `false` when they have none, or the account is disabled.
///
/// # Errors
/// `LastAdmin` when no admin would be left who can sign in.
pub async fn reset(context: &Context, call: &Call, staff: StaffId) -> Result<bool, ColleagueError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold(&work, call).await?;
    if !held.find(staff)?.can_sign_in() {
        return Ok(false);
    }
    held.check_admin_stays(context, staff, Fate::ShutOut)?;
    staff::clear_enrolled(work.conn(), staff).await?;
    sessions::delete_of_staff(work.conn(), staff).await?;
    work.note(None, Action::StaffReset { staff });
    staff_identity::unlink_within(&mut work, staff).await?;
    invite_by_mail(context, &mut work, call, staff).await?;
    work.finish().await?;
    Ok(true)
}

/// All accounts, which nobody else changes until the end of the change.
struct Held(Vec<StaffAccount>);

impl Held {
    fn find(&self, staff: StaffId) -> Result<&StaffAccount, ServiceError> {
        self.0.iter().find(|account| account.id == staff).ok_or(ServiceError::NotFound)
    }

    fn check_admin_stays(&self, context: &Context, staff: StaffId, fate: Fate) -> Result<(), ColleagueError> {
        // Who has a password only does not get in where the provider is required.
        let standing = |account| Colleague { can_sign_in: staff_auth::gets_in(context, account), ..standing(account) };
        let all: Vec<Colleague> = self.0.iter().map(standing).collect();
        if leaves_an_admin(&all, staff, fate) { Ok(()) } else { Err(ColleagueError::LastAdmin) }
    }
}

fn standing(account: &StaffAccount) -> Colleague {
    Colleague { id: account.id, role: account.role, can_sign_in: account.can_sign_in() }
}

/// Holds all accounts, for an admin who still is one: another may have changed that since the page was asked for.
async fn hold(work: &UnitOfWork<'_>, call: &Call) -> Result<Held, ServiceError> {
    let Actor::Staff { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    let held = Held(staff::list_for_update(work.conn()).await?);
    let is_admin = held.find(id).is_ok_and(|account| standing(account).is_working_admin());
    if is_admin { Ok(held) } else { Err(ServiceError::Forbidden) }
}

/// Makes a link, and puts the mail in line that carries it.
async fn invite_by_mail(
    context: &Context,
    work: &mut UnitOfWork<'_>,
    call: &Call,
    staff: StaffId,
) -> Result<(), ServiceError> {
    // Nobody has this token: the mail makes the one that works.
    let token = Token::new(&context.chance);
    let invite = staff_accounts::insert_invite(context, work, call.now, StaffToken { staff, token: &token }).await?;
    work.mail(NewMail {
        kind: MailKind::StaffInvited,
        connection: None,
        contact: None,
        about: About { staff: Some(staff), invite: Some(invite), ..About::default() },
        occasion: invite.to_string(),
    });
    Ok(())
}
