//! How many connections stand how at their last check: kept counts, so that nobody has to count them.
//!
//! Whatever changes the last code of a connection, or whether it counts as lost, says so here in the same transaction.

use std::collections::BTreeMap;

use entity::{check_status, check_tally};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QuerySelect};

use crate::domain::check::CheckCode;
use crate::domain::ids::ConnectionId;
use crate::store::{ConnectionTrait, StoreError};

/// Of those that were never checked.
const NEVER: &str = "never";

/// Of those that count as lost, whatever their last check said.
const LOST: &str = "lost";

/// What is counted of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    code: Option<String>,
    is_lost: bool,
}

impl Counted {
    fn names(&self) -> impl Iterator<Item = &str> {
        let code = self.code.as_deref().unwrap_or(NEVER);
        std::iter::once(code).chain(self.is_lost.then_some(LOST))
    }
}

/// What is counted of a connection now; nothing before its first status.
pub(super) async fn find(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Option<Counted>, StoreError> {
    let row: Option<(Option<String>, bool)> = check_status::Entity::find_by_id(connection.as_uuid())
        .select_only()
        .column(check_status::Column::LastCode)
        .column(check_status::Column::IsLost)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(row.map(|(code, is_lost)| Counted { code, is_lost }))
}

/// Counts a connection among those where it stands now, and no longer where it stood before.
pub(super) async fn move_one(
    conn: &impl ConnectionTrait,
    before: Option<&Counted>,
    after: &Counted,
) -> Result<(), StoreError> {
    let mut changes: BTreeMap<&str, i64> = BTreeMap::new();
    for name in before.into_iter().flat_map(Counted::names) {
        *changes.entry(name).or_default() -= 1;
    }
    for name in after.names() {
        *changes.entry(name).or_default() += 1;
    }
    // In one order everywhere, so that no two wait for each other.
    for (name, change) in changes {
        add(conn, name, change).await?;
    }
    Ok(())
}

/// Counts so many connections that were never checked.
pub(in crate::store) async fn add_unchecked(conn: &impl ConnectionTrait, connections: usize) -> Result<(), StoreError> {
    add(conn, NEVER, i64::try_from(connections).unwrap_or(i64::MAX)).await
}

async fn add(conn: &impl ConnectionTrait, name: &str, change: i64) -> Result<(), StoreError> {
    if change == 0 {
        return Ok(());
    }
    let row = check_tally::ActiveModel { code: Set(name.to_owned()), connections: Set(change) };
    let kept = Expr::col((check_tally::Entity, check_tally::Column::Connections));
    let more = OnConflict::column(check_tally::Column::Code)
        .value(check_tally::Column::Connections, kept.add(change))
        .to_owned();
    check_tally::Entity::insert(row).on_conflict(more).exec_without_returning(conn).await?;
    Ok(())
}

/// How many connections ended how at their last check; `None` for those that were never checked.
pub async fn count_by_code(conn: &impl ConnectionTrait) -> Result<Vec<(Option<CheckCode>, u64)>, StoreError> {
    let mut rows = check_tally::Entity::find()
        .filter(check_tally::COLUMN.code.ne(LOST))
        .filter(check_tally::COLUMN.connections.gt(0))
        .all(conn)
        .await?;
    rows.sort_by(|a, b| a.code.cmp(&b.code));
    let read = |row: check_tally::Model| {
        let code = match row.code.as_str() {
            NEVER => None,
            code => Some(code.parse::<CheckCode>().map_err(|_| corrupt(code))?),
        };
        Ok((code, u64::try_from(row.connections).unwrap_or_default()))
    };
    rows.into_iter().map(read).collect()
}

fn corrupt(code: &str) -> StoreError {
    StoreError::CorruptRow { table: "check_tally", id: code.to_owned(), what: "code" }
}

/// How many connections count as lost.
pub async fn count_lost(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let row = check_tally::Entity::find_by_id(LOST.to_owned()).one(conn).await?;
    Ok(row.map_or(0, |row| u64::try_from(row.connections).unwrap_or_default()))
}
