//! Items of runs: what is left of one, and how each came out. The runs are in [`super::bulk_runs`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{bulk_item, bulk_run};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::domain::bulk::{BulkKind, BulkOutcome, BulkWork};
use crate::domain::ids::{BulkRunId, ConnectionId, RosterId};
use crate::store::{ConnectionTrait, Page, StoreError, insert_rows, page};

/// An item as it is put in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Which connection it is about, if it is about one that is here.
    pub connection: Option<ConnectionId>,
    /// What pages call it.
    pub label: String,
    /// What the work needs to know of it, as JSON.
    pub input: String,
    /// How it came out already: of one that is left out.
    pub result: Option<ItemResult>,
}

/// How an item came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemResult {
    /// In a word.
    pub outcome: BulkOutcome,
    /// What there is to say of it, as JSON; the sort of work says of what shape.
    pub facts: Option<String>,
}

impl ItemResult {
    /// With nothing more to say.
    pub fn of(outcome: BulkOutcome) -> Self {
        Self { outcome, facts: None }
    }
}

/// One item of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its place in the run, from 1 on.
    pub number: u32,
    /// Which connection it is about, if it is about one that is here.
    pub connection: Option<ConnectionId>,
    /// What pages call it.
    pub label: String,
    /// What the work needs to know of it, as JSON.
    pub input: String,
    /// How it came out; `None` until it is over.
    pub result: Option<ItemResult>,
    /// How often it was begun in vain.
    pub tries: u32,
}

/// Which items of a run a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that came out so.
    Ended(BulkOutcome),
    /// Those that are left.
    Left,
}

/// Stores the items of a new run, numbered from 1 on.
pub async fn insert_all(conn: &impl ConnectionTrait, run: BulkRunId, new: Vec<NewItem>) -> Result<(), StoreError> {
    let to_row = |(number, item): (i32, NewItem)| {
        let (outcome, facts) = match item.result {
            Some(result) => (Some(result.outcome.as_str().to_owned()), result.facts),
            None => (None, None),
        };
        bulk_item::ActiveModel {
            run_id: Set(run.as_uuid()),
            number: Set(number),
            connection_id: Set(item.connection.map(ConnectionId::as_uuid)),
            label: Set(item.label),
            input: Set(item.input),
            outcome: Set(outcome),
            facts: Set(facts),
            done_at: Set(None),
            tries: Set(0),
        }
    };
    insert_rows(conn, (1..).zip(new).map(to_row).collect()).await
}

/// The next item of a run that is left.
pub async fn find_left(conn: &impl ConnectionTrait, run: BulkRunId) -> Result<Option<Item>, StoreError> {
    select(run, Which::Left).one(conn).await?.map(to_item).transpose()
}

/// Items of a run, in order, after a place, at most `limit`.
pub async fn list(
    conn: &impl ConnectionTrait,
    run: BulkRunId,
    which: Which,
    after: u32,
    limit: u64,
) -> Result<Page<Item, u32>, StoreError> {
    let query = select(run, which).filter(bulk_item::COLUMN.number.gt(to_i32(after)));
    let rows = query.limit(limit + 1).all(conn).await?;
    Ok(page(rows, limit, |row| u32::try_from(row.number).ok(), to_item))
}

/// A row of a list of schools, whose input is sealed to the list.
#[derive(Debug, Clone)]
pub struct SealedItem {
    /// Of which run.
    pub run: BulkRunId,
    /// Its place in the run.
    pub number: u32,
    /// The list.
    pub list: RosterId,
    /// What is sealed.
    pub input: String,
}

/// All rows of lists of schools.
pub async fn list_sealed(conn: &impl ConnectionTrait) -> Result<Vec<SealedItem>, StoreError> {
    let of_lists = bulk_run::COLUMN.kind.eq(BulkKind::Roster.as_str());
    let mut found = vec![];
    for run in bulk_run::Entity::find().filter(of_lists).all(conn).await? {
        let work = run.work.as_deref().and_then(|work| serde_json::from_str(work).ok());
        let Some(BulkWork::Roster { list, .. }) = work else { continue };
        for item in bulk_item::Entity::find().filter(bulk_item::COLUMN.run_id.eq(run.id)).all(conn).await? {
            let (run, number) = (BulkRunId::from_uuid(run.id), u32::try_from(item.number).unwrap_or_default());
            found.push(SealedItem { run, number, list, input: item.input });
        }
    }
    Ok(found)
}

fn select(run: BulkRunId, which: Which) -> Select<bulk_item::Entity> {
    let query = bulk_item::Entity::find().filter(bulk_item::COLUMN.run_id.eq(run.as_uuid()));
    let query = match which {
        Which::All => query,
        Which::Ended(outcome) => query.filter(bulk_item::COLUMN.outcome.eq(outcome.as_str())),
        Which::Left => query.filter(bulk_item::COLUMN.outcome.is_null()),
    };
    query.order_by_asc(bulk_item::COLUMN.number)
}

/// Notes how an item came out, with the connection that it is about by now; `false` when that was noted before.
pub async fn mark_done(
    conn: &impl ConnectionTrait,
    run: BulkRunId,
    item: &Item,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Some(ItemResult { outcome, facts }) = &item.result else { return Ok(false) };
    let marked = bulk_item::Entity::update_many()
        .col_expr(bulk_item::COLUMN.outcome, outcome.as_str().into())
        .col_expr(bulk_item::COLUMN.facts, facts.clone().into())
        .col_expr(bulk_item::COLUMN.input, item.input.as_str().into())
        .col_expr(bulk_item::COLUMN.connection_id, item.connection.map(ConnectionId::as_uuid).into())
        .col_expr(bulk_item::COLUMN.done_at, now.into())
        .filter(bulk_item::COLUMN.run_id.eq(run.as_uuid()))
        .filter(bulk_item::COLUMN.number.eq(to_i32(item.number)))
        .filter(bulk_item::COLUMN.outcome.is_null())
        .exec(conn)
        .await?;
    Ok(marked.rows_affected == 1)
}

/// Counts that an item was begun in vain.
pub async fn count_try(conn: &impl ConnectionTrait, run: BulkRunId, number: u32) -> Result<(), StoreError> {
    bulk_item::Entity::update_many()
        .col_expr(bulk_item::COLUMN.tries, Expr::col(bulk_item::Column::Tries).add(1))
        .filter(bulk_item::COLUMN.run_id.eq(run.as_uuid()))
        .filter(bulk_item::COLUMN.number.eq(to_i32(number)))
        .exec(conn)
        .await?;
    Ok(())
}

/// How many items of a run came out how, counted anew.
pub async fn count(conn: &impl ConnectionTrait, run: BulkRunId) -> Result<BTreeMap<BulkOutcome, u32>, StoreError> {
    let rows: Vec<(Option<String>, i64)> = bulk_item::Entity::find()
        .select_only()
        .column(bulk_item::Column::Outcome)
        .column_as(Expr::col(bulk_item::Column::Number).count(), "items")
        .filter(bulk_item::COLUMN.run_id.eq(run.as_uuid()))
        .group_by(bulk_item::Column::Outcome)
        .into_tuple()
        .all(conn)
        .await?;
    let ended = |(outcome, count): (Option<String>, i64)| {
        Some((outcome?.parse().ok()?, u32::try_from(count).unwrap_or(u32::MAX)))
    };
    Ok(rows.into_iter().filter_map(ended).collect())
}

fn to_item(row: bulk_item::Model) -> Result<Item, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "bulk_item", id: row.run_id.to_string(), what };
    let outcome = row.outcome.as_deref().map(str::parse).transpose().map_err(|_| corrupt("outcome"))?;
    Ok(Item {
        number: u32::try_from(row.number).map_err(|_| corrupt("number"))?,
        connection: row.connection_id.map(ConnectionId::from_uuid),
        label: row.label,
        input: row.input,
        result: outcome.map(|outcome| ItemResult { outcome, facts: row.facts }),
        tries: u32::try_from(row.tries).map_err(|_| corrupt("tries"))?,
    })
}

fn to_i32(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
