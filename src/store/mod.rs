//! Rows: queries that take and return domain types. The only room that knows `entity` and `sea_orm`.
//!
//! One code for SQLite and PostgreSQL; what differs between them is in this file, in [`lock`] and in [`mail::notify`].
//! To add a table: migration, entity, then a file here.

pub mod backup;
mod changing;
pub mod checks;
mod error;
mod fault;
mod lease_term;
pub mod lock;
pub mod mail;
pub mod onboarding;
pub mod operations;
pub mod people;
pub mod privacy;
mod queue;
pub mod reminders;
pub mod schema;
mod watched;
pub mod webhooks;
mod wellness;
mod write_tx;

use std::path::PathBuf;
use std::time::Duration;

use sea_orm::sea_query::{Asterisk, Expr, Func, Query};
use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{
    ActiveModelTrait, ConnectOptions, Database, DatabaseBackend, DatabaseConnection, EntityTrait, Iterable,
    QuerySelect, QueryTrait, Select, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub use changing::Changing;
pub use error::StoreError;
pub use fault::Fault;
pub use lease_term::LeaseTerm;
pub use write_tx::WriteTx;

use crate::domain::count::MOST_COUNTED;
use fault::Faults;
use watched::Watched;

/// Something that queries can run on: a pool or a transaction.
pub use sea_orm::ConnectionTrait;

/// A page of a list, without the rows that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, After> {
    /// The rows.
    pub rows: Vec<T>,
    /// The place after which the next page starts, if there is one.
    pub next: Option<After>,
}

impl<T, After> Default for Page<T, After> {
    fn default() -> Self {
        Self { rows: vec![], next: None }
    }
}

/// The rows of a list that can be read: one that cannot does not take the others with it. It is logged, and Kurve sees
/// of which connection it is ([`onboarding::unreadable`]).
fn readable<Row, T>(rows: Vec<Row>, mut read: impl FnMut(Row) -> Result<T, StoreError>) -> Vec<T> {
    let logged = |error: StoreError| tracing::error!(error = %error, "Left a row out of a list");
    rows.into_iter().filter_map(|row| read(row).map_err(logged).ok()).collect()
}

/// How many values one statement inserts at most: SQLite takes 32,766, and longer ones are no faster.
const MOST_VALUES: usize = 10_000;

/// As many rows as one statement always takes.
const FEW_ROWS: usize = 64;

/// Inserts rows, however many they are. Statements of many rows come in few lengths, so that the database knows them again.
async fn insert_rows<A>(conn: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), StoreError>
where
    A: ActiveModelTrait,
{
    let columns = <<A::Entity as EntityTrait>::Column as Iterable>::iter().count();
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    while left > 0 {
        let many = (MOST_VALUES / columns).max(1).min(left);
        let taken = if left <= FEW_ROWS { left } else { 1 << many.ilog2() };
        <A::Entity as EntityTrait>::insert_many(rows.by_ref().take(taken)).exec_without_returning(conn).await?;
        left -= taken;
    }
    Ok(())
}

/// How many rows a query finds, up to [`MOST_COUNTED`] and one more, as [`counted`](crate::words::counted) says it.
async fn count_up_to<E: EntityTrait>(conn: &impl ConnectionTrait, query: Select<E>) -> Result<u64, StoreError> {
    let some = query.select_only().expr(Expr::val(1)).limit(MOST_COUNTED + 1).into_query();
    let count = Query::select().expr(Func::count(Expr::col(Asterisk))).from_subquery(some, "some").to_owned();
    let row = conn.query_one(&count).await?.ok_or(StoreError::Missing { table: "count" })?;
    Ok(u64::try_from(row.try_get_by_index::<i64>(0)?).unwrap_or_default())
}

/// The first `limit` rows that a query for one more found.
fn page<Row, T, After>(
    mut rows: Vec<Row>,
    limit: u64,
    place: impl Fn(&Row) -> Option<After>,
    read: impl FnMut(Row) -> Result<T, StoreError>,
) -> Page<T, After> {
    let has_more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| has_more).and_then(place);
    Page { rows: readable(rows, read), next }
}

/// Connections that read beside the one writer of SQLite; four serve two cores well.
const SQLITE_READERS: u32 = 4;

/// How much of its pages a connection of SQLite keeps, in MiB, as the library has it.
pub const SQLITE_CACHE_MIB: u32 = 2;

/// Connections to PostgreSQL per instance; one of them listens for notifications.
const POSTGRES_CONNECTIONS: u32 = 16;

/// How long a statement waits for another process that writes the same SQLite file.
const SQLITE_BUSY: Duration = Duration::from_secs(5);

/// How long a transaction waits for its turn to write: on SQLite also for another process, on PostgreSQL for each lock.
const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// The database: one that writes, and readers beside it.
#[derive(Debug, Clone)]
pub struct Db {
    write: Watched,
    read: Watched,
    /// The file of a SQLite database.
    file: Option<PathBuf>,
}

/// A statement that ran.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The statement, with its values.
    pub statement: Statement,
    /// How long the database took.
    pub took: Duration,
}

impl Db {
    /// Connects to `sqlite:PATH` or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        match sqlite_path(url) {
            Some(path) => Self::open_sqlite(&path).await,
            None => Self::connect_postgres(url).await,
        }
    }

    async fn open_sqlite(path: &std::path::Path) -> Result<Self, StoreError> {
        create_private(path);
        // The library reads the path as part of a URL; without this, `%20` would open another file than the lock's.
        let url = format!("sqlite://{}?mode=rwc", path.display().to_string().replace('%', "%25"));
        let write = Database::connect(sqlite_options(&url, 1, false)).await?;
        let read = Database::connect(sqlite_options(&url, SQLITE_READERS, true)).await?;
        Ok(Self::of(write, read, Some(path.to_owned())))
    }

    async fn connect_postgres(url: &str) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .test_before_acquire(false)
            .map_sqlx_postgres_opts(|postgres| {
                postgres.options([("lock_timeout", WRITE_WITHIN.as_millis().to_string())])
            });
        let pool = Database::connect(options).await?;
        Ok(Self::of(pool.clone(), pool, None))
    }

    fn of(write: DatabaseConnection, read: DatabaseConnection, file: Option<PathBuf>) -> Self {
        let faults = Faults::default();
        let watched = |pool| Watched { pool, faults: faults.clone() };
        Self { write: watched(write), read: watched(read), file }
    }

    /// For queries that change nothing.
    pub fn reader(&self) -> &impl ConnectionTrait {
        &self.read
    }

    /// For one statement that writes and is whole by itself. With more than one, use [`Db::begin_write`].
    pub fn writer(&self) -> &impl ConnectionTrait {
        &self.write
    }

    /// Begins a transaction that may write; on SQLite it has the write lock from the start.
    pub async fn begin_write(&self) -> Result<WriteTx, StoreError> {
        let mode = self.is_sqlite().then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: mode, ..Default::default() };
        let beginning = self.write.pool.begin_with_options(options);
        // On SQLite all wait for one another, also behind one that waits for another process.
        let within = if self.is_sqlite() { WRITE_WITHIN } else { Duration::MAX };
        let Ok(begun) = tokio::time::timeout(within, beginning).await else {
            return Err(StoreError::Unusable { fault: Fault::Busy, text: "no turn to write came".to_owned() });
        };
        Ok(WriteTx::of(self.write.faults.note(begun)?, self.write.faults.clone()))
    }

    /// Lets SQLite keep so many MiB of what it writes in memory, for as long as very much is written at once; PostgreSQL has
    /// a setting of its own. With what it keeps otherwise, it writes each page of an index again and again.
    pub async fn write_in(&self, mib: u32) -> Result<(), StoreError> {
        if self.is_sqlite() {
            let sql = format!("PRAGMA cache_size = -{}; PRAGMA shrink_memory", mib * 1024);
            self.write.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    /// Whether this is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        is_sqlite(&self.write)
    }

    /// Has every statement told after it ran, with its values: for tests and measurements.
    pub fn listen(&mut self, heard: impl Fn(&Heard) + Clone + Send + Sync + 'static) {
        for conn in [&mut self.read, &mut self.write] {
            let heard = heard.clone();
            conn.pool.set_metric_callback(move |told| {
                heard(&Heard { statement: told.statement.clone(), took: told.elapsed });
            });
        }
    }

    pub(crate) fn migrating(&self) -> &DatabaseConnection {
        &self.write.pool
    }

    /// Has nothing left in the files of what was deleted: on SQLite the write-ahead log is emptied and the index of the
    /// search written anew, on PostgreSQL the tables are swept. `false` where somebody else reads meanwhile, so that the log
    /// could not be emptied.
    ///
    /// # Errors
    /// When the database fails; nothing comes back by that.
    pub async fn sweep(&self) -> Result<bool, StoreError> {
        if !self.is_sqlite() {
            self.write.execute_unprepared("VACUUM").await?;
            return Ok(true);
        }
        self.write.execute_unprepared("INSERT INTO school_search(school_search) VALUES ('optimize')").await?;
        let statement = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = self.write.query_one_raw(statement).await?;
        let is_busy = row.map(|row| row.try_get_by_index::<i32>(0)).transpose()?;
        Ok(is_busy == Some(0))
    }

    /// Closes every connection; on SQLite this also folds the write-ahead log into the file.
    pub async fn close(self) {
        // Nothing can be done about a connection that is already gone.
        let _ = self.read.pool.close().await;
        let _ = self.write.pool.close().await;
    }
}

/// The file of a `sqlite:` URL; `None` for any other URL.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// Makes the file for the owner alone, before the library makes it for everyone; the files beside it take its mode.
fn create_private(path: &std::path::Path) {
    let mut options = std::fs::File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // What is wrong with the path, the library says in its own words when it opens it.
    drop(options.open(path));
}

fn sqlite_options(url: &str, connections: u32, is_reader: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false).test_before_acquire(false);
    options.acquire_timeout(Duration::from_secs(30)).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .pragma("journal_mode", "WAL")
            // With NORMAL the last commits may be lost when the power fails.
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            // Else deleted text stays readable in the file.
            .pragma("secure_delete", "ON")
            .pragma("query_only", if is_reader { "ON" } else { "OFF" })
            // The kernel keeps the file in memory once; each reader would keep two MiB of its own beside that.
            .pragma("cache_size", if is_reader { "-512" } else { "-2048" })
            .busy_timeout(SQLITE_BUSY)
    });
    options.map_sqlx_sqlite_pool_opts(|pool| pool.after_release(|conn, _| Box::pin(is_outside_transactions(conn))));
    options
}

/// Whether a connection that comes back may be used again.
///
/// When the disk is full, SQLite ends a transaction by itself. The library's own rollback then fails, it counts one
/// transaction too many, and makes of every later one a savepoint within one that is never committed.
async fn is_outside_transactions(conn: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A rollback that is still to come is done before this is answered.
    conn.ping().await?;
    Ok(!conn.is_in_transaction())
}

fn is_sqlite(conn: &impl ConnectionTrait) -> bool {
    conn.get_database_backend() == DatabaseBackend::Sqlite
}
