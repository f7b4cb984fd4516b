//! What lists show of the connections that are checked: a narrow row for each, written anew with every change of what it
//! comes from, along with those of the schools ([`crate::store::onboarding::summaries`]).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{check_count, connection_summary};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, Iterable};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::domain::check::{Advice, CheckCode, Newest, Truths};
use crate::domain::onboarding::Party;
use crate::domain::text::fold;
use crate::store::StoreError;

/// How many rows one statement writes at most.
const ROWS: usize = 400;

/// Writes what lists show of these connections, and counts how their checks ended anew. The caller holds their
/// onboardings: so nobody else writes these rows.
pub(in crate::store) async fn save(
    conn: &impl ConnectionTrait,
    rows: Vec<connection_summary::Model>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let kept = load(conn, &rows.iter().map(|row| row.connection_id).collect::<Vec<_>>()).await?;
    let (mut changed, mut counts) = (vec![], BTreeMap::<Counted, i32>::new());
    for row in rows {
        let before = kept.get(&row.connection_id);
        if before == Some(&row) {
            continue;
        }
        before.into_iter().for_each(|before| *counts.entry(Counted::of(before)).or_default() -= 1);
        *counts.entry(Counted::of(&row)).or_default() += 1;
        changed.push(row);
    }
    replace(conn, changed).await?;
    add(conn, counts).await
}

/// These connections have no row any more, and count no more.
pub(in crate::store) async fn forget(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<(), StoreError> {
    let mut counts = BTreeMap::<Counted, i32>::new();
    load(conn, ids).await?.values().for_each(|row| *counts.entry(Counted::of(row)).or_default() -= 1);
    let theirs = connection_summary::COLUMN.connection_id.is_in(ids.iter().copied());
    connection_summary::Entity::delete_many().filter(theirs).exec(conn).await?;
    add(conn, counts).await
}

async fn load(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, connection_summary::Model>, StoreError> {
    let of_these = connection_summary::COLUMN.connection_id.is_in(ids.iter().copied());
    let kept = connection_summary::Entity::find().filter(of_these).all(conn).await?;
    Ok(kept.into_iter().map(|row| (row.connection_id, row)).collect())
}

async fn replace(conn: &impl ConnectionTrait, rows: Vec<connection_summary::Model>) -> Result<(), StoreError> {
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let is_key = |column: &connection_summary::Column| matches!(column, connection_summary::Column::ConnectionId);
        let columns = connection_summary::Column::iter().filter(|column| !is_key(column));
        let renew = OnConflict::column(connection_summary::Column::ConnectionId).update_columns(columns).to_owned();
        let insert = connection_summary::Entity::insert_many(rows.by_ref().take(ROWS)).on_conflict(renew);
        insert.exec_without_returning(conn).await?;
    }
    Ok(())
}

/// What connections are counted by: how the last check ended, and who is to act; either is empty for none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Counted {
    code: String,
    holder: String,
}

impl Counted {
    fn of(row: &connection_summary::Model) -> Self {
        Self { code: row.last_code.clone().unwrap_or_default(), holder: row.holder.clone().unwrap_or_default() }
    }
}

/// Adds to the counts, in one order: two changes that add to the same ones never wait for each other.
async fn add(conn: &impl ConnectionTrait, counts: BTreeMap<Counted, i32>) -> Result<(), StoreError> {
    let rows: Vec<check_count::ActiveModel> = counts
        .into_iter()
        .filter(|(_, n)| *n != 0)
        .map(|(Counted { code, holder }, n)| check_count::ActiveModel {
            code: Set(code),
            holder: Set(holder),
            n: Set(n),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let added =
        Expr::col((check_count::Entity, check_count::Column::N)).add(Expr::col(("excluded", check_count::Column::N)));
    let grow = OnConflict::columns(check_count::PrimaryKey::iter()).value(check_count::Column::N, added).to_owned();
    check_count::Entity::insert_many(rows).on_conflict(grow).exec_without_returning(conn).await?;
    Ok(())
}

/// So many connections ended so at their last check, and that party is to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckCount {
    /// How it ended; `None` where none was made.
    pub code: Option<CheckCode>,
    /// Who is to act now, if anybody.
    pub holder: Option<Party>,
    /// How many.
    pub connections: u64,
}

/// How many connections ended how at their last check.
pub async fn list_counts(conn: &impl ConnectionTrait) -> Result<Vec<CheckCount>, StoreError> {
    let rows = check_count::Entity::find().filter(check_count::COLUMN.n.gt(0));
    let rows = rows.order_by_asc(check_count::COLUMN.code).order_by_asc(check_count::COLUMN.holder);
    rows.all(conn).await?.into_iter().map(|row| to_count(&row.code, &row.holder, row.n.into())).collect()
}

/// The same, counted from the rows: what [`list_counts`] gives can be held against it.
pub async fn recount(conn: &impl ConnectionTrait) -> Result<Vec<CheckCount>, StoreError> {
    let rows: Vec<(Option<String>, Option<String>, i64)> = connection_summary::Entity::find()
        .select_only()
        .column(connection_summary::Column::LastCode)
        .column(connection_summary::Column::Holder)
        .column_as(connection_summary::COLUMN.connection_id.count(), "connections")
        .group_by(connection_summary::COLUMN.last_code)
        .group_by(connection_summary::COLUMN.holder)
        .into_tuple()
        .all(conn)
        .await?;
    let named = |(code, holder, n): (Option<String>, Option<String>, i64)| {
        ((code.unwrap_or_default(), holder.unwrap_or_default()), n)
    };
    let rows: BTreeMap<(String, String), i64> = rows.into_iter().map(named).collect();
    rows.into_iter().map(|((code, holder), n)| to_count(&code, &holder, n)).collect()
}

/// Counts the rows anew, in the place of what was kept. The caller holds what is [counted](crate::store::lock::hold_tally).
pub(in crate::store) async fn count_anew(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    check_count::Entity::delete_many().exec(conn).await?;
    let named = |CheckCount { code, holder, connections }| {
        let code = code.map(|code: CheckCode| code.as_str().to_owned()).unwrap_or_default();
        let holder = holder.map(|holder: Party| holder.as_str().to_owned()).unwrap_or_default();
        (Counted { code, holder }, i32::try_from(connections).unwrap_or(i32::MAX))
    };
    add(conn, recount(conn).await?.into_iter().map(named).collect()).await
}

fn to_count(code: &str, holder: &str, n: i64) -> Result<CheckCount, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "check_count", id: code.to_owned(), what };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(CheckCount {
        code: given(code).map(|code| code.parse().map_err(|_| corrupt("code"))).transpose()?,
        holder: given(holder).map(|party| party.parse().map_err(|_| corrupt("holder"))).transpose()?,
        connections: u64::try_from(n).unwrap_or_default(),
    })
}

/// Which of these connections do not have the row that they should have.
pub(in crate::store) async fn list_untrue(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
    computed: Vec<connection_summary::Model>,
) -> Result<Vec<Uuid>, StoreError> {
    let mut kept = load(conn, ids).await?;
    let untrue = computed.into_iter().filter(|row| kept.remove(&row.connection_id).as_ref() != Some(row));
    let mut untrue: Vec<Uuid> = untrue.map(|row| row.connection_id).collect();
    untrue.extend(kept.into_keys());
    Ok(untrue)
}

/// What is known of a connection that is or was to be checked.
pub(in crate::store) struct Checked<'a> {
    pub(in crate::store) connection: Uuid,
    pub(in crate::store) name: &'a str,
    /// Whether its schools are under way or done: of one that stopped, or rests, nobody checks how it is now.
    pub(in crate::store) is_in_use: bool,
    /// The newest check, where it can be read.
    pub(in crate::store) newest: Option<Newest>,
    pub(in crate::store) is_lost: bool,
    pub(in crate::store) failing_since: Option<DateTime<Utc>>,
    pub(in crate::store) certificate_until: Option<DateTime<Utc>>,
    /// The onboarding beside that check, where it can be read.
    pub(in crate::store) truths: Option<Truths<'a>>,
}

/// The row of a connection.
pub(in crate::store) fn to_row(checked: &Checked<'_>) -> connection_summary::Model {
    let by_code = || checked.newest.and_then(|newest| newest.code.holder());
    let holder = checked.truths.map_or_else(by_code, |truths| truths.advice().and_then(Advice::holder));
    let since = checked.failing_since.into_iter().chain(checked.newest.map(|newest| newest.since)).min();
    let is_for_kurve = checked.truths.is_some_and(|truths| truths.is_for_kurve());
    connection_summary::Model {
        connection_id: checked.connection,
        sort_name: fold(checked.name),
        last_code: checked.newest.map(|newest| newest.code.as_str().to_owned()),
        last_checked_at: checked.newest.map(|newest| newest.at),
        holder: holder.map(|party: Party| party.as_str().to_owned()),
        is_lost: checked.is_lost,
        lost_since: checked.failing_since.filter(|_| checked.is_in_use && checked.is_lost),
        kurve_since: since.filter(|_| checked.is_in_use && !checked.is_lost && is_for_kurve),
        certificate_until: checked.certificate_until.filter(|_| checked.is_in_use),
    }
}
