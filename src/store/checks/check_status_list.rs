//! Connections beside their schools, as lists and counts for Kurve.

use chrono::{DateTime, Utc};
use entity::{check_status, connection, onboarding};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::domain::check::CheckCode;
use crate::domain::connection::Connection;
use crate::domain::onboarding::Party;
use crate::store::checks::check_status::{CheckStatus, to_check_status};
use crate::store::onboarding::connections;
use crate::store::onboarding::overview::After;
use crate::store::{ConnectionTrait, Page, StoreError, page, readable};

/// Which connections to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConnectionFilter {
    /// All of them.
    #[default]
    All,
    /// The last check passed every rung.
    Green,
    /// The last check did not.
    Failing,
    /// The last check ended so.
    Code(CheckCode),
    /// No check was made yet.
    NotChecked,
    /// It counts as lost.
    Lost,
    /// The last check was before a moment.
    CheckedBefore(DateTime<Utc>),
}

/// Connections with their schools, after a place, at most `limit`: by name, or, where the age of their last check is asked
/// for, the oldest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: ConnectionFilter,
    after: Option<&After>,
    limit: u64,
) -> Result<Page<(Connection, CheckStatus), After>, StoreError> {
    let all = check_status::Entity::find().find_also_related(connection::Entity);
    let code = |code: CheckCode| check_status::COLUMN.last_code.eq(code.as_str());
    let query = match filter {
        ConnectionFilter::CheckedBefore(at) => return list_by_age(conn, at, after, limit).await,
        ConnectionFilter::All => all,
        ConnectionFilter::Green => all.filter(code(CheckCode::Ok)),
        ConnectionFilter::Failing => all.filter(check_status::COLUMN.has_failed.eq(true)),
        ConnectionFilter::Code(wanted) => all.filter(code(wanted)),
        ConnectionFilter::NotChecked => all.filter(check_status::COLUMN.last_code.is_null()),
        ConnectionFilter::Lost => all.filter(check_status::COLUMN.is_lost.eq(true)),
    };
    let query = match after {
        Some(After { name, id }) => {
            let name = || name.clone();
            let same_name = check_status::COLUMN.name.eq(name()).and(check_status::COLUMN.connection_id.gt(*id));
            // The first condition says where to begin, so that the database does not walk up to there.
            query
                .filter(check_status::COLUMN.name.gte(name()))
                .filter(check_status::COLUMN.name.gt(name()).or(same_name))
        }
        None => query,
    };
    let query = query.order_by_asc(check_status::COLUMN.name).order_by_asc(check_status::COLUMN.connection_id);
    let place = |(row, _): &Pair| row.name.clone().map(|name| After { name, id: row.connection_id });
    Ok(page(query.limit(limit + 1).all(conn).await?, limit, place, with_school))
}

async fn list_by_age(
    conn: &impl ConnectionTrait,
    before: DateTime<Utc>,
    after: Option<&After>,
    limit: u64,
) -> Result<Page<(Connection, CheckStatus), After>, StoreError> {
    let mut query = check_status::Entity::find()
        .find_also_related(connection::Entity)
        .filter(check_status::COLUMN.last_checked_at.lt(before));
    let place = after.and_then(|after| Some((after.name.parse::<DateTime<Utc>>().ok()?, after.id)));
    if let Some((at, id)) = place {
        let same = check_status::COLUMN.last_checked_at.eq(at).and(check_status::COLUMN.connection_id.gt(id));
        query = query
            .filter(check_status::COLUMN.last_checked_at.gte(at))
            .filter(check_status::COLUMN.last_checked_at.gt(at).or(same));
    }
    let query =
        query.order_by_asc(check_status::COLUMN.last_checked_at).order_by_asc(check_status::COLUMN.connection_id);
    let place = |(row, _): &Pair| {
        let at = row.last_checked_at?.to_rfc3339();
        Some(After { name: at, id: row.connection_id })
    };
    Ok(page(query.limit(limit + 1).all(conn).await?, limit, place, with_school))
}

/// The lost connections of schools under way or done, the longest failing first, at most `limit`.
pub async fn list_lost(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let rows = lost_in_use()
        .find_also_related(connection::Entity)
        .order_by_asc(check_status::COLUMN.failing_since)
        .order_by_asc(check_status::COLUMN.connection_id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(readable(rows, with_school))
}

/// How many lost connections there are of schools under way or done.
pub async fn count_lost_in_use(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(lost_in_use().count(conn).await?)
}

/// The connections of schools under way or done whose last check ended so that it is for one party to act, lost ones
/// left out; the longest failing first, at most `limit`.
pub async fn list_held_by(
    conn: &impl ConnectionTrait,
    party: Party,
    limit: u64,
) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let rows = held_by(party)
        .find_also_related(connection::Entity)
        .order_by_asc(check_status::COLUMN.failing_since)
        .order_by_asc(check_status::COLUMN.ends_so_since)
        .order_by_asc(check_status::COLUMN.connection_id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(readable(rows, with_school))
}

/// How many of those there are.
pub async fn count_held_by(conn: &impl ConnectionTrait, party: Party) -> Result<u64, StoreError> {
    Ok(held_by(party).count(conn).await?)
}

/// The connections of schools under way or done whose certificate ends in a span of time, the first to end first.
pub async fn list_certificates(
    conn: &impl ConnectionTrait,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let rows = in_use()
        .filter(check_status::COLUMN.certificate_until.gt(after))
        .filter(check_status::COLUMN.certificate_until.lte(until))
        .find_also_related(connection::Entity)
        .order_by_asc(check_status::COLUMN.certificate_until)
        .order_by_asc(check_status::COLUMN.connection_id)
        .all(conn)
        .await?;
    Ok(readable(rows, with_school))
}

fn held_by(party: Party) -> Select<check_status::Entity> {
    in_use().filter(check_status::COLUMN.turn.eq(party.as_str()))
}

fn lost_in_use() -> Select<check_status::Entity> {
    in_use().filter(check_status::COLUMN.is_lost.eq(true))
}

/// Of a connection that stopped, or rests, nobody checks how it is now.
fn in_use() -> Select<check_status::Entity> {
    let its = Expr::col((check_status::Entity, check_status::Column::ConnectionId));
    // Asked of each that is found, so that not all that are in use are gathered first.
    let in_use = Query::select()
        .expr(Expr::val(1))
        .from(onboarding::Entity)
        .and_where(Expr::col((onboarding::Entity, onboarding::Column::ConnectionId)).eq(its))
        .and_where(Expr::col(onboarding::Column::Lifecycle).is_in(["active", "completed"]))
        .to_owned();
    check_status::Entity::find().filter(Expr::exists(in_use))
}

type Pair = (check_status::Model, Option<connection::Model>);

fn with_school(found: Pair) -> Result<(Connection, CheckStatus), StoreError> {
    let (row, school) = found;
    let school = school.ok_or(StoreError::Missing { table: "connection" })?;
    Ok((connections::to_connection(school)?, to_check_status(&row)?))
}
