//! What the checks of a connection came to, and when it is looked at next.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{check_status, connection, credential, onboarding};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::check::{Certificate, CheckCode, ListGuard, Newest, Receipt, Streak, Way};
use crate::domain::ids::ConnectionId;
use crate::store::checks::check_tally;
use crate::store::{ConnectionTrait, LeaseTerm, StoreError};

/// What is known of one connection with Magister.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckStatus {
    /// Whose.
    pub connection: ConnectionId,
    /// When the timer checks it next.
    pub next_check_at: Option<DateTime<Utc>>,
    /// How the last check ended, and when.
    pub last: Option<(CheckCode, DateTime<Utc>)>,
    /// When a check last passed every rung, and with which version of the credentials.
    pub passed: Option<(DateTime<Utc>, u32)>,
    /// Whether a check ever proved something that still stands.
    pub has_worked: bool,
    /// Whether the last check showed less than was proven before.
    pub is_failing: bool,
    /// Whether the connection counts as lost.
    pub is_lost: bool,
    /// Since when the checks fail.
    pub failing_since: Option<DateTime<Utc>>,
    /// The failures in a row.
    pub streak: Option<Streak>,
    /// What was counted when a list was last read that held nothing.
    pub receipt: Option<Receipt>,
    /// The rows of the list that was read last, where that one held the import.
    pub held_rows: Option<u32>,
    /// Where the server read what it was asked.
    pub way: Option<Way>,
    /// The certificate that was last seen.
    pub certificate: Option<Certificate>,
    /// Since when the checks end as the last one did; none where nobody knows.
    pub ends_so_since: Option<DateTime<Utc>>,
}

impl CheckStatus {
    /// What the next list is held against.
    pub fn list_guard(&self) -> ListGuard {
        ListGuard { receipt_rows: self.receipt.map(|receipt| receipt.counts.rows), held_rows: self.held_rows }
    }

    /// The newest check that was made.
    pub fn newest(&self) -> Option<Newest> {
        let (code, at) = self.last?;
        Some(Newest { code, at, since: self.ends_so_since.unwrap_or(at) })
    }

    /// Since when it is as the last check says: since it began to fail, or to end so.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.failing_since.into_iter().chain(self.newest().map(|newest| newest.since)).min()
    }

    /// A connection that was never checked.
    pub fn fresh(connection: ConnectionId) -> Self {
        Self {
            connection,
            next_check_at: None,
            last: None,
            passed: None,
            has_worked: false,
            is_failing: false,
            is_lost: false,
            failing_since: None,
            streak: None,
            receipt: None,
            held_rows: None,
            way: None,
            certificate: None,
            ends_so_since: None,
        }
    }
}

/// What is known of a connection; one that was never checked if nothing is.
pub async fn load(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<CheckStatus, StoreError> {
    Ok(find(conn, connection).await?.unwrap_or_else(|| CheckStatus::fresh(connection)))
}

/// What is known of a connection, if anything is.
pub async fn find(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Option<CheckStatus>, StoreError> {
    check_status::Entity::find_by_id(connection.as_uuid()).one(conn).await?.map(|row| to_check_status(&row)).transpose()
}

/// What is known of some connections. What cannot be read is passed over: this is said beside something else.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    connections: &[ConnectionId],
) -> Result<BTreeMap<ConnectionId, CheckStatus>, StoreError> {
    let rows = check_status::Entity::find()
        .filter(check_status::COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid())))
        .all(conn)
        .await?;
    let known = rows.iter().filter_map(|row| to_check_status(row).ok());
    Ok(known.map(|known| (known.connection, known)).collect())
}

/// Keeps what is known of a connection. The caller has locked the onboarding.
pub async fn save(conn: &impl ConnectionTrait, known: &CheckStatus) -> Result<(), StoreError> {
    use check_status::Column;
    let update = [
        Column::NextCheckAt,
        Column::LastCode,
        Column::LastCheckedAt,
        Column::LastOkAt,
        Column::LastOkVersion,
        Column::HasWorked,
        Column::IsFailing,
        Column::IsLost,
        Column::FailingSince,
        Column::Streak,
        Column::Receipt,
        Column::ReceiptAt,
        Column::HeldRows,
        Column::Way,
        Column::CertificateUntil,
        Column::CertificateSeenAt,
        Column::EndsSoSince,
        Column::HasFailed,
        Column::Turn,
    ];
    let renew = OnConflict::column(Column::ConnectionId).update_columns(update).to_owned();
    upsert(conn, known, renew).await
}

/// Keeps a status with the counts that it is part of, and the name by which lists of these are ordered.
async fn upsert(conn: &impl ConnectionTrait, known: &CheckStatus, renew: OnConflict) -> Result<(), StoreError> {
    let before = check_tally::find(conn, known.connection).await?;
    check_status::Entity::insert(to_row(known)?).on_conflict(renew).exec_without_returning(conn).await?;
    let Some(after) = check_tally::find(conn, known.connection).await? else { return Ok(()) };
    if before.is_none() {
        let name = connection::Entity::find_by_id(known.connection.as_uuid()).select_only();
        let name: Option<String> = name.column(connection::Column::Name).into_tuple().one(conn).await?;
        save_name(conn, known.connection, &name.unwrap_or_default()).await?;
    }
    check_tally::move_one(conn, before.as_ref(), &after).await
}

/// Keeps the name that a connection has from now on.
pub(in crate::store) async fn save_name(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    name: &str,
) -> Result<(), StoreError> {
    check_status::Entity::update_many()
        .col_expr(check_status::COLUMN.name, name.into())
        .filter(check_status::COLUMN.connection_id.eq(connection.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Sets when a connection is checked next; the rest stays.
pub async fn save_next(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    next_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let fresh = CheckStatus { next_check_at: next_at, ..CheckStatus::fresh(connection) };
    let renew = OnConflict::column(check_status::Column::ConnectionId)
        .update_column(check_status::Column::NextCheckAt)
        .to_owned();
    upsert(conn, &fresh, renew).await
}

/// Forgets failures that were not followed up; a connection that is lost stays so.
pub async fn forget_failures(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<(), StoreError> {
    check_status::Entity::update_many()
        .col_expr(check_status::COLUMN.streak, Option::<String>::None.into())
        .col_expr(check_status::COLUMN.failing_since, Option::<DateTime<Utc>>::None.into())
        .filter(check_status::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(check_status::COLUMN.is_lost.eq(false))
        .exec(conn)
        .await?;
    Ok(())
}

/// Plans the first check of a connection that has none planned; one that was planned meanwhile stays.
pub async fn save_first(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    next_check: DateTime<Utc>,
) -> Result<(), StoreError> {
    let keep = OnConflict::column(check_status::Column::ConnectionId).do_nothing().to_owned();
    upsert(conn, &CheckStatus::fresh(connection), keep).await?;
    check_status::Entity::update_many()
        .col_expr(check_status::COLUMN.next_check_at, next_check.into())
        .filter(check_status::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(check_status::COLUMN.next_check_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Connections with credentials, under way or done, without a planned check; at most `limit`.
pub async fn list_without_turn(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<ConnectionId>, StoreError> {
    let planned = Query::select()
        .column(check_status::Column::ConnectionId)
        .from(check_status::Entity)
        .and_where(Expr::col(check_status::Column::NextCheckAt).is_not_null())
        .to_owned();
    let issued = Query::select().column(credential::Column::ConnectionId).from(credential::Entity).to_owned();
    let ids: Vec<uuid::Uuid> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .filter(onboarding::COLUMN.lifecycle.is_in(["active", "completed"]))
        .filter(Expr::col(onboarding::Column::ConnectionId).in_subquery(issued))
        .filter(Expr::col(onboarding::Column::ConnectionId).not_in_subquery(planned))
        .order_by_asc(onboarding::COLUMN.connection_id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(ConnectionId::from_uuid).collect())
}

/// The connections that are due, the longest waiting first, at most `limit`.
pub async fn list_due(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<ConnectionId>, StoreError> {
    let ids: Vec<uuid::Uuid> = check_status::Entity::find()
        .select_only()
        .column(check_status::Column::ConnectionId)
        .filter(check_status::COLUMN.next_check_at.lte(now))
        .order_by_asc(check_status::COLUMN.next_check_at)
        .order_by_asc(check_status::COLUMN.connection_id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(ConnectionId::from_uuid).collect())
}

/// Takes a connection that is due; at the end of the term it is due again if nothing comes of it. `false` when another
/// worker was first.
pub async fn claim_due(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    term: LeaseTerm,
) -> Result<bool, StoreError> {
    let taken = check_status::Entity::update_many()
        .col_expr(check_status::COLUMN.next_check_at, term.until.into())
        .filter(check_status::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(check_status::COLUMN.next_check_at.lte(term.now))
        .exec(conn)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// When the next connection is due.
pub async fn find_next_due(conn: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = check_status::Entity::find()
        .filter(check_status::COLUMN.next_check_at.is_not_null())
        .order_by_asc(check_status::COLUMN.next_check_at)
        .one(conn)
        .await?;
    Ok(row.and_then(|row| row.next_check_at))
}

pub(in crate::store) fn corrupt(id: &str, what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "check_status", id: id.to_owned(), what }
}

pub(in crate::store) fn to_row(known: &CheckStatus) -> Result<check_status::ActiveModel, StoreError> {
    let id = known.connection.to_string();
    let streak = known.streak.map(|streak| serde_json::to_string(&streak)).transpose();
    let receipt = known.receipt.map(|receipt| serde_json::to_string(&receipt.counts)).transpose();
    let turn = known.last.and_then(|(code, _)| code.holder()).filter(|_| !known.is_lost);
    Ok(check_status::ActiveModel {
        connection_id: Set(known.connection.as_uuid()),
        next_check_at: Set(known.next_check_at),
        last_code: Set(known.last.map(|(code, _)| code.as_str().to_owned())),
        last_checked_at: Set(known.last.map(|(_, at)| at)),
        last_ok_at: Set(known.passed.map(|(at, _)| at)),
        last_ok_version: Set(known.passed.map(|(_, version)| i32::try_from(version).unwrap_or(i32::MAX))),
        has_worked: Set(known.has_worked),
        is_failing: Set(known.is_failing),
        is_lost: Set(known.is_lost),
        failing_since: Set(known.failing_since),
        streak: Set(streak.map_err(|_| corrupt(&id, "streak"))?),
        receipt: Set(receipt.map_err(|_| corrupt(&id, "receipt"))?),
        receipt_at: Set(known.receipt.map(|receipt| receipt.at)),
        held_rows: Set(known.held_rows.map(|rows| i32::try_from(rows).unwrap_or(i32::MAX))),
        way: Set(known.way.map(|way| way.as_str().to_owned())),
        certificate_until: Set(known.certificate.map(|certificate| certificate.until)),
        certificate_seen_at: Set(known.certificate.map(|certificate| certificate.seen_at)),
        ends_so_since: Set(known.ends_so_since),
        name: Set(None),
        has_failed: Set(known.last.map(|(code, _)| code != CheckCode::Ok)),
        turn: Set(turn.map(|party| party.as_str().to_owned())),
    })
}

pub(in crate::store) fn to_check_status(row: &check_status::Model) -> Result<CheckStatus, StoreError> {
    let corrupt = |what| corrupt(&row.connection_id.to_string(), what);
    let last = match (&row.last_code, row.last_checked_at) {
        (None, None) => None,
        (Some(code), Some(at)) => Some((code.parse::<CheckCode>().map_err(|_| corrupt("last_code"))?, at)),
        (Some(_), None) | (None, Some(_)) => return Err(corrupt("last_checked_at")),
    };
    let passed = match (row.last_ok_at, row.last_ok_version) {
        (None, None) => None,
        (Some(at), Some(version)) => Some((at, u32::try_from(version).map_err(|_| corrupt("last_ok_version"))?)),
        (Some(_), None) | (None, Some(_)) => return Err(corrupt("last_ok_at")),
    };
    let receipt = match (&row.receipt, row.receipt_at) {
        (None, None) => None,
        (Some(counts), Some(at)) => {
            Some(Receipt { counts: serde_json::from_str(counts).map_err(|_| corrupt("receipt"))?, at })
        }
        (Some(_), None) | (None, Some(_)) => return Err(corrupt("receipt_at")),
    };
    let streak = row.streak.as_deref().map(serde_json::from_str).transpose().map_err(|_| corrupt("streak"))?;
    let way = row.way.as_deref().map(str::parse).transpose().map_err(|_| corrupt("way"))?;
    let held_rows = row.held_rows.map(u32::try_from).transpose().map_err(|_| corrupt("held_rows"))?;
    let certificate = match (row.certificate_until, row.certificate_seen_at) {
        (None, None) => None,
        (Some(until), Some(seen_at)) => Some(Certificate { until, seen_at }),
        (Some(_), None) | (None, Some(_)) => return Err(corrupt("certificate_until")),
    };
    Ok(CheckStatus {
        connection: ConnectionId::from_uuid(row.connection_id),
        next_check_at: row.next_check_at,
        last,
        passed,
        has_worked: row.has_worked,
        is_failing: row.is_failing,
        is_lost: row.is_lost,
        failing_since: row.failing_since,
        streak,
        receipt,
        held_rows,
        way,
        certificate,
        ends_so_since: row.ends_so_since,
    })
}
