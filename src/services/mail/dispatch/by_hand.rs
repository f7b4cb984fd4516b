//! What a colleague does with a mail: put it back in line, or take it out.

use crate::domain::audit::Action;
use crate::domain::ids::MailId;
use crate::domain::text::Reason;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::mail::outbox::{MailStatus, OutboxMail};
use crate::store::mail::outbox_view::{self, MailFilter};
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
    if !put_back(&mut work, call, &mail).await? {
        return Err(ServiceError::NotFound);
    }
    work.finish().await?;
    context.mail_waits.notify_one();
    Ok(())
}

/// How many mails one press puts back at most.
const MOST_AT_ONCE: usize = 1_000;

/// How many of them one transaction takes.
const AT_A_TIME: u64 = 100;

/// A colleague has all mails tried now that were given up, the newest first; returns how many. Those with a token stay as
/// they are: only the visitor can ask for them anew.
///
/// # Errors
/// `Forbidden` for who may not act; what was put back until then stays so.
pub async fn retry_all_failed(context: &Context, call: &Call) -> Result<usize, ServiceError> {
    call.check_may_act()?;
    let filter = MailFilter { status: Some(MailStatus::Failed), kind: None, schools: None };
    let (mut retried, mut before) = (0, None);
    while retried < MOST_AT_ONCE {
        let page = outbox_view::list_page(context.db.reader(), &filter, before, AT_A_TIME).await?;
        let mut work = UnitOfWork::begin(context, call).await?;
        for mail in page.mails.iter().flatten() {
            retried += usize::from(put_back(&mut work, call, mail).await?);
        }
        work.finish().await?;
        context.mail_waits.notify_one();
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(retried)
}

/// Puts a mail back in line; `false` where it is neither given up nor waits for its next try, or carries a token.
async fn put_back(work: &mut UnitOfWork<'_>, call: &Call, mail: &OutboxMail) -> Result<bool, ServiceError> {
    if mail.kind.carries_token() || !outbox::mark_retried_by_hand(work.conn(), mail.id, call.now).await? {
        return Ok(false);
    }
    if mail.handing_over_at.is_some() && frozen_mails::find(work.conn(), mail.id).await?.is_none() {
        outbox::let_write_anew(work.conn(), mail, call.now).await?;
    }
    work.note(mail.connection, Action::MailRetried { mail: mail.id });
    Ok(true)
}
