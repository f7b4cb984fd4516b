//! What is wrong with how a database carries a statement out.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait};
use serde_json::Value;

use super::notes::Asked;

/// Tables that do not grow with the schools, and why.
const SMALL: &[(&str, &str)] = &[
    ("standing", "six counts"),
    ("check_count", "a count for each way in which a check ends"),
    ("weekly_figure", "what the weeks had, however many schools"),
    ("some", "a count up to a thousand"),
    ("staff", "the colleagues of Kurve"),
    ("staff_invite", "one for each colleague"),
    ("saved_view", "a few for each colleague"),
    ("api_key", "a few machines"),
    ("heartbeat", "one for each worker"),
    ("job_slot", "one for each job"),
    ("seaql_migrations", "one for each step of the schema"),
    ("loaded_holidays", "one for each load of a file"),
    ("outage", "a few a year"),
    ("check_run", "a few for each colleague"),
    ("bulk_run", "a few for each colleague"),
    ("check_host", "hosts that are being asked at this moment"),
];

/// Columns of which a few rows have the same value, however many schools there are.
const OF_ONE: &[&str] = &[
    "rowid",
    "id",
    "connection_id",
    "contact_id",
    "school_id",
    "staff_id",
    "email_key",
    "address_key",
    "token_hash",
    "code_hash",
    "browser_hash",
    "key_hash",
    "brin_key",
    "domain",
    "dedupe_key",
    "run_id",
    "check_id",
    "mail_id",
    "outbox_id",
    "lease_id",
    "name",
    "host",
    "from_connection_id",
    "asker_key",
    "onboarding_version",
    "session_hash",
];

/// How many rows one statement may read: a page with what belongs to each of its rows.
const MOST_ROWS: f64 = 800.0;

/// What is wrong with a statement; nothing where nothing is.
pub(super) async fn fault(conn: &DatabaseConnection, asked: &Asked, is_postgres: bool) -> Option<String> {
    let sql = asked.statement.sql.trim_start();
    let is_planned = ["SELECT", "UPDATE", "DELETE", "WITH"].iter().any(|start| sql.starts_with(start));
    // Locks and notifications are of no table.
    if !is_planned || sql.starts_with("SELECT") && !sql.contains(" FROM ") {
        return None;
    }
    let found = if is_postgres { on_postgres(conn, asked).await } else { on_sqlite(conn, asked).await };
    found.map(|(what, plan)| format!("{}\n  {what}\n  {sql}\n    {}", asked.what, plan.join("\n    ")))
}

fn explained(asked: &Asked, explain: &str) -> Statement {
    Statement { sql: format!("{explain} {}", asked.statement.sql), ..asked.statement.clone() }
}

async fn on_sqlite(conn: &DatabaseConnection, asked: &Asked) -> Option<(String, Vec<String>)> {
    let rows = conn.query_all_raw(explained(asked, "EXPLAIN QUERY PLAN")).await.expect("a plan");
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").expect("a text")).collect();
    let named = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'";
    let partial = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), named)).await;
    let partial = partial.expect("the indexes").into_iter().map(|row| row.try_get_by_index(0).expect("a name"));
    let partial: Vec<String> = partial.collect();
    Some((sqlite_fault(&asked.statement.sql, &plan, &partial)?, plan))
}

/// What begins a part of a plan that is carried out for itself.
const PARTS: [&str; 8] = [
    "LIST SUBQUERY",
    "SCALAR SUBQUERY",
    "CORRELATED",
    "MATERIALIZE",
    "CO-ROUTINE",
    "LEFT-MOST SUBQUERY",
    "UNION",
    "INDEX ",
];

/// What is wrong with a plan; `partial` are the indexes over those rows only that some list shows.
fn sqlite_fault(sql: &str, plan: &[String], partial: &[String]) -> Option<String> {
    let is_read = sql.trim_start().starts_with("SELECT");
    let is_limited = sql.contains(" LIMIT ");
    // What is in order but for its last columns is sorted a few rows at a time.
    let sorts = plan.iter().any(|line| line.starts_with("USE TEMP B-TREE") && !line.contains(" OF ORDER BY"));
    let mut is_first = true;
    for line in plan {
        if PARTS.iter().any(|part| line.starts_with(part)) {
            is_first = true;
            continue;
        }
        let Some((how, table)) = access(line) else { continue };
        if SMALL.iter().any(|(small, _)| *small == table) {
            is_first = false;
            continue;
        }
        if line.contains("AUTOMATIC") {
            return Some(format!("makes an index of {table}"));
        }
        let takes_each = !sql.contains(" WHERE ")
            || sql.contains(" WHERE TRUE ")
            || partial.iter().any(|index| line.ends_with(index.as_str()));
        let walks_in_order = line.contains(" INDEX ") && is_limited && !sorts && takes_each;
        if how == "SCAN" && !walks_in_order {
            return Some(format!("reads all of {table}"));
        }
        // Each further table is looked up for a row of the first.
        if is_first && is_read && !is_of_one(line) {
            if sorts {
                return Some(format!("sorts all that it finds in {table}"));
            }
            if !is_limited {
                return Some(format!("takes all that it finds in {table}"));
            }
        }
        is_first = false;
    }
    None
}

/// How a line of a plan reads, and which table.
fn access(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ');
    let how = words.next().filter(|how| ["SCAN", "SEARCH"].contains(how))?;
    let table = words.next()?;
    // A part is no table, and neither are constants.
    (table != "CONSTANT" && !table.starts_with('(')).then_some((how, table))
}

/// Whether a search is for what belongs to one, or to those of a list.
fn is_of_one(line: &str) -> bool {
    let Some((_, by)) = line.rsplit_once('(') else { return false };
    by.trim_end_matches(')')
        .split(" AND ")
        .any(|condition| condition.strip_suffix("=?").is_some_and(|column| OF_ONE.contains(&column.trim_matches('"'))))
}

async fn on_postgres(conn: &DatabaseConnection, asked: &Asked) -> Option<(String, Vec<String>)> {
    // It is carried out, and what it changed taken back.
    let tx = conn.begin().await.expect("a transaction");
    let row = tx.query_one_raw(explained(asked, "EXPLAIN (ANALYZE, FORMAT JSON)")).await.expect("a plan");
    tx.rollback().await.expect("nothing is kept");
    let found: Value = row.expect("one row").try_get_by_index(0).expect("JSON");
    let mut reads = vec![];
    gather(&found[0]["Plan"], &mut reads);
    let words = |read: &Read| format!("{} of {} by {}: {} rows", read.how, read.table, read.index, read.rows);
    let plan: Vec<String> = reads.iter().map(words).collect();
    let is_small = |table: &str| SMALL.iter().any(|(small, _)| *small == table);
    if let Some(read) = reads.iter().find(|read| read.how == "Seq Scan" && !is_small(&read.table)) {
        return Some((format!("reads all of {}", read.table), plan));
    }
    let rows: f64 = reads.iter().filter(|read| !is_small(&read.table)).map(|read| read.rows).sum();
    (rows > MOST_ROWS).then(|| (format!("reads {rows} rows"), plan))
}

/// What one node of a plan read.
struct Read {
    how: String,
    table: String,
    index: String,
    rows: f64,
}

fn gather(node: &Value, reads: &mut Vec<Read>) {
    let text = |name: &str| node[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| node[name].as_f64().unwrap_or_default();
    let how = text("Node Type");
    // A bitmap's index says where to look; who looks counts the rows.
    if how.ends_with("Scan") && how != "Bitmap Index Scan" {
        let removed = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
        let rows = (number("Actual Rows") + removed) * number("Actual Loops");
        let (table, index) = (text("Relation Name"), text("Index Name"));
        reads.push(Read { how, table, index, rows });
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        gather(child, reads);
    }
}
