//! The worklist of Kurve: what is stuck first, then what waits longest; narrowed, searched, counted and paged by key. It
//! reads what [`super::work_items`] keeps, some entries of an index, and no state of an onboarding.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::work_item::{self, COLUMN, Column};
use sea_orm::sea_query::{Asterisk, Expr, Func, Query, SimpleExpr};
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use strum::IntoEnumIterator;
use uuid::Uuid;

use crate::domain::count::MOST_COUNTED;
use crate::domain::ids::{ConnectionId, StaffId};
use crate::domain::search::Search;
use crate::domain::work::{WorkKey, WorkKind};
use crate::store::onboarding::search::{self, Connections};
use crate::store::{ConnectionTrait, Page, StoreError, page, readable};

/// One row of the worklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// The same thing has the same key for as long as it waits.
    pub key: String,
    /// Why it waits.
    pub kind: WorkKind,
    /// The connection that it is about; a request that was not confirmed has none.
    pub connection: Option<ConnectionId>,
    /// Which of its kind: a step, a request or a contact; empty where a connection has one.
    pub subject: String,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// Which colleague took it.
    pub taken_by: Option<StaffId>,
}

impl WorkItem {
    /// What it is about.
    pub fn about(&self) -> WorkKey {
        WorkKey { kind: self.kind, connection: self.connection, subject: self.subject.clone() }
    }

    /// Its place in the order of the list.
    pub fn place(&self) -> WorkPlace {
        WorkPlace { rank: self.kind.rank(), since: self.since, key: self.key.clone() }
    }
}

/// A place in the worklist; they compare as the list is sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkPlace {
    /// The rank of its kind.
    pub rank: u8,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// Its key.
    pub key: String,
}

/// Whose rows to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TakenBy {
    /// All.
    #[default]
    Anybody,
    /// Those that this colleague took.
    Colleague(StaffId),
    /// Those that nobody took.
    Nobody,
}

/// Which rows to list; every part narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkFilter {
    /// The moment at which they wait.
    pub at: DateTime<Utc>,
    /// Why they wait.
    pub kinds: Vec<WorkKind>,
    /// Who took them.
    pub taken: TakenBy,
    /// What their school is found by.
    pub search: Search,
}

/// What is asked of the list, with the search looked up.
struct Asked<'a> {
    filter: &'a WorkFilter,
    /// Which connections the search finds; none where nothing is searched.
    found: Option<Connections>,
}

/// Rows that stand in one index in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Those of one kind.
    Kind(WorkKind),
    /// Those of every kind but [`WorkKind::Stuck`], which are of one rank.
    AllButStuck,
}

impl Part {
    /// The parts that these kinds make, in the order of their ranks.
    fn of(kinds: &[WorkKind]) -> Vec<Self> {
        let is_kept = |kind: &WorkKind| *kind != WorkKind::Stuck && !kind.is_of_request();
        let mut parts: Vec<Self> =
            kinds.iter().filter(|kind| **kind == WorkKind::Stuck).copied().map(Self::Kind).collect();
        if WorkKind::iter().filter(is_kept).all(|kind| kinds.contains(&kind)) {
            parts.push(Self::AllButStuck);
        } else {
            parts.extend(kinds.iter().filter(|kind| is_kept(kind)).copied().map(Self::Kind));
        }
        parts
    }

    /// The rank of its kinds.
    fn rank(self) -> u8 {
        match self {
            Self::Kind(kind) => kind.rank(),
            Self::AllButStuck => 1,
        }
    }
}

/// What waits, after a place, at most `limit`.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &WorkFilter,
    after: Option<&WorkPlace>,
    limit: u64,
) -> Result<Page<WorkItem, WorkPlace>, StoreError> {
    let asked = Asked::of(conn, filter).await?;
    let mut rows = asked.few(conn).await?;
    let mut rank = 0;
    // Those that are few are all here; of any others no more than a page of each part.
    for part in Part::of(&filter.kinds).into_iter().filter(|_| !asked.is_few()) {
        if part.rank() > rank && rows.len() as u64 > limit {
            break;
        }
        rank = part.rank();
        let begins = after.filter(|after| after.rank == rank);
        if after.is_none_or(|after| rank >= after.rank) {
            rows.extend(asked.after(part, begins).limit(limit + 1).all(conn).await?);
        }
    }
    let mut rows: Vec<WorkItem> = readable(rows, to_item);
    rows.retain(|row| after.is_none_or(|after| row.place() > *after));
    rows.sort_by_key(WorkItem::place);
    Ok(page(rows, limit, |row| Some(row.place()), Ok))
}

/// How many wait in all, up to [`MOST_COUNTED`] and one more; `None` where a search finds too many to say.
pub async fn count_all(conn: &impl ConnectionTrait, filter: &WorkFilter) -> Result<Option<u64>, StoreError> {
    let asked = Asked::of(conn, filter).await?;
    match asked.found {
        Some(Connections::Few(_)) => Ok(Some(readable(asked.few(conn).await?, to_item).len() as u64)),
        Some(Connections::Many(_)) => Ok(None),
        None => {
            let counts = asked.count_parts(conn, &Part::of(&filter.kinds)).await?;
            Ok(Some(std::cmp::min(counts.into_iter().sum(), MOST_COUNTED + 1)))
        }
    }
}

/// How many wait of each kind, up to [`MOST_COUNTED`] and one more; nothing where a search finds too many to say.
pub async fn count(conn: &impl ConnectionTrait, filter: &WorkFilter) -> Result<BTreeMap<WorkKind, u64>, StoreError> {
    let asked = Asked::of(conn, filter).await?;
    let mut counts = BTreeMap::new();
    match asked.found {
        Some(Connections::Few(_)) => {
            for item in readable(asked.few(conn).await?, to_item) {
                *counts.entry(item.kind).or_default() += 1;
            }
        }
        Some(Connections::Many(_)) => {}
        None => {
            let parts: Vec<Part> = filter.kinds.iter().copied().map(Part::Kind).collect();
            counts.extend(filter.kinds.iter().copied().zip(asked.count_parts(conn, &parts).await?));
        }
    }
    Ok(counts)
}

impl<'a> Asked<'a> {
    async fn of(conn: &impl ConnectionTrait, filter: &'a WorkFilter) -> Result<Self, StoreError> {
        let column = (work_item::Entity, Column::ConnectionId);
        let found = match filter.search.is_empty() {
            true => None,
            false => Some(search::connections(conn, &filter.search, column).await?),
        };
        Ok(Self { filter, found })
    }

    fn is_few(&self) -> bool {
        matches!(self.found, Some(Connections::Few(_)))
    }

    /// All that wait of few connections.
    async fn few(&self, conn: &impl ConnectionTrait) -> Result<Vec<work_item::Model>, StoreError> {
        let Some(Connections::Few(ids)) = &self.found else { return Ok(vec![]) };
        if ids.is_empty() {
            return Ok(vec![]);
        }
        // A connection has a few rows; what else narrows is looked at here, lest SQLite goes by an index of that.
        let of_these = work_item::Entity::find().filter(COLUMN.connection_id.is_in(ids.iter().copied()));
        let mut rows = of_these.all(conn).await?;
        let is_wanted = |kind: &str| self.filter.kinds.iter().any(|wanted| wanted.as_str() == kind);
        let taken_by = self.taken_by();
        rows.retain(|row| {
            is_wanted(&row.kind) && row.since <= self.filter.at && taken_by.is_none_or(|taken| row.taken_by == taken)
        });
        Ok(rows)
    }

    /// What waits of a part, in no order.
    fn of_part(&self, part: Part) -> Select<work_item::Entity> {
        let of_part = work_item::Entity::find().filter(match part {
            Part::Kind(kind) => COLUMN.kind.eq(kind.as_str()),
            // Not compared with a value: so it is what an index over a part of the rows says.
            Part::AllButStuck => Expr::cust("kind <> 'stuck'"),
        });
        let of_part = self.taken(of_part).filter(COLUMN.since.lte(self.filter.at));
        match &self.found {
            Some(Connections::Many(condition)) => of_part.filter(condition.clone()),
            Some(Connections::Few(_)) | None => of_part,
        }
    }

    /// The same in its order, after a place.
    fn after(&self, part: Part, after: Option<&WorkPlace>) -> Select<work_item::Entity> {
        let mut query = self.of_part(part).order_by_asc(COLUMN.since).order_by_asc(COLUMN.key);
        if let Some(WorkPlace { since, key, .. }) = after {
            // As one comparison, which the index answers.
            let place = Expr::tuple([Expr::col(Column::Since), Expr::col(Column::Key)]);
            query = query.filter(place.gt(Expr::tuple([Expr::value(*since), Expr::value(key.as_str())])));
        }
        query
    }

    /// How many wait of each part, each up to [`MOST_COUNTED`] and one more, in one statement.
    async fn count_parts(&self, conn: &impl ConnectionTrait, parts: &[Part]) -> Result<Vec<u64>, StoreError> {
        if parts.is_empty() {
            return Ok(vec![]);
        }
        let mut query = Query::select();
        for part in parts {
            let some = self.of_part(*part).select_only().expr(Expr::val(1)).limit(MOST_COUNTED + 1).into_query();
            let count = Query::select().expr(Func::count(Expr::col(Asterisk))).from_subquery(some, "some").to_owned();
            query.expr(SimpleExpr::SubQuery(None, Box::new(count.into())));
        }
        let row = conn.query_one(&query).await?.ok_or(StoreError::Missing { table: "count" })?;
        let count = |at| row.try_get_by_index::<i64>(at).map(|count| u64::try_from(count).unwrap_or_default());
        Ok((0..parts.len()).map(count).collect::<Result<_, _>>()?)
    }

    fn taken(&self, query: Select<work_item::Entity>) -> Select<work_item::Entity> {
        match self.taken_by() {
            None => query,
            Some(taken_by) => query.filter(COLUMN.taken_by.eq(taken_by)),
        }
    }

    /// What stands in the column of who took it, where that is asked for.
    fn taken_by(&self) -> Option<Uuid> {
        match self.filter.taken {
            TakenBy::Anybody => None,
            TakenBy::Colleague(id) => Some(id.as_uuid()),
            TakenBy::Nobody => Some(Uuid::nil()),
        }
    }
}

fn to_item(row: work_item::Model) -> Result<WorkItem, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "work_item", id: row.key.clone(), what };
    Ok(WorkItem {
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        key: row.key,
        connection: Some(ConnectionId::from_uuid(row.connection_id)),
        subject: row.subject,
        since: row.since,
        taken_by: Some(row.taken_by).filter(|id| !id.is_nil()).map(StaffId::from_uuid),
    })
}
