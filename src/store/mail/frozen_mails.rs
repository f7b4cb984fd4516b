//! Mails as they were rendered, sealed: what a second attempt repeats to the byte, and what a preview shows.

use chrono::{DateTime, Utc};
use entity::{frozen_mail, outbox};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};

use crate::domain::ids::MailId;
use crate::domain::notice::MailKind;
use crate::store::mail::outbox::MailStatus;
use crate::store::{ConnectionTrait, StoreError};

/// Keeps a mail as it was rendered, sealed; what was kept of it before is replaced.
pub async fn save(
    conn: &impl ConnectionTrait,
    id: MailId,
    sealed_mail: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row =
        frozen_mail::ActiveModel { mail_id: Set(id.as_uuid()), sealed_mail: Set(sealed_mail), frozen_at: Set(now) };
    let replace = OnConflict::column(frozen_mail::Column::MailId)
        .update_columns([frozen_mail::Column::SealedMail, frozen_mail::Column::FrozenAt])
        .to_owned();
    frozen_mail::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await?;
    Ok(())
}

/// The sealed bytes of a mail, if they are kept.
pub async fn find(conn: &impl ConnectionTrait, id: MailId) -> Result<Option<Vec<u8>>, StoreError> {
    let found = frozen_mail::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    Ok(found.map(|row| row.sealed_mail))
}

/// As of which moment the newest mail of a kind that was sent was written.
pub async fn last_sent_as_of(conn: &impl ConnectionTrait, kind: MailKind) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest = outbox::Entity::find()
        .filter(outbox::COLUMN.kind.eq(kind.as_str()))
        .filter(outbox::COLUMN.status.eq(MailStatus::Sent.as_str()))
        .order_by_desc(outbox::COLUMN.id);
    let Some(mail) = newest.one(conn).await? else { return Ok(None) };
    let frozen = frozen_mail::Entity::find_by_id(mail.id).one(conn).await?;
    Ok(Some(frozen.map_or(mail.created_at, |row| row.frozen_at)))
}

/// Forgets the bytes of mails.
pub async fn delete(conn: &impl ConnectionTrait, ids: &[MailId]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids = ids.iter().map(|id| id.as_uuid());
    frozen_mail::Entity::delete_many().filter(frozen_mail::COLUMN.mail_id.is_in(ids)).exec(conn).await?;
    Ok(())
}

/// Forgets bytes that were rendered before a moment, but for mails that still wait: those must go as they were.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let waiting = Query::select()
        .column(outbox::Column::Id)
        .from(outbox::Entity)
        .and_where(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()))
        .to_owned();
    let deleted = frozen_mail::Entity::delete_many()
        .filter(frozen_mail::COLUMN.frozen_at.lt(before))
        .filter(frozen_mail::COLUMN.mail_id.not_in_subquery(waiting))
        .exec(conn)
        .await?;
    Ok(deleted.rows_affected)
}
