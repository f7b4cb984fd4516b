//! The mistyped address of a contact, corrected by Kurve: mails go to the new one from then on, and whoever has the old one
//! gets no further.

use crate::domain::audit::Action;
use crate::domain::notice::{About, MailKind};
use crate::domain::school::ContactRef;
use crate::domain::text::EmailAddress;
use crate::services::onboarding::access;
use crate::services::people::contacts::{hold_seen, load_of};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::StoreError;
use crate::store::people::{access_links, contacts, sessions};

/// The right address of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightAddress {
    /// The address.
    pub email: EmailAddress,
    /// Whether Kurve still vouches for who reads there; of no meaning for whom it did not vouch.
    pub stays_vouched: bool,
}

/// Corrects the address of a contact, who is told there what this is about. Links and sessions of the old address end,
/// unless it is that of a contact elsewhere; that one does not open this connection any more.
///
/// # Errors
/// `Forbidden` for a reader, `Conflict` on a stale page, `NotFound` when the connection has no such contact,
/// `ContactExists` when the address is one of the connection already.
pub async fn correct(
    context: &Context,
    call: &Call,
    who: ContactRef,
    right: RightAddress,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold_seen(&work, who.connection, seen).await?;
    let before = load_of(&work, who).await?;
    let ContactRef { connection, contact } = who;
    let is_vouched = before.is_vouched() && right.stays_vouched;
    let old_key = context.keys.email_key(&before.email.key_form());
    let new_key = context.keys.email_key(&right.email.key_form());
    work.said(connection, &right.email);
    match contacts::save_address(work.conn(), who, &right.email, &new_key).await {
        Err(StoreError::Taken) => return Err(ServiceError::ContactExists),
        other => other?,
    }
    if before.is_vouched() && !is_vouched {
        contacts::clear_vouch(work.conn(), who).await?;
    }
    if contacts::list_by_email(work.conn(), &old_key).await?.is_empty() {
        sessions::delete_of_address(work.conn(), &old_key).await?;
        access_links::mark_replaced(work.conn(), &old_key, call.now).await?;
    }
    let version = access::save_noted(&mut work, call, connection, held).await?;
    let action = Action::ContactAddressCorrected { contact, is_vouched };
    work.note_version(Some(connection), Some(version), action);
    // What went to the old address nobody there was to read: this one begins anew.
    work.mail(NewMail {
        kind: MailKind::ContactAdded,
        connection: Some(connection),
        contact: Some(contact),
        about: About::default(),
        occasion: format!("{connection}/{version}"),
    });
    work.finish().await
}
