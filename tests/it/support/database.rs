//! A migrated database of its own for each test, copied from one that was migrated once.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::OnceLock;

use koppelklaar::store::{Db, schema};
use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::postgres::Cluster;

/// The kinds of database that everything is tested on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatabaseKind {
    Sqlite,
    Postgres,
}

/// A database of one test.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    pub(crate) kind: DatabaseKind,
    /// Where it is.
    pub(crate) url: String,
    /// The folder of the test, removed after it.
    pub(crate) folder: TempDir,
}

/// A thousand databases that stay are some twenty gigabytes.
impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.is_postgres() {
            LEFT.lock().push(self.url.clone());
        }
    }
}

impl TestDatabase {
    pub(crate) fn is_postgres(&self) -> bool {
        self.kind == DatabaseKind::Postgres
    }
}

/// Databases that no test needs any more: some at a time are removed.
static LEFT: Mutex<Vec<String>> = Mutex::new(vec![]);

/// How many may lie there.
const MANY_LEFT: usize = 64;

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static MIGRATED_FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
static MIGRATED_URL: OnceCell<String> = OnceCell::const_new();

/// The kinds that this machine has; a word to whoever runs the tests if it has no PostgreSQL.
pub(crate) fn installed() -> impl Iterator<Item = DatabaseKind> {
    let postgres = cluster().map(|_| DatabaseKind::Postgres);
    std::iter::once(DatabaseKind::Sqlite).chain(postgres)
}

/// What is in the cluster need not outlive a crash, nor be tidied up.
const SETTINGS: &str = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off";

/// The cluster of this process.
fn cluster() -> Option<&'static Cluster> {
    CLUSTER.get_or_init(|| Cluster::start(SETTINGS)).as_ref()
}

/// A fresh, migrated database.
pub(crate) async fn fresh(kind: DatabaseKind) -> TestDatabase {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = match kind {
        DatabaseKind::Sqlite => sqlite_copy(&folder).await,
        DatabaseKind::Postgres => postgres_copy().await,
    };
    TestDatabase { kind, url, folder }
}

/// A database without tables.
pub(crate) async fn empty(kind: DatabaseKind) -> TestDatabase {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = match kind {
        DatabaseKind::Sqlite => sqlite_url(&folder),
        DatabaseKind::Postgres => cluster().expect("it is installed").create(None).await,
    };
    TestDatabase { kind, url, folder }
}

async fn sqlite_copy(folder: &TempDir) -> String {
    let bytes = MIGRATED_FILE
        .get_or_init(|| async {
            let model = tempfile::tempdir().expect("a temporary folder");
            migrate(&sqlite_url(&model)).await;
            std::fs::read(model.path().join("test.db")).expect("the migrated file")
        })
        .await;
    let copy = folder.path().join("test.db");
    std::fs::write(&copy, bytes).expect("a copy of the migrated file");
    // As the program makes it.
    std::fs::set_permissions(&copy, Permissions::from_mode(0o600)).expect("it is ours");
    sqlite_url(folder)
}

/// Removes the databases that were left, once they are many.
async fn clear_away() {
    let left = {
        let mut left = LEFT.lock();
        if left.len() < MANY_LEFT { vec![] } else { std::mem::take(&mut *left) }
    };
    for url in left {
        let (start, options) = url.split_once('?').expect("it says where the cluster is");
        let (start, name) = start.rsplit_once('/').expect("it names a database");
        sql(&format!("{start}/postgres?{options}"), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
}

async fn postgres_copy() -> String {
    clear_away().await;
    let cluster = cluster().expect("it is installed");
    let migrated = MIGRATED_URL
        .get_or_init(|| async {
            let url = cluster.create(None).await;
            migrate(&url).await;
            url
        })
        .await;
    cluster.create(Some(migrated)).await
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

/// Lays the texts of the audit aside, before steps are undone with which they would go.
pub(crate) async fn lay_texts_aside(url: &str) {
    sql(url, "CREATE TABLE texts_aside AS SELECT * FROM audit_text").await;
}

/// Puts them back, once the steps are done again.
pub(crate) async fn put_texts_back(url: &str) {
    sql(url, "INSERT INTO audit_text SELECT * FROM texts_aside").await;
    sql(url, "DROP TABLE texts_aside").await;
}

/// What the database says of a statement that it refuses.
pub(crate) async fn refused(url: &str, statement: &str) -> String {
    use sea_orm::{ConnectionTrait, Database};

    let conn = Database::connect(url).await.expect("the database opens");
    let refusal = conn.execute_unprepared(statement).await.expect_err(statement).to_string();
    conn.close().await.expect("the database closes");
    refusal
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
    while url.starts_with("postgres") && texts(url, waiting).await == ["0"] {}
}
