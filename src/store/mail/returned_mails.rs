//! Mails of the outbox that came back after the mail server took them.

use chrono::{DateTime, Utc};
use entity::outbox;
use sea_orm::sea_query::Condition;
use sea_orm::{EntityTrait, QueryFilter};

use crate::store::mail::outbox::{MailStatus, OutboxMail, about_json};
use crate::store::mail::{frozen_mails, gathered};
use crate::store::{ConnectionTrait, StoreError};

/// Notes that a mail came back for good, with the reason and the reports in what it is about; `false` when it is known
/// to have come back, or not to have gone.
pub async fn mark_returned(conn: &impl ConnectionTrait, mail: &OutboxMail, why: &str) -> Result<bool, StoreError> {
    // A mail of which nobody knew whether it went waits for another try, or was given up: it went, and came back.
    let can_come_back = Condition::any()
        .add(outbox::COLUMN.status.is_in([MailStatus::Sent, MailStatus::Waiting].map(MailStatus::as_str)))
        .add(nobody_knew().add(outbox::COLUMN.status.eq(MailStatus::Failed.as_str())));
    let changed = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.status, MailStatus::Failed.as_str().into())
        .col_expr(outbox::COLUMN.last_error, why.into())
        .col_expr(outbox::COLUMN.about, about_json(mail)?.into())
        .col_expr(outbox::COLUMN.lease_until, Option::<DateTime<Utc>>::None.into())
        .col_expr(outbox::COLUMN.handing_over_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(outbox::COLUMN.lease_id, Option::<uuid::Uuid>::None.into())
        .filter(outbox::COLUMN.id.eq(mail.id.as_uuid()))
        .filter(can_come_back)
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 {
        gathered::mark_returned(conn, mail.id, why).await?;
    }
    Ok(changed.rows_affected == 1)
}

/// The same for a mail that is no longer in line, of which nobody knew whether it went before: it went, and came back.
/// What became of it stays; `false` when that does not hold.
pub async fn mark_was_returned(conn: &impl ConnectionTrait, mail: &OutboxMail) -> Result<bool, StoreError> {
    let changed = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.about, about_json(mail)?.into())
        .col_expr(outbox::COLUMN.handing_over_at, Option::<DateTime<Utc>>::None.into())
        .filter(outbox::COLUMN.id.eq(mail.id.as_uuid()))
        .filter(outbox::COLUMN.status.is_in([MailStatus::Skipped, MailStatus::Dropped].map(MailStatus::as_str)))
        .filter(nobody_knew())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Notes that a mail arrived, and not at a mailbox behind the one it went to; `false` when it is not known to have gone.
pub async fn mark_returned_elsewhere(
    conn: &impl ConnectionTrait,
    mail: &OutboxMail,
    why: &str,
) -> Result<bool, StoreError> {
    let changed = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.last_error, why.into())
        .col_expr(outbox::COLUMN.about, about_json(mail)?.into())
        .filter(outbox::COLUMN.id.eq(mail.id.as_uuid()))
        .filter(outbox::COLUMN.status.eq(MailStatus::Sent.as_str()))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

fn nobody_knew() -> Condition {
    Condition::all().add(outbox::COLUMN.handing_over_at.is_not_null())
}

/// Puts a mail that came back in line again, to be written anew: nobody has the old one. Keeps the reports in what it is
/// about. `false` when it was in line, or was given up.
pub async fn mark_to_send_again(
    conn: &impl ConnectionTrait,
    mail: &OutboxMail,
    at: DateTime<Utc>,
    why: &str,
) -> Result<bool, StoreError> {
    let changed = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.status, MailStatus::Waiting.as_str().into())
        .col_expr(outbox::COLUMN.sent_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(outbox::COLUMN.next_attempt_at, at.into())
        .col_expr(outbox::COLUMN.handing_over_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(outbox::COLUMN.lease_id, Option::<uuid::Uuid>::None.into())
        .col_expr(outbox::COLUMN.lease_until, Option::<DateTime<Utc>>::None.into())
        .col_expr(outbox::COLUMN.last_error, why.into())
        .col_expr(outbox::COLUMN.about, about_json(mail)?.into())
        .filter(outbox::COLUMN.id.eq(mail.id.as_uuid()))
        .filter(outbox::COLUMN.status.eq(MailStatus::Sent.as_str()))
        .exec(conn)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(false);
    }
    gathered::mark_to_send_again(conn, mail.id, at).await?;
    frozen_mails::delete(conn, &[mail.id]).await?;
    Ok(true)
}
