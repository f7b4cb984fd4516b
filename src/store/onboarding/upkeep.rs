//! Upkeep of what lists show of schools and of what waits on Kurve: making the rows that are missing, and telling which
//! are not what they should be.

use std::collections::BTreeMap;

use entity::{onboarding, school, school_summary, work_item};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::domain::ids::{ConnectionId, SchoolId};
use crate::store::checks::connection_summaries;
use crate::store::onboarding::ended;
use crate::store::onboarding::summaries::{BATCH, Computed, compute};
use crate::store::onboarding::work_items;
use crate::store::{Changing, ConnectionTrait, Db, StoreError, lock};

/// Which of the rows are computed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of connections of which a school has none.
    Missing,
    /// All.
    All,
}

/// Writes the rows that are missing, or all of them, some connections at a time; returns how many connections that were.
/// With all of them, what is counted of them is counted anew too.
///
/// # Errors
/// When the database fails; what was written until then stays, and the next call goes on.
pub async fn fill(db: &Db, which: Which) -> Result<u64, StoreError> {
    let (mut filled, mut after) = (0, Uuid::nil());
    ended::fill_missing(db.writer()).await?;
    loop {
        let ids = list_next(db.writer(), which, after).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        filled += ids.len() as u64;
        touch_all(db, ids).await?;
    }
    // Their schools all went elsewhere: no list shows them, but somebody may ask for a place there.
    for ids in list_without_schools(db.writer()).await?.chunks(BATCH) {
        touch_all(db, ids.to_vec()).await?;
    }
    if which == Which::All {
        let tx = db.begin_write().await?;
        lock::hold_tally(tx.conn()).await?;
        connection_summaries::count_anew(tx.conn()).await?;
        tx.commit().await?;
    }
    Ok(filled)
}

async fn touch_all(db: &Db, ids: Vec<Uuid>) -> Result<(), StoreError> {
    let tx = db.begin_write().await?;
    ids.into_iter().for_each(|id| tx.conn().touch(ConnectionId::from_uuid(id)));
    tx.commit().await
}

async fn list_without_schools(conn: &impl ConnectionTrait) -> Result<Vec<Uuid>, StoreError> {
    let its = Expr::col((school::Entity, school::Column::ConnectionId))
        .equals((onboarding::Entity, onboarding::Column::ConnectionId));
    let its = Query::select().expr(Expr::val(1)).from(school::Entity).and_where(its).to_owned();
    let without = onboarding::Entity::find().select_only().column(onboarding::Column::ConnectionId);
    Ok(without.filter(Expr::exists(its).not()).into_tuple().all(conn).await?)
}

/// The next connections with schools, in the order of their ids.
async fn list_next(conn: &impl ConnectionTrait, which: Which, after: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let mut query = school::Entity::find()
        .select_only()
        .column(school::Column::ConnectionId)
        .distinct()
        .filter(school::COLUMN.connection_id.gt(after))
        .order_by_asc(school::COLUMN.connection_id)
        .limit(BATCH as u64);
    if which == Which::Missing {
        let own = Expr::col((school_summary::Entity, school_summary::Column::SchoolId))
            .equals((school::Entity, school::Column::Id));
        let row = Query::select().expr(Expr::val(1)).from(school_summary::Entity).and_where(own).to_owned();
        query = query.filter(Expr::exists(row).not().and(is_cleared().not()).or(waits_without_row()));
    }
    Ok(query.into_tuple().all(conn).await?)
}

/// Whether the connection of a school was cleared: no list shows it.
fn is_cleared() -> Expr {
    let its = Expr::col((onboarding::Entity, onboarding::Column::ConnectionId))
        .equals((school::Entity, school::Column::ConnectionId));
    let cleared = Expr::col((onboarding::Entity, onboarding::Column::ClearedAt)).is_not_null();
    let one = Query::select().expr(Expr::val(1)).from(onboarding::Entity).and_where(its).and_where(cleared).to_owned();
    Expr::exists(one)
}

/// Whether something of the connection of a school waits on Kurve, and no row says so.
fn waits_without_row() -> Expr {
    let school = (school::Entity, school::Column::ConnectionId);
    let its = Expr::col((work_item::Entity, work_item::Column::ConnectionId)).equals(school);
    let row = Query::select().expr(Expr::val(1)).from(work_item::Entity).and_where(its).to_owned();
    let its = Expr::col((onboarding::Entity, onboarding::Column::ConnectionId)).equals(school);
    let waits = Expr::col((onboarding::Entity, onboarding::Column::KurveSince)).is_not_null();
    let waiting = Query::select()
        .expr(Expr::val(1))
        .from(onboarding::Entity)
        .and_where(its)
        .and_where(waits)
        .and_where(Expr::exists(row).not())
        .to_owned();
    Expr::exists(waiting)
}

/// Whether every school has its row, and what waits on Kurve too; what is in them is not looked at.
pub async fn are_complete(conn: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(list_next(conn, Which::Missing, Uuid::nil()).await?.is_empty())
}

/// The schools whose row, or that of their connection, is missing or not what it should be. It reads every connection,
/// some at a time.
pub async fn list_untrue(conn: &impl ConnectionTrait) -> Result<Vec<SchoolId>, StoreError> {
    let (mut untrue, mut after) = (vec![], Uuid::nil());
    loop {
        let ids = list_next(conn, Which::All, after).await?;
        let Some(last) = ids.last() else { return Ok(untrue) };
        let Computed { rows, connections, unreadable, .. } = compute(conn, &ids).await?;
        let connections = connection_summaries::list_untrue(conn, &ids, connections).await?;
        let between =
            school_summary::COLUMN.connection_id.gt(after).and(school_summary::COLUMN.connection_id.lte(*last));
        let kept = school_summary::Entity::find().filter(between).all(conn).await?;
        let mut kept: BTreeMap<Uuid, _> = kept.into_iter().map(|row| (row.school_id, row)).collect();
        for row in rows {
            let is_true = kept.remove(&row.school_id).as_ref() == Some(&row);
            if !is_true || connections.contains(&row.connection_id) {
                untrue.push(SchoolId::from_uuid(row.school_id));
            }
        }
        let of_nothing = kept.into_values().filter(|row| !unreadable.contains(&row.connection_id));
        untrue.extend(of_nothing.map(|row| SchoolId::from_uuid(row.school_id)));
        after = *last;
    }
}

/// What waits on Kurve and has no row that says so, or has a row and does not wait: the keys, of all connections. It reads
/// every connection, some at a time.
pub async fn list_untrue_work(conn: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    let (mut untrue, mut after) = (vec![], Uuid::nil());
    loop {
        let ids: Vec<Uuid> = onboarding::Entity::find()
            .select_only()
            .column(onboarding::Column::ConnectionId)
            .filter(onboarding::COLUMN.connection_id.gt(after))
            .order_by_asc(onboarding::COLUMN.connection_id)
            .limit(BATCH as u64)
            .into_tuple()
            .all(conn)
            .await?;
        let Some(last) = ids.last() else { return Ok(untrue) };
        after = *last;
        let Computed { work, unreadable, .. } = compute(conn, &ids).await?;
        let mut kept = work_items::load(conn, &ids).await?;
        for row in work {
            if kept.remove(&row.key).as_ref() != Some(&row) && !unreadable.contains(&row.connection_id) {
                untrue.push(row.key);
            }
        }
        let over = kept.into_values().filter(|row| !unreadable.contains(&row.connection_id));
        untrue.extend(over.map(|row| row.key));
    }
}
