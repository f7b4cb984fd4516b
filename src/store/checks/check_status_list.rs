//! Connections beside their schools, as lists and counts for Kurve.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{check_status, connection, connection_summary};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::domain::check::CheckCode;
use crate::domain::connection::Connection;
use crate::domain::onboarding::Party;
use crate::domain::text::fold;
use crate::store::checks::check_status::{CheckStatus, to_check_status};
use crate::store::onboarding::connections;
use crate::store::onboarding::overview::After;
use crate::store::{ConnectionTrait, Page, StoreError, count_up_to, page, readable};

/// A connection in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub connection: Connection,
    /// What is known of its checks.
    pub status: CheckStatus,
    /// Who is to act on how the last check ended; nobody where all is well or none was made.
    pub holder: Option<Party>,
}

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

/// Connections after a place, at most `limit`: by name, and those that were checked before a moment by how long ago.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: ConnectionFilter,
    after: Option<&After>,
    limit: u64,
) -> Result<Page<Listed, After>, StoreError> {
    let code = |code: CheckCode| connection_summary::COLUMN.last_code.eq(code.as_str());
    let found = match filter {
        ConnectionFilter::CheckedBefore(at) => return list_longest_ago(conn, at, after, limit).await,
        ConnectionFilter::All => connection_summary::Entity::find(),
        ConnectionFilter::Green => connection_summary::Entity::find().filter(code(CheckCode::Ok)),
        ConnectionFilter::Code(wanted) => connection_summary::Entity::find().filter(code(wanted)),
        ConnectionFilter::NotChecked => {
            connection_summary::Entity::find().filter(connection_summary::COLUMN.last_code.is_null())
        }
        // In the very words of the condition of the index: a value that is bound would not be known to be that one.
        ConnectionFilter::Failing => connection_summary::Entity::find().filter(Expr::cust("last_code <> 'ok'")),
        ConnectionFilter::Lost => {
            connection_summary::Entity::find().filter(Expr::col(connection_summary::Column::IsLost))
        }
    };
    let mut found =
        found.order_by_asc(connection_summary::COLUMN.sort_name).order_by_asc(connection_summary::COLUMN.connection_id);
    if let Some(After { name, id }) = after {
        let name = fold(name);
        let later = connection_summary::COLUMN.sort_name.gt(&name).or(connection_summary::COLUMN.connection_id.gt(*id));
        found = found.filter(connection_summary::COLUMN.sort_name.gte(&name)).filter(later);
    }
    let found = found.limit(limit + 1).all(conn).await?;
    let holders = holders_of(&found);
    let read = |pair| to_listed(pair, &holders);
    Ok(page(with_both(conn, found).await?, limit, |(_, school): &Pair| school.as_ref().map(After::of), read))
}

/// Those that were checked before a moment, the longest ago first; the place names the moment in milliseconds.
async fn list_longest_ago(
    conn: &impl ConnectionTrait,
    before: DateTime<Utc>,
    after: Option<&After>,
    limit: u64,
) -> Result<Page<Listed, After>, StoreError> {
    let checked_at = connection_summary::COLUMN.last_checked_at;
    let mut found = connection_summary::Entity::find()
        .filter(checked_at.lt(before))
        .order_by_asc(checked_at)
        .order_by_asc(connection_summary::COLUMN.connection_id);
    if let Some(After { name, id }) = after {
        let moment = name.parse().ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default();
        let later = checked_at.gt(moment).or(connection_summary::COLUMN.connection_id.gt(*id));
        found = found.filter(checked_at.gte(moment)).filter(later);
    }
    let found = found.limit(limit + 1).all(conn).await?;
    let holders = holders_of(&found);
    let read = |pair| to_listed(pair, &holders);
    let place = |(known, _): &Pair| {
        let name = known.last_checked_at?.timestamp_millis().to_string();
        Some(After { name, id: known.connection_id })
    };
    Ok(page(with_both(conn, found).await?, limit, place, read))
}

/// How many connections count as lost, up to the most that is counted.
pub async fn count_lost(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let lost = connection_summary::Entity::find().filter(Expr::col(connection_summary::Column::IsLost));
    count_up_to(conn, lost).await
}

/// The lost connections of schools under way or done, the longest failing first, at most `limit`.
pub async fn list_lost(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let found = lost_in_use()
        .order_by_asc(connection_summary::COLUMN.lost_since)
        .order_by_asc(connection_summary::COLUMN.connection_id)
        .limit(limit);
    Ok(readable(with_both(conn, found.all(conn).await?).await?, with_school))
}

/// How many lost connections there are of schools under way or done, up to the most that is counted.
pub async fn count_lost_in_use(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    count_up_to(conn, lost_in_use()).await
}

/// The connections of schools under way or done that Kurve has to look into by how the last check ended, lost ones left
/// out; the longest so first, at most `limit`.
pub async fn list_for_kurve(
    conn: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let found = for_kurve()
        .order_by_asc(connection_summary::COLUMN.kurve_since)
        .order_by_asc(connection_summary::COLUMN.connection_id)
        .limit(limit);
    Ok(readable(with_both(conn, found.all(conn).await?).await?, with_school))
}

/// How many of those there are, up to the most that is counted.
pub async fn count_for_kurve(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    count_up_to(conn, for_kurve()).await
}

/// The connections of schools under way or done whose certificate ends in a span of time, the first to end first.
pub async fn list_certificates(
    conn: &impl ConnectionTrait,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(Connection, CheckStatus)>, StoreError> {
    let found = connection_summary::Entity::find()
        .filter(connection_summary::COLUMN.certificate_until.gt(after))
        .filter(connection_summary::COLUMN.certificate_until.lte(until))
        .order_by_asc(connection_summary::COLUMN.certificate_until)
        .order_by_asc(connection_summary::COLUMN.connection_id);
    Ok(readable(with_both(conn, found.all(conn).await?).await?, with_school))
}

/// How many connections of schools under way or done have a certificate that ends in a span of time, up to the most that
/// is counted.
pub async fn count_certificates(
    conn: &impl ConnectionTrait,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let ending = connection_summary::Entity::find()
        .filter(connection_summary::COLUMN.certificate_until.gt(after))
        .filter(connection_summary::COLUMN.certificate_until.lte(until));
    count_up_to(conn, ending).await
}

fn for_kurve() -> Select<connection_summary::Entity> {
    connection_summary::Entity::find().filter(connection_summary::COLUMN.kurve_since.is_not_null())
}

fn lost_in_use() -> Select<connection_summary::Entity> {
    connection_summary::Entity::find().filter(connection_summary::COLUMN.lost_since.is_not_null())
}

fn holders_of(found: &[connection_summary::Model]) -> BTreeMap<Uuid, Party> {
    let holder = |row: &connection_summary::Model| Some((row.connection_id, row.holder.as_deref()?.parse().ok()?));
    found.iter().filter_map(holder).collect()
}

fn to_listed(pair: Pair, holders: &BTreeMap<Uuid, Party>) -> Result<Listed, StoreError> {
    let (connection, status) = with_school(pair)?;
    Ok(Listed { holder: holders.get(&connection.id.as_uuid()).copied(), connection, status })
}

/// The rows of a list in its order, each with its connection and what is known of its checks.
async fn with_both(
    conn: &impl ConnectionTrait,
    found: Vec<connection_summary::Model>,
) -> Result<Vec<Pair>, StoreError> {
    if found.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<Pair> = check_status::Entity::find()
        .find_also_related(connection::Entity)
        .filter(check_status::COLUMN.connection_id.is_in(found.iter().map(|row| row.connection_id)))
        .all(conn)
        .await?;
    let mut rows: BTreeMap<Uuid, Pair> = rows.into_iter().map(|row| (row.0.connection_id, row)).collect();
    Ok(found.into_iter().filter_map(|row| rows.remove(&row.connection_id)).collect())
}

type Pair = (check_status::Model, Option<connection::Model>);

fn with_school(found: Pair) -> Result<(Connection, CheckStatus), StoreError> {
    let (row, school) = found;
    let school = school.ok_or(StoreError::Missing { table: "connection" })?;
    Ok((connections::to_connection(school)?, to_check_status(&row)?))
}
