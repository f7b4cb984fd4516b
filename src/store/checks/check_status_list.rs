//! Connections beside their schools, as lists and counts for Kurve.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{check_status, connection, onboarding};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use strum::IntoEnumIterator;

use crate::domain::check::CheckCode;
use crate::domain::connection::Connection;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Onboarding, Party};
use crate::store::checks::check_status::{CheckStatus, corrupt, to_check_status};
use crate::store::onboarding::overview::After;
use crate::store::onboarding::{connections, onboardings};
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

/// The connections of schools under way or done whose last check ended so that it may be for Kurve to act, lost ones
/// left out; the longest failing first, at most `limit`. Whether it is, their onboardings tell.
pub async fn list_for_kurve(
    conn: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let rows = for_kurve()
        .find_also_related(connection::Entity)
        .order_by_asc(check_status::COLUMN.failing_since)
        .order_by_asc(check_status::COLUMN.ends_so_since)
        .order_by_asc(check_status::COLUMN.connection_id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(readable(rows, with_school))
}

/// The connections of schools under way or done that answered before and refused the log-in at their last check, lost ones
/// left out, the longest so first, at most `limit`: Kurve's where the password is not shown any more.
pub async fn list_refused(
    conn: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let rows = in_use()
        .filter(check_status::COLUMN.last_code.eq(CheckCode::LoginRefused.as_str()))
        .filter(check_status::COLUMN.has_worked.eq(true))
        .filter(check_status::COLUMN.is_lost.eq(false))
        .find_also_related(connection::Entity)
        .order_by_asc(check_status::COLUMN.ends_so_since)
        .order_by_asc(check_status::COLUMN.connection_id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(readable(rows, with_school))
}

/// How many end so that it may be for Kurve to act.
pub async fn count_for_kurve(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(for_kurve().count(conn).await?)
}

/// The connections whose last check did not pass, with how it ended and where each stands, where that can be read.
pub async fn list_failing_states(
    conn: &impl ConnectionTrait,
) -> Result<Vec<(ConnectionId, CheckCode, Option<Onboarding>)>, StoreError> {
    let is_failing = || check_status::COLUMN.last_code.ne(CheckCode::Ok.as_str());
    let codes: Vec<(uuid::Uuid, String)> = check_status::Entity::find()
        .select_only()
        .column(check_status::Column::ConnectionId)
        .column(check_status::Column::LastCode)
        .filter(is_failing())
        .into_tuple()
        .all(conn)
        .await?;
    let failing = Query::select()
        .column(check_status::Column::ConnectionId)
        .from(check_status::Entity)
        .and_where(Expr::col(check_status::Column::LastCode).ne(CheckCode::Ok.as_str()))
        .to_owned();
    let rows = onboarding::Entity::find()
        .filter(Expr::col(onboarding::Column::ConnectionId).in_subquery(failing))
        .all(conn)
        .await?;
    let read = |row: onboarding::Model| Ok((row.connection_id, onboardings::to_versioned(&row)?.state));
    let mut states: BTreeMap<uuid::Uuid, Onboarding> = readable(rows, read).into_iter().collect();
    let known = |(id, name): (uuid::Uuid, String)| {
        let code = name.parse().map_err(|_| corrupt("", "last_code"))?;
        Ok((ConnectionId::from_uuid(id), code, states.remove(&id)))
    };
    codes.into_iter().map(known).collect()
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

fn for_kurve() -> Select<check_status::Entity> {
    let codes = CheckCode::iter().filter(|code| code.holder() == Some(Party::Kurve)).map(CheckCode::as_str);
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
