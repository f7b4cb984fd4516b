//! The mistyped address of a contact, corrected by Kurve or by a colleague at the school: mails go to the new one from then
//! on, and whoever has the old one gets no further. Kurve's word was about who read at the old one, so it is given anew.

use crate::domain::audit::Action;
use crate::domain::notice::{About, MailKind};
use crate::domain::school::ContactRef;
use crate::domain::text::EmailAddress;
use crate::services::onboarding::access;
use crate::services::people::contacts::{hold_seen, load_of};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::StoreError;
use crate::store::onboarding::onboardings::Versioned;
use crate::store::people::{access_links, contacts, sessions};

/// Corrects the address of a contact, who is told there what this is about. Links and sessions of the old address end,
/// unless it is that of a contact elsewhere; that one does not open this connection any more. Access ends with it.
///
/// # Errors
/// `Forbidden` for a reader, `Conflict` on a stale page, `NotFound` when the connection has no such contact,
/// `ContactExists` when the address is one of the connection already.
pub async fn correct(
    context: &Context,
    call: &Call,
    who: ContactRef,
    email: EmailAddress,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold_seen(&work, who.connection, seen).await?;
    correct_held(&mut work, call, who, email, held).await?;
    work.finish().await
}

/// The same within a change under way, which may be done by whoever asks.
pub(super) async fn correct_held(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    who: ContactRef,
    email: EmailAddress,
    held: Versioned,
) -> Result<(), ServiceError> {
    let keys = &work.context().keys;
    let before = load_of(work, who).await?;
    let ContactRef { connection, contact } = who;
    let old_key = keys.email_key(&before.email.key_form());
    let new_key = keys.email_key(&email.key_form());
    work.said(connection, &email);
    match contacts::save_address(work.conn(), who, &email, &new_key).await {
        Err(StoreError::Taken) => return Err(ServiceError::ContactExists),
        other => other?,
    }
    if before.is_vouched() {
        contacts::clear_vouch(work.conn(), who).await?;
    }
    if contacts::list_by_email(work.conn(), &old_key).await?.is_empty() {
        sessions::delete_of_address(work.conn(), &old_key).await?;
        access_links::mark_replaced(work.conn(), &old_key, call.now).await?;
    }
    let version = access::save_noted(work, call, connection, held).await?;
    let action = Action::ContactAddressCorrected { contact, is_vouched: false };
    work.note_version(Some(connection), Some(version), action);
    // What went to the old address nobody there was to read: this one begins anew.
    work.mail(NewMail {
        kind: MailKind::ContactAdded,
        connection: Some(connection),
        contact: Some(contact),
        about: About::default(),
        occasion: format!("{connection}/{version}"),
    });
    Ok(())
}
