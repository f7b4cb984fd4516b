//! What a colleague does with a mail: put it back in line, or take it out.

use crate::domain::audit::Action;
use crate::domain::ids::MailId;
use crate::domain::text::Reason;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::mail::{frozen_mails, outbox};

/// A colleague takes a mail out of the line, with the reason: it will not be sent. Its row need not be readable.
///
/// # Errors
/// `NotFound` when there is none; `Conflict` when it went or is no longer needed, or is being sent at this moment;
/// `Forbidden` for who may not act.
pub async fn drop_by_hand(context: &Context, call: &Call, id: MailId, reason: Reason) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let mail = outbox::find_any(work.conn(), id).await?.ok_or(ServiceError::NotFound)?;
    if !outbox::mark_dropped(work.conn(), id, reason.as_str(), call.now).await? {
        return Err(ServiceError::Conflict);
    }
    let school = mail.map_or_else(|unreadable| unreadable.connection, |mail| mail.connection);
    work.note(school, Action::MailDropped { mail: id, reason });
    work.finish().await
}

/// A colleague has a mail tried now that was given up, or that waits for its next try. One that may have arrived is
/// repeated to the byte for as long as what was handed over is kept, and written anew after that.
///
/// # Errors
/// `NotFound` when it is neither, or carries a token; `Forbidden` for who may not act.
pub async fn retry_by_hand(context: &Context, call: &Call, id: MailId) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let mail = outbox::find(work.conn(), id).await?.ok_or(ServiceError::NotFound)?;
    if mail.kind.carries_token() || !outbox::mark_retried_by_hand(work.conn(), id, call.now).await? {
        return Err(ServiceError::NotFound);
    }
    if mail.handing_over_at.is_some() && frozen_mails::find(work.conn(), id).await?.is_none() {
        outbox::let_write_anew(work.conn(), &mail, call.now).await?;
    }
    work.note(mail.connection, Action::MailRetried { mail: id });
    work.finish().await?;
    context.mail_waits.notify_one();
    Ok(())
}
