//! The feed: appended to within the change that it tells of, and read in order.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{feed_event, school_summary};
use sea_orm::sea_query::{Condition, Expr, Func, Query, SubQueryStatement};
use sea_orm::{ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::feed::FeedEvent;
use crate::domain::ids::{ConnectionId, FeedEventId, SchoolId};
use crate::domain::import_gate::verdict_name;
use crate::domain::onboarding::Status;
use crate::store::StoreError;

/// How many events one statement appends: SQLite takes 32,766 values.
const AT_ONCE: usize = 1000;

/// Gives events their places and appends them.
///
/// Whoever appends holds the end of the audit already, until the transaction ends: so the next one gets its place after
/// this one can be seen, and a reader never meets a place that is filled later.
pub async fn append(conn: &impl ConnectionTrait, events: Vec<FeedEvent>) -> Result<(), StoreError> {
    let newest = Query::select().expr(feed_event::COLUMN.number.max()).from(feed_event::Entity).to_owned();
    let newest = Expr::from(Func::coalesce([Expr::from(SubQueryStatement::from(newest)), Expr::val(0_i64)]));
    for events in events.chunks(AT_ONCE) {
        let mut insert = Query::insert();
        insert.into_table(feed_event::Entity).columns(feed_event::Column::iter());
        for (place, event) in (1_i64..).zip(events) {
            let values: [Expr; 9] = [
                newest.clone().add(place),
                event.id.as_uuid().into(),
                event.kind.as_str().into(),
                event.school.as_uuid().into(),
                event.connection.as_uuid().into(),
                event.brin.as_str().into(),
                verdict_name(event.is_open).into(),
                i64::from(event.version).into(),
                event.at.into(),
            ];
            insert.values(values).map_err(|error| StoreError::Database(error.to_string()))?;
        }
        conn.execute(&insert).await?;
    }
    Ok(())
}

/// The place of the newest event; `None` when there never was one.
pub async fn find_newest(conn: &impl ConnectionTrait) -> Result<Option<i64>, StoreError> {
    let query = feed_event::Entity::find().select_only().column(feed_event::Column::Number);
    Ok(query.order_by_desc(feed_event::COLUMN.number).limit(1).into_tuple().one(conn).await?)
}

/// A school as an event names it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Which.
    pub school: SchoolId,
    /// The connection that carries it.
    pub connection: ConnectionId,
    /// Its BRIN.
    pub brin: String,
    /// Whether the verdict over it is open.
    pub may_import: bool,
    /// Whether it stopped.
    pub is_withdrawn: bool,
    /// The version of the onboarding.
    pub version: i32,
}

impl Known {
    /// As lists show it.
    pub(in crate::store) fn of(row: &school_summary::Model) -> Self {
        Self {
            school: SchoolId::from_uuid(row.school_id),
            connection: ConnectionId::from_uuid(row.connection_id),
            is_withdrawn: row.status == Status::Withdrawn.as_str(),
            brin: row.brin.clone(),
            may_import: row.may_import.unwrap_or_default(),
            version: row.version,
        }
    }
}

/// The schools of these connections, and these schools wherever they are, by connection and school.
pub async fn list_known(
    conn: &impl ConnectionTrait,
    connections: &BTreeSet<ConnectionId>,
    schools: &BTreeSet<SchoolId>,
) -> Result<Vec<Known>, StoreError> {
    let is_concerned = Condition::any()
        .add(school_summary::COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid())))
        .add(school_summary::COLUMN.school_id.is_in(schools.iter().map(|id| id.as_uuid())));
    let rows = school_summary::Entity::find()
        .filter(is_concerned)
        .order_by_asc(school_summary::COLUMN.connection_id)
        .order_by_asc(school_summary::COLUMN.school_id)
        .all(conn)
        .await?;
    Ok(rows.iter().map(Known::of).collect())
}

/// The events after a place, in order.
pub async fn list_after(conn: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<FeedEvent>, StoreError> {
    let query = feed_event::Entity::find().filter(feed_event::COLUMN.number.gt(after));
    let rows = query.order_by_asc(feed_event::COLUMN.number).limit(limit).all(conn).await?;
    rows.into_iter().map(to_event).collect()
}

/// Deletes what is older, but for the newest event of all: the next one gets the place after it.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let Some(newest) = find_newest(conn).await? else { return Ok(0) };
    let old = feed_event::Entity::delete_many()
        .filter(feed_event::COLUMN.at.lt(before))
        .filter(feed_event::COLUMN.number.lt(newest));
    Ok(old.exec(conn).await?.rows_affected)
}

fn to_event(row: feed_event::Model) -> Result<FeedEvent, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "feed_event", id: row.number.to_string(), what };
    Ok(FeedEvent {
        number: row.number,
        id: FeedEventId::from_uuid(row.id),
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        school: SchoolId::from_uuid(row.school_id),
        connection: ConnectionId::from_uuid(row.connection_id),
        is_open: [true, false]
            .into_iter()
            .find(|is_open| verdict_name(*is_open) == row.verdict)
            .ok_or_else(|| corrupt("verdict"))?,
        version: i32::try_from(row.version).map_err(|_| corrupt("version"))?,
        brin: row.brin,
        at: row.at,
    })
}
