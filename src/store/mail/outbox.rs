//! Mails that committed changes call for. A row says which mail, about what and for whom; never its text.
//!
//! How a worker leases them and saves what became of them is in [`lease`].

pub mod lease;

use chrono::{DateTime, Utc};
use entity::outbox;
use sea_orm::sea_query::{Condition, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use crate::domain::ids::{ConnectionId, ContactId, MailId};
use crate::domain::notice::{About, MailKind};
use crate::store::mail::{mail_connections, notify};
use crate::store::{ConnectionTrait, StoreError};

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MailStatus {
    /// To be sent, or to be tried again.
    Waiting,
    /// Handed to the mail server.
    Sent,
    /// Not needed any more when its turn came.
    Skipped,
    /// Given up; someone must look.
    Failed,
    /// Taken out of the line by hand.
    Dropped,
}

impl MailStatus {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMail {
    /// Its id.
    pub id: MailId,
    /// Which mail.
    pub kind: MailKind,
    /// About which connection.
    pub connection: Option<ConnectionId>,
    /// To which contact; `None` is Kurve's support, or an address that is known by `about`.
    pub contact: Option<ContactId>,
    /// About what.
    pub about: About,
    /// Two mails with the same key are one.
    pub dedupe_key: String,
    /// What became of it.
    pub status: MailStatus,
    /// How often it was tried.
    pub attempts: i32,
    /// When the change was made.
    pub created_at: DateTime<Utc>,
    /// When it is due.
    pub next_attempt_at: DateTime<Utc>,
    /// Since when nobody knows whether the mail server has it: an attempt was begun, and how it ended was not heard.
    /// `None` before and after.
    pub handing_over_at: Option<DateTime<Utc>>,
    /// Whether it was handed over again, with the same bytes, although the mail server may have had it.
    pub may_be_double: bool,
    /// When it was handed to the mail server.
    pub sent_at: Option<DateTime<Utc>>,
    /// Its own Message-ID.
    pub message_id: String,
    /// Why the last try failed, why it was skipped, or why it was dropped.
    pub last_error: Option<String>,
    /// The mail that tells of it too: they go in one, or went.
    pub told_by: Option<MailId>,
}

impl OutboxMail {
    /// Whether a mail server may have it although it did not say so.
    pub fn may_have_arrived(&self) -> bool {
        let is_under_way = self.told_by.is_some() && self.status == MailStatus::Waiting;
        self.handing_over_at.is_some() || self.may_be_double || is_under_way
    }
}

/// What is known of a mail whose row cannot be read: it is damaged, or a newer release wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableMail {
    /// Its id.
    pub id: MailId,
    /// Which mail, if that can be read.
    pub kind: Option<MailKind>,
    /// About which connection.
    pub connection: Option<ConnectionId>,
    /// What became of it, if that can be read.
    pub status: Option<MailStatus>,
    /// When the change was made.
    pub created_at: DateTime<Utc>,
    /// What cannot be read, without the value; or why it was dropped.
    pub why: String,
}

/// A row of the outbox, for lists that leave none out.
pub type Reading = Result<OutboxMail, UnreadableMail>;

/// Puts mails in the outbox and rings for them; one whose key is there already is left out.
pub async fn insert_all(conn: &impl ConnectionTrait, mails: &[OutboxMail]) -> Result<(), StoreError> {
    for mail in mails {
        let row = outbox::ActiveModel {
            id: Set(mail.id.as_uuid()),
            kind: Set(mail.kind.as_str().to_owned()),
            connection_id: Set(mail.connection.map(ConnectionId::as_uuid)),
            contact_id: Set(mail.contact.map(ContactId::as_uuid)),
            about: Set(about_json(mail)?),
            dedupe_key: Set(mail.dedupe_key.clone()),
            status: Set(mail.status.as_str().to_owned()),
            attempts: Set(mail.attempts),
            created_at: Set(mail.created_at),
            next_attempt_at: Set(mail.next_attempt_at),
            lease_until: Set(None),
            lease_id: Set(None),
            handing_over_at: Set(None),
            handed_again_at: Set(None),
            sent_at: Set(mail.sent_at),
            message_id: Set(mail.message_id.clone()),
            last_error: Set(mail.last_error.clone()),
            told_by: Set(mail.told_by.map(MailId::as_uuid)),
        };
        let keep = OnConflict::column(outbox::Column::DedupeKey).do_nothing().to_owned();
        outbox::Entity::insert(row).on_conflict(keep).exec_without_returning(conn).await?;
    }
    if mails.is_empty() { Ok(()) } else { notify::notify_mail(conn).await }
}

/// Whether a mail with one of these keys was put in line.
pub async fn has_any(conn: &impl ConnectionTrait, dedupe_keys: &[String]) -> Result<bool, StoreError> {
    let found = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::COLUMN.dedupe_key.is_in(dedupe_keys.iter().map(String::as_str)))
        .limit(1)
        .into_tuple::<uuid::Uuid>()
        .one(conn)
        .await?;
    Ok(found.is_some())
}

/// Has a mail tried now, from the first try; `false` when it was not given up and does not wait for its next try
/// either, or a worker has a lease on it now.
pub async fn mark_retried_by_hand(
    conn: &impl ConnectionTrait,
    id: MailId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let is_put_off = Condition::all()
        .add(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()))
        .add(outbox::COLUMN.attempts.gt(0))
        .add(outbox::COLUMN.next_attempt_at.gt(now))
        .add(lease::is_free_since(now));
    let is_given_up = outbox::COLUMN.status.eq(MailStatus::Failed.as_str());
    let changed = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.status, MailStatus::Waiting.as_str().into())
        .col_expr(outbox::COLUMN.attempts, 0.into())
        .col_expr(outbox::COLUMN.next_attempt_at, now.into())
        .filter(outbox::COLUMN.id.eq(id.as_uuid()))
        .filter(Condition::any().add(is_given_up).add(is_put_off))
        .exec(conn)
        .await?;
    notify::notify_mail(conn).await?;
    Ok(changed.rows_affected == 1)
}

/// Lets a mail that may have arrived be written anew: what was handed over is no longer kept. It counts as perhaps
/// double.
pub async fn let_write_anew(
    conn: &impl ConnectionTrait,
    mail: &OutboxMail,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut anew = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.handing_over_at, Option::<DateTime<Utc>>::None.into())
        .filter(outbox::COLUMN.id.eq(mail.id.as_uuid()));
    if !mail.may_be_double {
        anew = anew.col_expr(outbox::COLUMN.handed_again_at, now.into());
    }
    anew.exec(conn).await?;
    Ok(())
}

/// Takes a mail out of the line, with the reason; `false` when it went, is no longer needed or was dropped, or a worker
/// has a lease on it now. Its row need not be readable.
pub async fn mark_dropped(
    conn: &impl ConnectionTrait,
    id: MailId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.status, MailStatus::Dropped.as_str().into())
        .col_expr(outbox::COLUMN.last_error, why.into())
        .col_expr(outbox::COLUMN.lease_until, Option::<DateTime<Utc>>::None.into())
        .col_expr(outbox::COLUMN.lease_id, Option::<uuid::Uuid>::None.into())
        .filter(outbox::COLUMN.id.eq(id.as_uuid()))
        .filter(
            outbox::COLUMN
                .status
                .is_not_in([MailStatus::Sent, MailStatus::Skipped, MailStatus::Dropped].map(MailStatus::as_str)),
        )
        .filter(outbox::COLUMN.told_by.is_null())
        .filter(lease::is_free_since(now))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 {
        // What was to go with it goes by itself.
        let going = outbox::Entity::update_many().filter(outbox::COLUMN.told_by.eq(id.as_uuid()));
        let going = going.filter(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()));
        going.col_expr(outbox::COLUMN.told_by, Option::<uuid::Uuid>::None.into()).exec(conn).await?;
    }
    Ok(changed.rows_affected == 1)
}

/// Saves what a mail that waits is about and when it is due; `false` when it does not wait any more, or a worker has a
/// lease on it now.
pub async fn save_waiting(
    conn: &impl ConnectionTrait,
    mail: &OutboxMail,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = outbox::Entity::update_many()
        .col_expr(outbox::COLUMN.about, about_json(mail)?.into())
        .col_expr(outbox::COLUMN.next_attempt_at, mail.next_attempt_at.into())
        .filter(outbox::COLUMN.id.eq(mail.id.as_uuid()))
        .filter(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()))
        .filter(outbox::COLUMN.told_by.is_null())
        .filter(lease::is_free_since(now))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Deletes mails with a token that were sent before a moment, or were last due before it and are no longer needed or
/// were dropped. They tell only which address asked when; nothing is ever kept of their text.
pub async fn delete_ended_with_token(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let column = outbox::COLUMN;
    let kinds = MailKind::iter().filter(|kind| kind.carries_token()).map(MailKind::as_str);
    let is_unsent = column.status.is_in([MailStatus::Skipped, MailStatus::Dropped].map(MailStatus::as_str));
    let ended = Condition::any()
        .add(column.status.eq(MailStatus::Sent.as_str()).and(column.sent_at.lt(before)))
        .add(is_unsent.and(column.next_attempt_at.lt(before)));
    let deleted = outbox::Entity::delete_many().filter(column.kind.is_in(kinds)).filter(ended).exec(conn).await?;
    Ok(deleted.rows_affected)
}

/// The mail with this id.
pub async fn find(conn: &impl ConnectionTrait, id: MailId) -> Result<Option<OutboxMail>, StoreError> {
    outbox::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_mail).transpose()
}

/// The same for a row that may be one that cannot be read.
pub async fn find_any(conn: &impl ConnectionTrait, id: MailId) -> Result<Option<Reading>, StoreError> {
    Ok(outbox::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(read))
}

/// A connection's mails, newest first, at most `limit`; those about several connections are among them.
pub async fn list_of_connection(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    limit: u64,
) -> Result<Vec<Reading>, StoreError> {
    let rows = outbox::Entity::find()
        .filter(mail_connections::of_schools(conn, &[connection], None).await?)
        .order_by_desc(outbox::COLUMN.created_at)
        .order_by_desc(outbox::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// The mails that are known by these keys, each by its own; a row that cannot be read is left out.
pub async fn list_by_keys(
    conn: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = String>,
) -> Result<Vec<OutboxMail>, StoreError> {
    let rows = outbox::Entity::find().filter(outbox::COLUMN.dedupe_key.is_in(keys)).all(conn).await?;
    Ok(rows.into_iter().filter_map(|row| to_mail(row).ok()).collect())
}

/// The mails of some kinds about a connection that a contact was sent or will be, in no order; a row that cannot be
/// read is left out.
pub async fn list_to_contact(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    contact: ContactId,
    kinds: &[MailKind],
) -> Result<Vec<OutboxMail>, StoreError> {
    let rows = outbox::Entity::find()
        .filter(outbox::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(outbox::COLUMN.contact_id.eq(contact.as_uuid()))
        .filter(outbox::COLUMN.status.is_in([MailStatus::Sent, MailStatus::Waiting].map(MailStatus::as_str)))
        .filter(outbox::COLUMN.kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| to_mail(row).ok()).collect())
}

/// The mails of some kinds about a connection, in no order; a row that cannot be read is left out.
pub async fn list_of_kinds(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    kinds: &[MailKind],
) -> Result<Vec<OutboxMail>, StoreError> {
    let rows = outbox::Entity::find()
        .filter(outbox::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(outbox::COLUMN.kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| to_mail(row).ok()).collect())
}

/// Mails of one status over all connections, newest first, at most `limit`; a row that cannot be read is left out.
pub async fn list_with_status(
    conn: &impl ConnectionTrait,
    status: MailStatus,
    limit: u64,
) -> Result<Vec<OutboxMail>, StoreError> {
    let rows = outbox::Entity::find()
        .filter(outbox::COLUMN.status.eq(status.as_str()))
        .order_by_desc(outbox::COLUMN.next_attempt_at)
        .order_by_desc(outbox::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| to_mail(row).ok()).collect())
}

/// Reads a row, or as much of it as can be read: one bad row must not close the page that shows the others.
pub(in crate::store) fn read(row: outbox::Model) -> Reading {
    let status = row.status.parse::<MailStatus>().ok();
    let known = UnreadableMail {
        id: MailId::from_uuid(row.id),
        kind: row.kind.parse().ok(),
        connection: row.connection_id.map(ConnectionId::from_uuid),
        status,
        created_at: row.created_at,
        why: row.last_error.clone().filter(|_| status == Some(MailStatus::Dropped)).unwrap_or_default(),
    };
    to_mail(row).map_err(|error| match status {
        Some(MailStatus::Dropped) => known,
        Some(MailStatus::Waiting | MailStatus::Sent | MailStatus::Skipped | MailStatus::Failed) | None => {
            UnreadableMail { why: error.to_string(), ..known }
        }
    })
}

pub(in crate::store) fn about_json(mail: &OutboxMail) -> Result<String, StoreError> {
    serde_json::to_string(&mail.about).map_err(|_| corrupt(mail.id, "about"))
}

fn corrupt(id: MailId, what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "outbox", id: id.to_string(), what }
}

fn to_mail(row: outbox::Model) -> Result<OutboxMail, StoreError> {
    let id = MailId::from_uuid(row.id);
    Ok(OutboxMail {
        id,
        kind: row.kind.parse().map_err(|_| corrupt(id, "kind"))?,
        connection: row.connection_id.map(ConnectionId::from_uuid),
        contact: row.contact_id.map(ContactId::from_uuid),
        about: serde_json::from_str(&row.about).map_err(|_| corrupt(id, "about"))?,
        dedupe_key: row.dedupe_key,
        status: row.status.parse().map_err(|_| corrupt(id, "status"))?,
        attempts: row.attempts,
        created_at: row.created_at,
        next_attempt_at: row.next_attempt_at,
        handing_over_at: row.handing_over_at,
        may_be_double: row.handed_again_at.is_some(),
        sent_at: row.sent_at,
        message_id: row.message_id,
        last_error: row.last_error,
        told_by: row.told_by.map(MailId::from_uuid),
    })
}
