//! Connections beside their onboardings, as lists for Kurve. The list of schools is in [`super::school_list`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{connection, onboarding, school};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, SelectTwo};

use crate::domain::connection::Connection;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Onboarding;
use crate::store::onboarding::{connections, onboardings};
use crate::store::{ConnectionTrait, Page, StoreError, page, readable};

/// One connection in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The connection.
    pub connection: Connection,
    /// Where it stands.
    pub state: Onboarding,
    /// The version of that.
    pub version: i32,
    /// Since when something waits on Kurve.
    pub kurve_since: Option<DateTime<Utc>>,
}

/// A connection by name, without what cannot be read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedConnection {
    /// Which.
    pub id: ConnectionId,
    /// Its name, as it is kept.
    pub name: String,
    /// Which schools it carries, as it is kept.
    pub carried: String,
    /// Since when it stands in the list.
    pub since: DateTime<Utc>,
}

/// The place after which a list goes on: name and id of the last row shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The name.
    pub name: String,
    /// The id.
    pub id: uuid::Uuid,
}

impl After {
    pub(in crate::store) fn of(connection: &connection::Model) -> Self {
        Self { name: connection.name.clone(), id: connection.id }
    }
}

/// What waits on Kurve: stuck connections first, then the longest waiting; at most `limit`.
pub async fn list_waiting_on_kurve(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Overview>, StoreError> {
    Ok(list_waiting_after(conn, None, limit).await?.rows)
}

/// The place in what waits on Kurve after which a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingAfter {
    /// Whether the last connection shown is stuck.
    pub is_stuck: bool,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// Its id.
    pub id: ConnectionId,
}

/// A page of what waits on Kurve, in the same order, after a place.
pub async fn list_waiting_after(
    conn: &impl ConnectionTrait,
    after: Option<&WaitingAfter>,
    limit: u64,
) -> Result<Page<Overview, WaitingAfter>, StoreError> {
    // Two ranges of one index: with the stuck ones first in one order, the database would sort all that wait.
    let mut rows = vec![];
    for is_stuck in [true, false] {
        let missing = (limit + 1).saturating_sub(rows.len() as u64);
        if missing > 0 && after.is_none_or(|after| after.is_stuck || !is_stuck) {
            let begins = after.filter(|after| after.is_stuck == is_stuck);
            rows.extend(waiting_on_kurve(is_stuck, begins).limit(missing).all(conn).await?);
        }
    }
    let place = |(row, _): &Pair| {
        let id = ConnectionId::from_uuid(row.connection_id);
        row.kurve_since.map(|since| WaitingAfter { is_stuck: row.is_stuck, since, id })
    };
    Ok(page(rows, limit, place, to_overview))
}

/// Those of the stuck connections, or of the others, that wait on Kurve, after a place among them.
fn waiting_on_kurve(is_stuck: bool, after: Option<&WaitingAfter>) -> SelectTwo<onboarding::Entity, connection::Entity> {
    let mut query = onboarding::Entity::find()
        .find_also_related(connection::Entity)
        .filter(onboarding::COLUMN.is_stuck.eq(is_stuck))
        .filter(onboarding::COLUMN.kurve_since.is_not_null())
        .order_by_asc(onboarding::COLUMN.kurve_since)
        .order_by_asc(onboarding::COLUMN.connection_id);
    if let Some(WaitingAfter { since, id, .. }) = after.copied() {
        let later = onboarding::COLUMN.kurve_since.gt(since).or(onboarding::COLUMN.connection_id.gt(id.as_uuid()));
        query = query.filter(onboarding::COLUMN.kurve_since.gte(since)).filter(later);
    }
    query
}

/// How many connections wait on Kurve.
pub async fn count_waiting_on_kurve(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(onboarding::Entity::find().filter(onboarding::COLUMN.kurve_since.is_not_null()).count(conn).await?)
}

/// Connections where reminders stay without an answer, with since when, the longest first; at most `limit`.
pub async fn list_without_answer(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<NamedConnection>, StoreError> {
    let silent = onboarding::COLUMN.no_answer_since.is_not_null();
    list_named(conn, onboarding::Column::NoAnswerSince, silent, limit).await
}

/// Since when the connection has been due whose reminders are due longest, if any are.
pub async fn find_oldest_unplanned(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(list_unplanned(conn, now, 1).await?.first().map(|school| school.since))
}

/// The connections whose reminders have been due since before a moment, the longest due first, at most `limit`; nothing
/// of them is read that may be unreadable.
pub async fn list_unplanned(
    conn: &impl ConnectionTrait,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<NamedConnection>, StoreError> {
    list_named(conn, onboarding::Column::AttentionAt, onboarding::COLUMN.attention_at.lte(before), limit).await
}

/// Connections by since when they are so, the longest first.
async fn list_named(
    conn: &impl ConnectionTrait,
    since: onboarding::Column,
    are_so: SimpleExpr,
    limit: u64,
) -> Result<Vec<NamedConnection>, StoreError> {
    type Row = (uuid::Uuid, String, i32, Option<String>, DateTime<Utc>);
    let rows: Vec<Row> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .column(connection::Column::Name)
        .column(connection::Column::SchoolCount)
        .column(connection::Column::OnlyBrin)
        .column(since)
        .inner_join(connection::Entity)
        .filter(are_so)
        .order_by_asc(since)
        .order_by_asc(onboarding::COLUMN.connection_id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    let known = |(id, name, count, only_brin, since)| NamedConnection {
        id: ConnectionId::from_uuid(id),
        name,
        carried: connections::name_carried(count, only_brin),
        since,
    };
    Ok(rows.into_iter().map(known).collect())
}

type Pair = (onboarding::Model, Option<connection::Model>);

/// In how many connections reminders stay without an answer.
pub async fn count_all_without_answer(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(without_answer().count(conn).await?)
}

fn without_answer() -> Select<onboarding::Entity> {
    onboarding::Entity::find().filter(onboarding::COLUMN.no_answer_since.is_not_null())
}

/// Connections by their ids, each with where it stands where that can be read; one that cannot be read itself is left out.
pub async fn list_by_id(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, (Connection, Option<Onboarding>)>, StoreError> {
    let rows = list_pairs(conn, ids).await?;
    let read = |(row, connection): Pair| {
        let connection = connections::to_connection(connection.ok_or(StoreError::Missing { table: "connection" })?)?;
        let state = readable(vec![row], |row| onboardings::to_versioned(&row)).pop().map(|known| known.state);
        Ok((connection.id, (connection, state)))
    };
    Ok(readable(rows, read).into_iter().collect())
}

/// The rows of some connections.
async fn list_pairs(conn: &impl ConnectionTrait, ids: &BTreeSet<ConnectionId>) -> Result<Vec<Pair>, StoreError> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let some = onboarding::Entity::find().find_also_related(connection::Entity);
    let some = some.filter(onboarding::COLUMN.connection_id.is_in(ids.iter().map(|id| id.as_uuid())));
    Ok(some.all(conn).await?)
}

/// The same with their versions, for what is done to them at once; one that cannot be read is left out.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, Overview>, StoreError> {
    let rows = list_pairs(conn, ids).await?;
    Ok(readable(rows, to_overview).into_iter().map(|known| (known.connection.id, known)).collect())
}

pub(in crate::store) fn to_overview(found: Pair) -> Result<Overview, StoreError> {
    let (row, school) = found;
    let school = school.ok_or(StoreError::Missing { table: "connection" })?;
    let versioned = onboardings::to_versioned(&row)?;
    Ok(Overview {
        connection: connections::to_connection(school)?,
        state: versioned.state,
        version: versioned.version,
        kurve_since: row.kurve_since,
    })
}

/// How many schools there are in all.
pub async fn count(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let query: Select<school::Entity> = school::Entity::find();
    Ok(query.count(conn).await?)
}
