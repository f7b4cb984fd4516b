//! What a planning round reads on PostgreSQL: what is due and no more, also right after a bulk write that nothing was
//! vacuumed or counted after.

use chrono::TimeDelta;
use koppelklaar::store::onboarding::upkeep::{self, Which};
use koppelklaar::store::reminders;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use crate::support::database::{sql, texts};
use crate::support::{TestApp, run, run_to_failure};

/// How many connections there are.
const CONNECTIONS: usize = 3000;

/// How many a round takes here.
const ROUND: u64 = 10;

/// What a round may read, in pages: each row that it takes, its leaf of the index and some above it. It would be
/// thousands if it read each connection, or each dead entry, once more.
const PAGES: u64 = 100;

#[test]
fn a_round_reads_what_is_due_and_no_more() {
    run_to_failure(|app: TestApp| async move {
        if !app.database.is_postgres() {
            return;
        }
        leave_alone(&app).await;
        fill(&app).await;
        let (url, now) = (&app.database.url, app.now());
        let conn = Database::connect(url).await.expect("the database opens");
        // Everybody looked at, and then due at one moment, as after a weekend.
        sql(url, "UPDATE onboarding SET attention_at = '2026-11-20T12:00:00Z'").await;
        sql(url, "UPDATE onboarding SET attention_at = '2026-11-23T07:00:00Z'").await;
        until_nobody_looks_back(url).await;
        // Who comes first past the dead entries buries them.
        let first = reminders::list_needing_attention(&conn, now, None, ROUND).await.expect("the store answers");
        for is_counted in [false, true] {
            if is_counted {
                sql(url, "ANALYZE onboarding").await;
            }
            let middle = reminders::list_needing_attention(&conn, now, None, CONNECTIONS as u64 / 2).await;
            let middle = middle.expect("the store answers").next;
            for after in [None, first.next, middle] {
                let read = read_for(&conn, async |conn| {
                    let due = reminders::list_needing_attention(conn, now, after, ROUND).await;
                    assert_eq!(due.expect("the store answers").schools.len() as u64, ROUND);
                });
                assert_few(&read.await, is_counted);
            }
        }
        // Everybody looked at again: none is due, and as many dead entries lie before those to come.
        let later = (now + TimeDelta::days(1)).to_rfc3339();
        sql(url, &format!("UPDATE onboarding SET attention_at = '{later}'")).await;
        until_nobody_looks_back(url).await;
        for is_first in [true, false] {
            let read = read_for(&conn, async |conn| {
                let due = reminders::list_needing_attention(conn, now, None, ROUND).await.expect("the store answers");
                assert!(due.schools.is_empty(), "{due:?}");
            });
            let read = read.await;
            if !is_first {
                assert_few(&read, true);
            }
        }
    });
}

#[test]
fn onboardings_are_vacuumed_after_so_many_changes_however_many_they_are() {
    run(|app: TestApp| async move {
        if !app.database.is_postgres() {
            return;
        }

        let settings = texts(&app.database.url, "SELECT unnest(reloptions) FROM pg_class WHERE relname = 'onboarding'");

        assert_eq!(settings.await, ["autovacuum_vacuum_scale_factor=0", "autovacuum_vacuum_threshold=1000"]);
    });
}

/// Makes many connections of one, by the columns that they have.
async fn fill(app: &TestApp) {
    let url = &app.database.url;
    app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
    for (table, id) in [("connection", "id"), ("onboarding", "connection_id")] {
        let columns = format!(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
              WHERE table_name = '{table}' AND column_name NOT IN ('{id}', 'domain') AND table_schema = current_schema()"
        );
        let columns = &texts(url, &columns).await[0];
        let (domain, theirs) = if table == "connection" { (", domain", ", 'school' || i") } else { ("", "") };
        let insert = format!(
            "INSERT INTO {table} ({id}{domain}, {columns})
             SELECT md5(i::text)::uuid{theirs}, {columns} FROM {table}, generate_series(2, {CONNECTIONS}) i"
        );
        sql(url, &insert).await;
    }
    upkeep::fill(&app.context().db, Which::All).await.expect("the store answers");
}

/// Keeps the database from looking at these tables by itself meanwhile: what it looks at keeps dead entries from being buried.
async fn leave_alone(app: &TestApp) {
    for table in ["connection", "onboarding"] {
        sql(&app.database.url, &format!("ALTER TABLE {table} SET (autovacuum_enabled = false)")).await;
    }
}

/// Returns once nobody can see any more what rows were before. Whoever in this database looks at something older, such as
/// the database that counts a table of its own, keeps dead entries from being buried; so does whoever is still writing,
/// in whichever database of the server, because a look at rows takes no transaction for ended that is newer than that one.
async fn until_nobody_looks_back(url: &str) {
    let now = texts(url, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text").await.remove(0);
    let looking = format!(
        "SELECT count(*)::text FROM pg_stat_activity WHERE pid <> pg_backend_pid()
            AND (backend_xid::text::bigint < {now}
                 OR (datname = current_database() AND backend_xmin::text::bigint < {now}))"
    );
    while texts(url, &looking).await != ["0"] {}
}

/// The plan of what is asked, carried out and counted.
async fn read_for(conn: &DatabaseConnection, ask: impl AsyncFnOnce(&DatabaseConnection)) -> Vec<String> {
    let query = super::plans::asked(conn, ask).await.pop().expect("something was asked");
    let explain = format!("EXPLAIN (ANALYZE, BUFFERS) {query}");
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), explain)).await;
    rows.expect("a plan").iter().map(|row| row.try_get("", "QUERY PLAN").expect("a text")).collect()
}

/// Checks that a plan goes by the index, sorts nothing and read a few pages.
fn assert_few(plan: &[String], is_counted: bool) {
    let text = plan.join("\n");
    assert!(text.contains("idx-onboarding-attention_at"), "counted: {is_counted}\n{text}");
    assert!(!text.contains("Sort") && !text.contains("Seq Scan"), "counted: {is_counted}\n{text}");
    // The first line with buffers is that of the whole.
    let buffers = plan.iter().find(|line| line.trim().starts_with("Buffers:")).expect("buffers are counted");
    let pages = |name: &str| -> u64 {
        let found = buffers.split_whitespace().find_map(|word| word.strip_prefix(name));
        found.map_or(0, |number| number.parse().expect("a number"))
    };
    assert!(pages("hit=") + pages("read=") <= PAGES, "counted: {is_counted}\n{text}");
}
