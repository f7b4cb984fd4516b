//! Connection checks: asked for, under way, and over. Which is made next and by whom is in [`super::check_queue`], and
//! checks that are asked for together are in [`super::check_runs`].

use chrono::{DateTime, Utc};
use entity::connection_check;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::actor::Actor;
use crate::domain::check::{CheckProgress, CheckResult, NotMade};
use crate::domain::ids::{CheckId, CheckRunId, ConnectionId};
use crate::store::{ConnectionTrait, LeaseTerm, StoreError};

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was made.
    Made(CheckResult),
    /// It was not, for a reason that has nothing to do with the school.
    NotMade(NotMade),
}

/// One connection check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its id.
    pub id: CheckId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// The run that it is part of.
    pub run: Option<CheckRunId>,
    /// Which host.
    pub host: String,
    /// Who asked for it; `None` for the timer.
    pub asked_by: Option<Actor>,
    /// When it was put in line.
    pub asked_at: DateTime<Utc>,
    /// When a worker began; `None` while it waits.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over; `None` until then.
    pub finished_at: Option<DateTime<Utc>>,
    /// Until when a worker has it in hand.
    pub lease_until: Option<DateTime<Utc>>,
    /// How far it is.
    pub progress: CheckProgress,
    /// The version of the credentials that are used.
    pub credential_version: Option<u32>,
    /// How it ended; `None` until then.
    pub outcome: Option<Outcome>,
}

impl Check {
    /// The result, if it was made.
    pub fn result(&self) -> Option<&CheckResult> {
        match &self.outcome {
            Some(Outcome::Made(result)) => Some(result),
            Some(Outcome::NotMade(_)) | None => None,
        }
    }
}

/// Queues a check, or inserts one that begins at once; `false` when the connection has one that is not over.
pub async fn insert(conn: &impl ConnectionTrait, new: &Check) -> Result<bool, StoreError> {
    Ok(insert_all(conn, std::slice::from_ref(new)).await? == 1)
}

/// Queues checks in one statement; returns how many. A connection with a check that is not over is left out.
pub(in crate::store) async fn insert_all(conn: &impl ConnectionTrait, new: &[Check]) -> Result<u64, StoreError> {
    let rows = new.iter().map(to_row).collect::<Result<Vec<_>, _>>()?;
    let keep = OnConflict::column(connection_check::Column::ConnectionId)
        .target_and_where(Expr::col(connection_check::Column::FinishedAt).is_null())
        .do_nothing()
        .to_owned();
    Ok(connection_check::Entity::insert_many(rows).on_conflict(keep).exec_without_returning(conn).await?)
}

fn to_row(new: &Check) -> Result<connection_check::ActiveModel, StoreError> {
    let asked_by = new.asked_by.map(|actor| serde_json::to_string(&actor)).transpose();
    Ok(connection_check::ActiveModel {
        id: Set(new.id.as_uuid()),
        connection_id: Set(new.connection.as_uuid()),
        run_id: Set(new.run.map(CheckRunId::as_uuid)),
        host: Set(new.host.clone()),
        asked_by: Set(asked_by.map_err(|_| corrupt(new.id, "asked_by"))?),
        asked_at: Set(new.asked_at),
        started_at: Set(new.started_at),
        finished_at: Set(None),
        lease_until: Set(new.lease_until),
        progress: Set(None),
        credential_version: Set(new.credential_version.map(to_i32)),
        code: Set(None),
        rung: Set(None),
        result: Set(None),
        not_made: Set(None),
    })
}

/// The check with this id.
pub async fn find(conn: &impl ConnectionTrait, id: CheckId) -> Result<Option<Check>, StoreError> {
    connection_check::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_check).transpose()
}

/// A connection's check that waits or is under way.
pub async fn find_open(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Option<Check>, StoreError> {
    let row = connection_check::Entity::find()
        .filter(connection_check::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(connection_check::COLUMN.finished_at.is_null())
        .order_by_asc(connection_check::COLUMN.asked_at)
        .one(conn)
        .await?;
    row.map(to_check).transpose()
}

/// A connection's checks, newest first, older than `before`, at most `limit`.
pub async fn list_of_connection(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    before: Option<CheckId>,
    limit: u64,
) -> Result<Vec<Check>, StoreError> {
    let mut query =
        connection_check::Entity::find().filter(connection_check::COLUMN.connection_id.eq(connection.as_uuid()));
    if let Some(before) = before {
        // The ids begin with the moment they were made.
        query = query.filter(connection_check::COLUMN.id.lt(before.as_uuid()));
    }
    let rows = query.order_by_desc(connection_check::COLUMN.id).limit(limit).all(conn).await?;
    rows.into_iter().map(to_check).collect()
}

/// When somebody last asked for a check of a connection, alone or in a run.
pub async fn find_last_asked(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let asked_at = connection_check::Entity::find()
        .select_only()
        .column(connection_check::Column::AskedAt)
        .filter(connection_check::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(connection_check::COLUMN.asked_by.is_not_null())
        .order_by_desc(connection_check::COLUMN.id)
        .limit(1);
    Ok(asked_at.into_tuple().one(conn).await?)
}

/// Notes that a worker began a check.
pub async fn mark_begun(
    conn: &impl ConnectionTrait,
    id: CheckId,
    host: &str,
    term: LeaseTerm,
    credential_version: u32,
) -> Result<(), StoreError> {
    connection_check::Entity::update_many()
        .col_expr(connection_check::COLUMN.host, host.into())
        .col_expr(connection_check::COLUMN.started_at, term.now.into())
        .col_expr(connection_check::COLUMN.lease_until, term.until.into())
        .col_expr(connection_check::COLUMN.credential_version, to_i32(credential_version).into())
        .col_expr(connection_check::COLUMN.progress, Option::<String>::None.into())
        .filter(connection_check::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes how far a check is.
pub async fn save_progress(
    conn: &impl ConnectionTrait,
    id: CheckId,
    progress: &CheckProgress,
) -> Result<(), StoreError> {
    let json = serde_json::to_string(progress).map_err(|_| corrupt(id, "progress"))?;
    connection_check::Entity::update_many()
        .col_expr(connection_check::COLUMN.progress, json.into())
        .filter(connection_check::COLUMN.id.eq(id.as_uuid()))
        .filter(connection_check::COLUMN.finished_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes how a check ended; `false` when it was over already, or another worker has it by now.
pub async fn mark_finished(
    conn: &impl ConnectionTrait,
    id: CheckId,
    lease_until: Option<DateTime<Utc>>,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (result, not_made) = match outcome {
        Outcome::Made(result) => (Some(result), None),
        Outcome::NotMade(reason) => (None, Some(reason.as_str())),
    };
    let json = result.map(serde_json::to_string).transpose().map_err(|_| corrupt(id, "result"))?;
    let is_mine = match lease_until {
        Some(until) => connection_check::COLUMN.lease_until.eq(until),
        None => connection_check::COLUMN.lease_until.is_null(),
    };
    let asked_at = Expr::col(connection_check::Column::AskedAt);
    // Nothing ends before it was asked for: a clock that was ahead would hide what comes after it.
    let asked_at = Expr::case(asked_at.clone().gt(now), now).finally(asked_at);
    let changed = connection_check::Entity::update_many()
        .col_expr(connection_check::COLUMN.asked_at, asked_at.into())
        .col_expr(connection_check::COLUMN.finished_at, now.into())
        .col_expr(connection_check::COLUMN.lease_until, Option::<DateTime<Utc>>::None.into())
        .col_expr(connection_check::COLUMN.progress, Option::<String>::None.into())
        .col_expr(connection_check::COLUMN.code, result.map(|result| result.code.as_str()).into())
        .col_expr(connection_check::COLUMN.rung, result.map(|result| result.rung.as_str()).into())
        .col_expr(connection_check::COLUMN.result, json.into())
        .col_expr(connection_check::COLUMN.not_made, not_made.into())
        .filter(connection_check::COLUMN.id.eq(id.as_uuid()))
        .filter(connection_check::COLUMN.finished_at.is_null())
        .filter(is_mine)
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

fn corrupt(id: CheckId, what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "connection_check", id: id.to_string(), what }
}

pub(in crate::store) fn to_i32(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn to_check(row: connection_check::Model) -> Result<Check, StoreError> {
    let id = CheckId::from_uuid(row.id);
    let outcome = match (&row.result, &row.not_made) {
        (None, None) => None,
        (Some(json), None) => Some(Outcome::Made(serde_json::from_str(json).map_err(|_| corrupt(id, "result"))?)),
        (None, Some(name)) => Some(Outcome::NotMade(name.parse::<NotMade>().map_err(|_| corrupt(id, "not_made"))?)),
        (Some(_), Some(_)) => return Err(corrupt(id, "not_made")),
    };
    let progress = row.progress.as_deref().map(serde_json::from_str).transpose();
    let asked_by = row.asked_by.as_deref().map(serde_json::from_str).transpose();
    let version = row.credential_version.map(u32::try_from).transpose();
    Ok(Check {
        id,
        connection: ConnectionId::from_uuid(row.connection_id),
        run: row.run_id.map(CheckRunId::from_uuid),
        host: row.host,
        asked_by: asked_by.map_err(|_| corrupt(id, "asked_by"))?,
        asked_at: row.asked_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
        lease_until: row.lease_until,
        progress: progress.map_err(|_| corrupt(id, "progress"))?.unwrap_or_default(),
        credential_version: version.map_err(|_| corrupt(id, "credential_version"))?,
        outcome,
    })
}
