//! Connections beside their schools, as lists and counts for Kurve.

use chrono::{DateTime, Utc};
use entity::{check_status, connection, onboarding};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use strum::IntoEnumIterator;

use crate::domain::check::CheckCode;
use crate::domain::connection::Connection;
use crate::domain::onboarding::Party;
use crate::store::checks::check_status::{CheckStatus, corrupt, to_check_status};
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

/// Connections with their schools, by name, after a place, at most `limit`.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: ConnectionFilter,
    after: Option<&After>,
    limit: u64,
) -> Result<Page<(Connection, CheckStatus), After>, StoreError> {
    let mut query = check_status::Entity::find().find_also_related(connection::Entity);
    let code = |code: CheckCode| check_status::COLUMN.last_code.eq(code.as_str());
    query = match filter {
        ConnectionFilter::All => query,
        ConnectionFilter::Green => query.filter(code(CheckCode::Ok)),
        ConnectionFilter::Failing => query.filter(check_status::COLUMN.last_code.ne(CheckCode::Ok.as_str())),
        ConnectionFilter::Code(wanted) => query.filter(code(wanted)),
        ConnectionFilter::NotChecked => query.filter(check_status::COLUMN.last_code.is_null()),
        ConnectionFilter::CheckedBefore(at) => query.filter(check_status::COLUMN.last_checked_at.lt(at)),
        ConnectionFilter::Lost => query.filter(check_status::COLUMN.is_lost.eq(true)),
    };
    if let Some(after) = after {
        let same_name = connection::COLUMN.name.eq(&after.name).and(connection::COLUMN.id.gt(after.id));
        query = query.filter(connection::COLUMN.name.gt(&after.name).or(same_name));
    }
    let query = query.order_by_asc(connection::COLUMN.name).order_by_asc(connection::COLUMN.id);
    let place = |(_, school): &Pair| school.as_ref().map(After::of);
    Ok(page(query.limit(limit + 1).all(conn).await?, limit, place, with_school))
}

/// How many connections ended how at their last check; `None` for those that were never checked.
pub async fn count_by_code(conn: &impl ConnectionTrait) -> Result<Vec<(Option<CheckCode>, u64)>, StoreError> {
    let counts: Vec<(Option<String>, i64)> = check_status::Entity::find()
        .select_only()
        .column(check_status::Column::LastCode)
        .column_as(Expr::col(check_status::Column::ConnectionId).count(), "schools")
        .group_by(check_status::Column::LastCode)
        .order_by(check_status::Column::LastCode, Order::Asc)
        .into_tuple()
        .all(conn)
        .await?;
    let read = |(name, schools): (Option<String>, i64)| {
        let code = name.map(|name| name.parse::<CheckCode>().map_err(|_| corrupt("", "last_code"))).transpose()?;
        Ok((code, u64::try_from(schools).unwrap_or_default()))
    };
    counts.into_iter().map(read).collect()
}

/// How many connections count as lost.
pub async fn count_lost(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(check_status::Entity::find().filter(check_status::COLUMN.is_lost.eq(true)).count(conn).await?)
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
    let codes = CheckCode::iter().filter(|code| code.holder() == Some(party)).map(CheckCode::as_str);
    in_use().filter(check_status::COLUMN.last_code.is_in(codes)).filter(check_status::COLUMN.is_lost.eq(false))
}

fn lost_in_use() -> Select<check_status::Entity> {
    in_use().filter(check_status::COLUMN.is_lost.eq(true))
}

/// Of a connection that stopped, or rests, nobody checks how it is now.
fn in_use() -> Select<check_status::Entity> {
    let in_use = Query::select()
        .column(onboarding::Column::ConnectionId)
        .from(onboarding::Entity)
        .and_where(Expr::col(onboarding::Column::Lifecycle).is_in(["active", "completed"]))
        .to_owned();
    check_status::Entity::find()
        .filter(Expr::col((check_status::Entity, check_status::Column::ConnectionId)).in_subquery(in_use))
}

type Pair = (check_status::Model, Option<connection::Model>);

fn with_school(found: Pair) -> Result<(Connection, CheckStatus), StoreError> {
    let (row, school) = found;
    let school = school.ok_or(StoreError::Missing { table: "connection" })?;
    Ok((connections::to_connection(school)?, to_check_status(&row)?))
}
