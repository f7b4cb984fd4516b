//! What a search finds, by the index that the database has for parts of words: FTS5 with trigrams on SQLite, `pg_trgm` on
//! PostgreSQL.
//!
//! A search that finds few schools names them, for the list to sort. One that finds many is a condition on each row: the
//! list then walks its own order until the page is full, and never sorts a third of all schools.

use entity::school_summary::{COLUMN, Column};
use entity::{contact, school_summary};
use sea_orm::sea_query::{Cond, Expr, IntoColumnRef, LikeExpr, SimpleExpr};
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Statement};
use uuid::Uuid;

use crate::domain::count::MOST_COUNTED;
use crate::domain::search::Search;
use crate::store::{ConnectionTrait, StoreError, count_up_to, is_sqlite};

/// How many schools are few enough to sort: as many as are counted.
const FEW: u64 = MOST_COUNTED;

/// The schools that a search finds, as the condition that a row of the list meets.
pub(in crate::store) enum Schools {
    /// Those with these ids, at most [`MOST_COUNTED`].
    Few(Cond),
    /// More than are counted.
    Many(Cond),
}

/// The schools that it finds.
pub(in crate::store) async fn schools(conn: &impl ConnectionTrait, search: &Search) -> Result<Schools, StoreError> {
    let Some(mut found) = list_few(conn, search).await? else { return Ok(Schools::Many(of_each(search))) };
    // In few lengths, so that the database knows the statement again.
    let last = found.last().copied().unwrap_or_default();
    found.resize(found.len().next_power_of_two(), last);
    Ok(Schools::Few(Cond::all().add(COLUMN.school_id.is_in(found))))
}

/// The connections of the schools that it finds: named where they are few, and else a condition on a row that has a
/// connection in this column.
pub(in crate::store) enum Connections {
    /// These.
    Few(Vec<Uuid>),
    /// Those for which this holds.
    Many(SimpleExpr),
}

/// The connections that it finds.
pub(in crate::store) async fn connections(
    conn: &impl ConnectionTrait,
    search: &Search,
    column: impl IntoColumnRef,
) -> Result<Connections, StoreError> {
    if let Some(found) = list_few(conn, search).await? {
        let of = school_summary::Entity::find().select_only().column(Column::ConnectionId);
        let mut of: Vec<Uuid> = of.filter(COLUMN.school_id.is_in(found)).into_tuple().all(conn).await?;
        // Each once, told apart here: PostgreSQL may read all schools in the order of their connections for that.
        of.sort_unstable();
        of.dedup();
        return Ok(Connections::Few(of));
    }
    let here = Expr::col((school_summary::Entity, Column::ConnectionId)).equals(column);
    let one = school_summary::Entity::find().select_only().expr(Expr::val(1)).filter(here).filter(of_each(search));
    Ok(Connections::Many(Expr::exists(one.into_query())))
}

/// The schools that it finds, in no order; `None` when they are many.
async fn list_few(conn: &impl ConnectionTrait, search: &Search) -> Result<Option<Vec<Uuid>>, StoreError> {
    let is_by_words = search.domains.is_empty() && search.people.is_empty();
    if is_by_words && is_sqlite(conn) {
        return list_few_by_trigrams(conn, search).await;
    }
    let found = school_summary::Entity::find().filter(of_each(search));
    // Counted before: of many, none is needed here.
    if count_up_to(conn, found.clone()).await? > FEW {
        return Ok(None);
    }
    Ok(Some(found.select_only().column(Column::SchoolId).into_tuple().all(conn).await?))
}

async fn list_few_by_trigrams(conn: &impl ConnectionTrait, search: &Search) -> Result<Option<Vec<Uuid>>, StoreError> {
    // By the index alone: which schools they are is looked up for few.
    let count = "SELECT count(*) FROM (SELECT rowid FROM school_search WHERE school_search MATCH ? LIMIT ?)";
    let list = "SELECT school_id FROM school_search CROSS JOIN school_summary ON search_row = school_search.rowid
        WHERE school_search MATCH ? LIMIT ?";
    let quoted = |part: &String| format!("\"{}\"", part.replace('"', "\"\""));
    let all = search.parts.iter().map(quoted).collect::<Vec<String>>().join(" AND ");
    let asked = |sql: &str| {
        let values = [all.as_str().into(), (FEW + 1).into()];
        Statement::from_sql_and_values(conn.get_database_backend(), sql, values)
    };
    let counted = conn.query_one_raw(asked(count)).await?.ok_or(StoreError::Missing { table: "school_search" })?;
    if u64::try_from(counted.try_get_by_index::<i64>(0)?).is_ok_and(|count| count > FEW) {
        return Ok(None);
    }
    let rows = conn.query_all_raw(asked(list)).await?;
    Ok(Some(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?))
}

/// What each row must meet by itself.
fn of_each(search: &Search) -> Cond {
    let mut all = Cond::all();
    for part in &search.parts {
        let pattern = LikeExpr::new(format!("%{}%", escape_like(part))).escape('\\');
        all = all.add(Expr::col(Column::SearchText).like(pattern));
    }
    for label in &search.domains {
        all = all.add(COLUMN.domain.eq(label.as_str()));
    }
    for key in &search.people {
        let theirs = contact::Entity::find()
            .select_only()
            .column(contact::Column::ConnectionId)
            .filter(contact::COLUMN.email_key.eq(key.as_str()))
            .filter(contact::COLUMN.removed_at.is_null());
        all = all.add(Expr::col(Column::ConnectionId).in_subquery(theirs.into_query()));
    }
    all
}

/// A text in a pattern of `LIKE`, as it is.
fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' | '%' | '_' => escaped.extend(['\\', sign]),
            sign => escaped.push(sign),
        }
    }
    escaped
}
