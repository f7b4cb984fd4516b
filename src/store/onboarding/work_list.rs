//! The worklist of Kurve: what is stuck first, then what waits longest; narrowed, searched, counted and paged by key. It
//! reads what [`super::work_items`] keeps, some entries of an index for each kind, and no state of an onboarding.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::work_item::{self, COLUMN, Column};
use sea_orm::sea_query::{Asterisk, Expr, Func, Query, SimpleExpr};
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
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

/// What waits, after a place, at most `limit`.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &WorkFilter,
    after: Option<&WorkPlace>,
    limit: u64,
) -> Result<Page<WorkItem, WorkPlace>, StoreError> {
    let asked = Asked::of(conn, filter).await?;
    let mut rows = asked.few(conn).await?;
    // Those that are few are all here; of any others no more than a page of each kind.
    for kind in filter.kinds.iter().filter(|_| !asked.is_few()) {
        let is_over = after.is_some_and(|after| kind.rank() < after.rank);
        let begins = after.filter(|after| after.rank == kind.rank());
        if !is_over {
            rows.extend(asked.after(*kind, begins).limit(limit + 1).all(conn).await?);
        }
    }
    let mut rows: Vec<WorkItem> = readable(rows, to_item);
    rows.retain(|row| after.is_none_or(|after| row.place() > *after));
    rows.sort_by_key(WorkItem::place);
    Ok(page(rows, limit, |row| Some(row.place()), Ok))
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
        None if filter.kinds.is_empty() => {}
        None => {
            let mut query = Query::select();
            for kind in &filter.kinds {
                let some = asked.of_kind(*kind).select_only().expr(Expr::val(1)).limit(MOST_COUNTED + 1).into_query();
                let count = Func::count(Expr::col(Asterisk));
                let count = Query::select().expr(count).from_subquery(some, "some").to_owned();
                query.expr_as(SimpleExpr::SubQuery(None, Box::new(count.into())), kind.as_str());
            }
            let row = conn.query_one(&query).await?.ok_or(StoreError::Missing { table: "count" })?;
            for kind in &filter.kinds {
                let count: i64 = row.try_get("", kind.as_str())?;
                counts.insert(*kind, u64::try_from(count).unwrap_or_default());
            }
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

    /// What waits of a kind, in no order.
    fn of_kind(&self, kind: WorkKind) -> Select<work_item::Entity> {
        let of_kind = self.taken(work_item::Entity::find().filter(COLUMN.kind.eq(kind.as_str())));
        let of_kind = of_kind.filter(COLUMN.since.lte(self.filter.at));
        match &self.found {
            Some(Connections::Many(condition)) => of_kind.filter(condition.clone()),
            Some(Connections::Few(_)) | None => of_kind,
        }
    }

    /// The same in its order, after a place.
    fn after(&self, kind: WorkKind, after: Option<&WorkPlace>) -> Select<work_item::Entity> {
        let mut query = self.of_kind(kind).order_by_asc(COLUMN.since).order_by_asc(COLUMN.key);
        if let Some(WorkPlace { since, key, .. }) = after {
            // As one comparison, which the index answers.
            let place = Expr::tuple([Expr::col(Column::Since), Expr::col(Column::Key)]);
            query = query.filter(place.gt(Expr::tuple([Expr::value(*since), Expr::value(key.as_str())])));
        }
        query
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
