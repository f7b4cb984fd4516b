//! Reminders that went out, and the mails they went out in.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{contact, onboarding, reminder, reminder_mail};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Changing, ConnectionTrait, StoreError};
use crate::domain::ids::{ConnectionId, ReminderMailId};
use crate::domain::reminder::person::PersonReminder;
use crate::domain::reminder::{DueReminder, Mailed, SentReminder};

/// A mail with reminders to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderMail {
    /// Its id.
    pub id: ReminderMailId,
    /// The keyed hash of the person's address.
    pub address_key: String,
    /// What it reminds of, the most urgent first.
    pub about: Vec<PersonReminder>,
}

/// What a look at the reminders of a connection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attention {
    /// When the next look is due.
    pub next_at: Option<DateTime<Utc>>,
    /// Since when the school does not answer.
    pub no_answer_since: Option<DateTime<Utc>>,
}

impl Attention {
    /// The same, with a look within a month.
    pub(in crate::store) fn within_a_month(self, now: DateTime<Utc>) -> Self {
        Self { next_at: self.next_at.map(|at| Ord::min(at, now + LOOK_AGAIN_AFTER)), ..self }
    }
}

/// How long a connection is left alone at most, whatever is to come. Later than this only a clock that was ahead can
/// have said.
pub(in crate::store) const LOOK_AGAIN_AFTER: TimeDelta = TimeDelta::days(31);

/// Where a look at what is due came to: what is left of it is due later than this, or then and of a later id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanCursor {
    at: DateTime<Utc>,
    school: uuid::Uuid,
}

/// Connections whose reminders are to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The longest waiting first.
    pub schools: Vec<ConnectionId>,
    /// Where the rest begins, if there may be more.
    pub next: Option<PlanCursor>,
}

/// The connections whose reminders are to be looked at, after a place, at most `limit`.
pub async fn list_needing_attention(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    after: Option<PlanCursor>,
    limit: u64,
) -> Result<Due, StoreError> {
    let column = onboarding::COLUMN;
    // As one comparison, which the index answers: where many are due at one moment, nothing that was done is walked over.
    let place =
        || Expr::tuple([Expr::col(onboarding::Column::AttentionAt), Expr::col(onboarding::Column::ConnectionId)]);
    let is_behind =
        |PlanCursor { at, school }: PlanCursor| place().gt(Expr::tuple([Expr::value(at), Expr::value(school)]));
    let is_due = column.attention_at.lte(now);
    let is_due = after.into_iter().fold(is_due, |is_due, cursor| is_due.and(is_behind(cursor)));
    let due: Vec<(DateTime<Utc>, uuid::Uuid)> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::AttentionAt)
        .column(onboarding::Column::ConnectionId)
        .filter(is_due)
        .order_by_asc(column.attention_at)
        .order_by_asc(column.connection_id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    let last = due.last().filter(|_| due.len() as u64 == limit);
    let next = last.map(|(at, school)| PlanCursor { at: *at, school: *school });
    Ok(Due { schools: due.into_iter().map(|(_, school)| ConnectionId::from_uuid(school)).collect(), next })
}

/// The other connections that are due and have a contact of one of these connections.
pub async fn list_due_of_same_people(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    schools: &[ConnectionId],
) -> Result<Vec<ConnectionId>, StoreError> {
    let ids = || schools.iter().map(|school| school.as_uuid());
    let of_contacts = |column: contact::Column, which: Expr| {
        let here = Expr::col(contact::Column::RemovedAt).is_null();
        Query::select().column(column).from(contact::Entity).and_where(here).and_where(which).to_owned()
    };
    let people = of_contacts(contact::Column::EmailKey, Expr::col(contact::Column::ConnectionId).is_in(ids()));
    let theirs = of_contacts(contact::Column::ConnectionId, Expr::col(contact::Column::EmailKey).in_subquery(people));
    let others: Vec<uuid::Uuid> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .filter(onboarding::COLUMN.attention_at.lte(now))
        .filter(Expr::col(onboarding::Column::ConnectionId).in_subquery(theirs))
        .filter(onboarding::COLUMN.connection_id.is_not_in(ids()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(others.into_iter().map(ConnectionId::from_uuid).collect())
}

/// Notes when a connection needs attention next, and since when its school does not answer; the version of the
/// onboarding stays. Who asked for a fresh look since `now` still gets it, and each connection gets one within a month.
pub async fn save_attention(
    conn: &impl Changing,
    connection: ConnectionId,
    version: i32,
    now: DateTime<Utc>,
    attention: Attention,
) -> Result<(), StoreError> {
    let attention = attention.within_a_month(now);
    let update = || {
        onboarding::Entity::update_many()
            .col_expr(onboarding::COLUMN.attention_at, attention.next_at.into())
            .col_expr(onboarding::COLUMN.no_answer_since, attention.no_answer_since.into())
            .filter(onboarding::COLUMN.connection_id.eq(connection.as_uuid()))
            // A change that came between has its own say.
            .filter(onboarding::COLUMN.version.eq(version))
            .filter(onboarding::COLUMN.attention_at.lte(now))
    };
    if attention.no_answer_since.is_none() {
        // It answers, and did so before, as most do: lists show the same.
        let answered = update().filter(onboarding::COLUMN.no_answer_since.is_null()).exec(conn).await?;
        if answered.rows_affected == 1 {
            return Ok(());
        }
    }
    conn.touch(connection);
    update().exec(conn).await?;
    Ok(())
}

/// Asks for a fresh look at the reminders of a connection, whose school has not been silent since; the version stays.
pub async fn ask_attention(
    conn: &impl Changing,
    connection: ConnectionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    conn.touch(connection);
    onboarding::Entity::update_many()
        .col_expr(onboarding::COLUMN.attention_at, now.into())
        .col_expr(onboarding::COLUMN.no_answer_since, Option::<DateTime<Utc>>::None.into())
        .filter(onboarding::COLUMN.connection_id.eq(connection.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Every reminder that went out for a connection, oldest first.
pub async fn list_sent(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Vec<SentReminder>, StoreError> {
    let rows = reminder::Entity::find()
        .filter(reminder::COLUMN.connection_id.eq(connection.as_uuid()))
        .order_by_asc(reminder::COLUMN.at)
        .all(conn)
        .await?;
    rows.into_iter().map(|row| to_sent(&row)).collect()
}

/// Keeps a reminder as sent.
///
/// # Errors
/// `Taken` when it went out before.
pub async fn insert_sent(
    conn: &impl ConnectionTrait,
    id: uuid::Uuid,
    connection: ConnectionId,
    due: &DueReminder,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sent = SentReminder { step: due.step, stage: due.stage, since: due.since, at };
    reminder::Entity::insert(to_row(id, connection, &sent)).exec_without_returning(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_row(id: uuid::Uuid, connection: ConnectionId, sent: &SentReminder) -> reminder::ActiveModel {
    reminder::ActiveModel {
        id: Set(id),
        connection_id: Set(connection.as_uuid()),
        step: Set(sent.step.as_str().to_owned()),
        stage: Set(sent.stage.to_string()),
        since: Set(sent.since),
        at: Set(sent.at),
    }
}

/// Who has a mail with reminders on a day: one that was made on it, or stayed behind and was moved to it.
pub async fn list_mailed_on(conn: &impl ConnectionTrait, date: NaiveDate) -> Result<Vec<Mailed>, StoreError> {
    let rows = reminder_mail::Entity::find().filter(reminder_mail::COLUMN.on_date.eq(date)).all(conn).await?;
    Ok(rows.into_iter().map(|row| Mailed { address_key: row.address_key, on_date: row.on_date }).collect())
}

/// Who of these people has a mail with reminders on a day.
pub async fn list_mailed_of(
    conn: &impl ConnectionTrait,
    date: NaiveDate,
    address_keys: Vec<String>,
) -> Result<Vec<Mailed>, StoreError> {
    let query = reminder_mail::Entity::find()
        .filter(reminder_mail::COLUMN.address_key.is_in(address_keys))
        .filter(reminder_mail::COLUMN.on_date.eq(date));
    let rows = query.all(conn).await?;
    Ok(rows.into_iter().map(|row| Mailed { address_key: row.address_key, on_date: row.on_date }).collect())
}

/// Keeps a mail with reminders.
///
/// # Errors
/// `Taken` when the person has one on that day.
pub async fn insert_mail(
    conn: &impl ConnectionTrait,
    mail: &ReminderMail,
    date: NaiveDate,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = reminder_mail::ActiveModel {
        id: Set(mail.id.as_uuid()),
        address_key: Set(mail.address_key.clone()),
        on_date: Set(date),
        about: Set(about_text(mail.id, &mail.about)?),
        at: Set(at),
    };
    reminder_mail::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Makes a mail that was meant for another day the person's mail of this one; nothing to do for this day's own.
///
/// # Errors
/// `Taken` when the person has another one on that day.
pub async fn move_to(conn: &impl ConnectionTrait, id: ReminderMailId, date: NaiveDate) -> Result<(), StoreError> {
    reminder_mail::Entity::update_many()
        .col_expr(reminder_mail::COLUMN.on_date, date.into())
        .filter(reminder_mail::COLUMN.id.eq(id.as_uuid()))
        .filter(reminder_mail::COLUMN.on_date.ne(date))
        .exec(conn)
        .await?;
    Ok(())
}

/// The days from a date on of which a person has a mail.
pub async fn list_days_from(
    conn: &impl ConnectionTrait,
    address_key: &str,
    from: NaiveDate,
) -> Result<Vec<NaiveDate>, StoreError> {
    let days = reminder_mail::Entity::find()
        .select_only()
        .column(reminder_mail::Column::OnDate)
        .filter(reminder_mail::COLUMN.address_key.eq(address_key))
        .filter(reminder_mail::COLUMN.on_date.gte(from));
    Ok(days.into_tuple().all(conn).await?)
}

/// Has a mail remind of something else; `false` when it no longer reminds of what it did.
pub async fn replace_about(
    conn: &impl ConnectionTrait,
    mail: &ReminderMail,
    about: Vec<PersonReminder>,
) -> Result<bool, StoreError> {
    let changed = reminder_mail::Entity::update_many()
        .col_expr(reminder_mail::COLUMN.about, about_text(mail.id, &about)?.into())
        .filter(reminder_mail::COLUMN.id.eq(mail.id.as_uuid()))
        .filter(reminder_mail::COLUMN.about.eq(about_text(mail.id, &mail.about)?))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// The mail with this id.
pub async fn find_mail(conn: &impl ConnectionTrait, id: ReminderMailId) -> Result<Option<ReminderMail>, StoreError> {
    let Some(row) = reminder_mail::Entity::find_by_id(id.as_uuid()).one(conn).await? else { return Ok(None) };
    let about = serde_json::from_str(&row.about).map_err(|_| corrupt(id))?;
    Ok(Some(ReminderMail { id, address_key: row.address_key, about }))
}

fn about_text(id: ReminderMailId, about: &[PersonReminder]) -> Result<String, StoreError> {
    serde_json::to_string(about).map_err(|_| corrupt(id))
}

fn corrupt(id: ReminderMailId) -> StoreError {
    StoreError::CorruptRow { table: "reminder_mail", id: id.to_string(), what: "about" }
}

fn to_sent(row: &reminder::Model) -> Result<SentReminder, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "reminder", id: row.id.to_string(), what };
    Ok(SentReminder {
        step: row.step.parse().map_err(|_| corrupt("step"))?,
        stage: row.stage.parse().map_err(|_| corrupt("stage"))?,
        since: row.since,
        at: row.at,
    })
}
