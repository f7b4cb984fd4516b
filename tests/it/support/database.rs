//! A migrated database of its own for each test, copied from one that was migrated once.

use koppelklaar::store::{Db, schema};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::postgres;

/// Whether this binary tests on PostgreSQL.
pub(crate) const ON_POSTGRES: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"it_postgres");

/// A database of one test.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    /// Where it is.
    pub(crate) url: String,
    /// The folder of the test, removed after it.
    pub(crate) folder: TempDir,
}

static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
static TEMPLATE: OnceCell<()> = OnceCell::const_new();

/// A fresh, migrated database; `None` where this binary's kind of database is not installed.
pub(crate) async fn fresh() -> Option<TestDatabase> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = if ON_POSTGRES { postgres_copy().await? } else { sqlite_copy(&folder).await };
    Some(TestDatabase { url, folder })
}

/// A database without tables.
pub(crate) async fn empty() -> Option<TestDatabase> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = if ON_POSTGRES {
        let cluster = postgres::cluster()?;
        let name = cluster.fresh_name();
        sql(&cluster.url("postgres"), &format!("CREATE DATABASE {name}")).await;
        cluster.url(&name)
    } else {
        sqlite_url(&folder)
    };
    Some(TestDatabase { url, folder })
}

async fn sqlite_copy(folder: &TempDir) -> String {
    let bytes = MIGRATED
        .get_or_init(|| async {
            let model = tempfile::tempdir().expect("a temporary folder");
            migrate(&sqlite_url(&model)).await;
            std::fs::read(model.path().join("test.db")).expect("the migrated file")
        })
        .await;
    std::fs::write(folder.path().join("test.db"), bytes).expect("a copy of the migrated file");
    sqlite_url(folder)
}

async fn postgres_copy() -> Option<String> {
    let cluster = postgres::cluster()?;
    let admin = cluster.url("postgres");
    TEMPLATE
        .get_or_init(|| async {
            sql(&admin, "CREATE DATABASE migrated").await;
            migrate(&cluster.url("migrated")).await;
        })
        .await;
    let name = cluster.fresh_name();
    sql(&admin, &format!("CREATE DATABASE {name} TEMPLATE migrated")).await;
    Some(cluster.url(&name))
}

fn sqlite_url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("test.db").display())
}

async fn migrate(url: &str) {
    let db = Db::connect(url).await.expect("the database opens");
    schema::migrate(&db).await.expect("migrations run");
    db.close().await;
}

/// Runs one statement on a connection of its own.
pub(crate) async fn sql(url: &str, statement: &str) {
    use sea_orm::{ConnectionTrait, Database};

    let conn = Database::connect(url).await.expect("the database opens");
    conn.execute_unprepared(statement).await.expect("the statement runs");
    conn.close().await.expect("the database closes");
}

/// The one text column that a query asks for, in the order of the database.
pub(crate) async fn texts(url: &str, query: &str) -> Vec<String> {
    use sea_orm::{ConnectionTrait, Database, Statement};

    let conn = Database::connect(url).await.expect("the database opens");
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), query)).await;
    let rows = rows.expect("the query runs");
    let texts = rows.iter().map(|row| row.try_get_by_index(0).expect("one text column")).collect();
    conn.close().await.expect("the database closes");
    texts
}

/// Returns once some transaction waits for another one; at once on SQLite, where the second has not begun.
pub(crate) async fn until_somebody_waits(url: &str) {
    let waiting = "SELECT count(*)::text FROM pg_locks WHERE NOT granted AND pid IN
        (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
    while ON_POSTGRES && texts(url, waiting).await == ["0"] {}
}
