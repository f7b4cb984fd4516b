//! What goes in one mail: the mail whose turn it is, and what else waits for the same person and is still true.

use chrono::{DateTime, Utc};

use crate::domain::gathering;
use crate::domain::ids::{ConnectionId, LeaseId, MailId};
use crate::services::mail::draft::{Draft, DraftRequest};
use crate::services::mail::mails::{self, Told};
use crate::services::{Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::mail::gathered::{self, Going};
use crate::store::mail::outbox::OutboxMail;

/// A mail with those that go with it.
pub(super) struct Together {
    pub(super) draft: Draft,
    /// The mails that it tells of too.
    pub(super) others: Vec<MailId>,
    /// The connection that all of it is about; none where it is about several.
    pub(super) connection: Option<ConnectionId>,
}

/// Writes what waits for the same person into the mail. What is no longer true, or cannot be written now, is left to its
/// own turn.
///
/// # Errors
/// When the store fails, or a template.
pub(super) async fn join(request: DraftRequest<'_>, draft: Draft, lease: LeaseId) -> Result<Together, ServiceError> {
    let DraftRequest { context, mail, now, is_preview: _ } = request;
    if !goes_in_one(context, mail) {
        return Ok(Together { draft, others: vec![], connection: mail.connection });
    }
    let mut parts = vec![(mail.clone(), draft)];
    for other in gathered::list(context.db.reader(), lease, mail, now).await? {
        if let Ok(draft) = Box::pin(mails::draft(DraftRequest { mail: &other, ..request })).await {
            parts.push((other, draft));
        }
    }
    let others = parts.iter().skip(1).map(|(other, _)| other.id).collect();
    // The newest of those that look at the password first, and else as they came.
    parts.sort_by_key(|(mail, _)| gathering::place(mail.kind));
    // And what is of one connection together.
    let order: Vec<Option<ConnectionId>> = parts.iter().map(|(mail, _)| mail.connection).collect();
    parts.sort_by_key(|(mail, _)| order.iter().position(|connection| *connection == mail.connection));
    let is_of_one = order.iter().all(|connection| *connection == mail.connection);
    let told = parts.into_iter().map(|(mail, draft)| Told { connection: mail.connection, draft }).collect();
    let draft = mails::in_one(told, &context.support_email)?;
    Ok(Together { draft, others, connection: mail.connection.filter(|_| is_of_one) })
}

fn goes_in_one(context: &Context, mail: &OutboxMail) -> bool {
    context.gathering.is_on() && mail.contact.is_some() && gathering::gathers(mail.kind)
}

/// Has the others go with the mail; `false`, and none does, when one of them cannot any more.
pub(super) async fn take(
    conn: &impl ConnectionTrait,
    lease: LeaseId,
    going: Going<'_>,
    now: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    let is_taken = gathered::take(conn, lease, going, now).await?;
    if !is_taken {
        gathered::give_back(conn, going).await?;
    }
    Ok(is_taken)
}
