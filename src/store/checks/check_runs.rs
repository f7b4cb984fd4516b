//! Runs: connection checks that are asked for together. A run over many takes as few statements as one over few.

use chrono::{DateTime, Utc};
use entity::{check_run, connection, connection_check, onboarding};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::actor::Actor;
use crate::domain::check::CheckCode;
use crate::domain::connection::Connection;
use crate::domain::ids::{CheckRunId, ConnectionId};
use crate::domain::onboarding::Onboarding;
use crate::store::checks::connection_checks::{self, Check, to_i32};
use crate::store::onboarding::{connections, onboardings};
use crate::store::{ConnectionTrait, StoreError, lock};

/// How many connections one statement is about: SQLite takes 32,766 values in one, and a check has fifteen.
const BATCH: usize = 1_000;

/// A run of checks over a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: CheckRunId,
    /// Who asked for it.
    pub asked_by: Actor,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// How many checks it has.
    pub total: u32,
}

/// A connection that may be part of a run, with where it stands.
pub type Candidate = (Connection, Onboarding);

/// These connections, as far as they are here; one that cannot be read is its own error. Those of which a check is over
/// that somebody asked for after a moment, alone or in a run, are left out.
pub async fn list_candidates(
    conn: &impl ConnectionTrait,
    schools: &[ConnectionId],
    asked_after: DateTime<Utc>,
) -> Result<Vec<Result<Candidate, StoreError>>, StoreError> {
    let just_checked = Query::select()
        .column(connection_check::Column::ConnectionId)
        .from(connection_check::Entity)
        .and_where(Expr::col(connection_check::Column::AskedBy).is_not_null())
        .and_where(Expr::col(connection_check::Column::AskedAt).gt(asked_after))
        .and_where(Expr::col(connection_check::Column::FinishedAt).is_not_null())
        .to_owned();
    let mut candidates = vec![];
    for batch in schools.chunks(BATCH) {
        let rows = onboarding::Entity::find()
            .find_also_related(connection::Entity)
            .filter(onboarding::COLUMN.connection_id.is_in(batch.iter().map(|school| school.as_uuid())))
            .filter(onboarding::COLUMN.connection_id.not_in_subquery(just_checked.clone()))
            .order_by_asc(onboarding::COLUMN.connection_id)
            .all(conn)
            .await?;
        candidates.extend(rows.into_iter().map(|(row, school)| to_candidate(&row, school)));
    }
    Ok(candidates)
}

fn to_candidate(row: &onboarding::Model, school: Option<connection::Model>) -> Result<Candidate, StoreError> {
    let school = school.ok_or(StoreError::Missing { table: "connection" })?;
    Ok((connections::to_connection(school)?, onboardings::to_versioned(row)?.state))
}

/// Inserts a run and queues its checks; returns how many it has. A check that waits or is under way becomes part of the
/// run instead of another, if it is part of none.
///
/// A connection for which somebody else asks at this very moment is left out: it is checked all the same.
pub async fn insert(conn: &impl ConnectionTrait, run: &Run, new: &[Check]) -> Result<u32, StoreError> {
    // Rows of many schools are taken here: one run after another, and those that others may hold before our own.
    lock::hold_check_runs(conn).await?;
    insert_empty(conn, run).await?;
    let mut checks = 0;
    for batch in new.chunks(BATCH) {
        let joined = connection_check::Entity::update_many()
            .col_expr(connection_check::COLUMN.run_id, run.id.as_uuid().into())
            .filter(connection_check::COLUMN.connection_id.is_in(batch.iter().map(|check| check.connection.as_uuid())))
            .filter(connection_check::COLUMN.finished_at.is_null())
            .filter(connection_check::COLUMN.run_id.is_null())
            .exec(conn)
            .await?;
        checks += joined.rows_affected;
    }
    for batch in new.chunks(BATCH) {
        checks += connection_checks::insert_all(conn, batch).await?;
    }
    let total = u32::try_from(checks).unwrap_or(u32::MAX);
    check_run::Entity::update_many()
        .col_expr(check_run::COLUMN.total, to_i32(total).into())
        .filter(check_run::COLUMN.id.eq(run.id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(total)
}

async fn insert_empty(conn: &impl ConnectionTrait, run: &Run) -> Result<(), StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "check_run", id: run.id.to_string(), what: "asked_by" };
    let row = check_run::ActiveModel {
        id: Set(run.id.as_uuid()),
        asked_by: Set(serde_json::to_string(&run.asked_by).map_err(corrupt)?),
        asked_at: Set(run.asked_at),
        total: Set(0),
    };
    check_run::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The run with this id.
pub async fn find(conn: &impl ConnectionTrait, id: CheckRunId) -> Result<Option<Run>, StoreError> {
    let Some(row) = check_run::Entity::find_by_id(id.as_uuid()).one(conn).await? else { return Ok(None) };
    let corrupt = |what| StoreError::CorruptRow { table: "check_run", id: id.to_string(), what };
    Ok(Some(Run {
        id,
        asked_by: serde_json::from_str(&row.asked_by).map_err(|_| corrupt("asked_by"))?,
        asked_at: row.asked_at,
        total: u32::try_from(row.total).map_err(|_| corrupt("total"))?,
    }))
}

/// How the checks of a run stand: how many ended with each code, with `None` for those that were not made, and how many
/// are not over.
pub async fn count(
    conn: &impl ConnectionTrait,
    id: CheckRunId,
) -> Result<(Vec<(Option<CheckCode>, u64)>, u64), StoreError> {
    let of_run = || connection_check::Entity::find().filter(connection_check::COLUMN.run_id.eq(id.as_uuid()));
    let counts: Vec<(Option<String>, i64)> = of_run()
        .select_only()
        .column(connection_check::Column::Code)
        .column_as(Expr::col(connection_check::Column::Id).count(), "checks")
        .filter(connection_check::COLUMN.finished_at.is_not_null())
        .group_by(connection_check::Column::Code)
        .order_by(connection_check::Column::Code, Order::Asc)
        .into_tuple()
        .all(conn)
        .await?;
    let open = of_run().filter(connection_check::COLUMN.finished_at.is_null()).count(conn).await?;
    let read = |(name, checks): (Option<String>, i64)| {
        let corrupt = || StoreError::CorruptRow { table: "connection_check", id: id.to_string(), what: "code" };
        let code = name.map(|name| name.parse::<CheckCode>().map_err(|_| corrupt())).transpose()?;
        Ok((code, u64::try_from(checks).unwrap_or_default()))
    };
    let counts = counts.into_iter().map(read).collect::<Result<_, StoreError>>()?;
    Ok((counts, open))
}
