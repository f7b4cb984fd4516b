//! A whole copy of a SQLite database, made while others write; and a look into such a copy that changes nothing.
//!
//! The copy is made by `VACUUM INTO`: one statement, one reading transaction, so it is the database of one moment, and who
//! writes does not wait for it. The library does not reach SQLite's own backup functions, and this crate has no unsafe code
//! to call them with; they would begin anew at each write of another process, and keep what was deleted. PostgreSQL has
//! `pg_dump`.

use std::path::Path;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{ConnectOptions, Database, DbErr, RuntimeErr, Statement};

use super::{ConnectionTrait, Db, Fault, SQLITE_BUSY, StoreError};

/// More events than come between a backup and the moment that one goes back to it.
const FREE_PLACES: i64 = 1_000_000;

/// Writes all that a SQLite database holds into an empty file. The files beside it are not written to.
///
/// # Errors
/// When it cannot be read, or there is no room for the copy; then the file holds a part of it.
pub async fn copy_into(database: &Path, copy: &Path) -> Result<(), StoreError> {
    let Some(target) = copy.to_str() else {
        return Err(StoreError::Database("the path of the copy is no text".to_owned()));
    };
    let mut conn = open(database).await?;
    let copied = sqlx::query("VACUUM INTO ?").bind(target).execute(&mut conn).await;
    // What was read is read, however the connection ends.
    let _ = conn.close().await;
    copied.map(drop).map_err(failed)
}

/// Whether nobody has a SQLite database open. Where it can be read, what stands in the files beside it is folded into it
/// first, and those files are gone after it.
///
/// # Errors
/// `Unusable` with `Busy` when somebody has. One that cannot be read is nobody's.
pub async fn check_is_alone(database: &Path) -> Result<(), StoreError> {
    match fold(database).await.map_err(failed) {
        Err(error @ StoreError::Unusable { fault: Fault::Busy, .. }) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Moves the newest event of the feed far on, in a copy that will be a database again: others may have read events that
/// came after the copy, and a place that was given once is not given twice. Who goes on from such a place is told that
/// what came after it is not kept. An endpoint that was told of that newest event is not told anew.
///
/// # Errors
/// When the copy cannot be written.
pub async fn leave_places_free(copy: &Path) -> Result<(), StoreError> {
    move_newest(copy).await.map_err(failed)
}

async fn move_newest(copy: &Path) -> Result<(), sqlx::Error> {
    let mut conn = SqliteConnection::connect_with(&existing(copy).journal_mode(SqliteJournalMode::Delete)).await?;
    let mut tx = conn.begin().await?;
    let known = "SELECT count(*) FROM sqlite_master WHERE name IN ('feed_event', 'webhook_endpoint')";
    // A copy of an older release has none.
    if sqlx::query_scalar::<_, i64>(known).fetch_one(&mut *tx).await? == 2 {
        for on in [
            "UPDATE webhook_endpoint SET told_through = told_through + ?
                WHERE told_through = (SELECT max(number) FROM feed_event)",
            "UPDATE feed_event SET number = number + ? WHERE number = (SELECT max(number) FROM feed_event)",
        ] {
            sqlx::query(on).bind(FREE_PLACES).execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    conn.close().await
}

async fn fold(database: &Path) -> Result<(), sqlx::Error> {
    // Leaving the write-ahead log takes the file for oneself.
    let options = existing(database).journal_mode(SqliteJournalMode::Delete);
    SqliteConnection::connect_with(&options).await?.close().await
}

async fn open(database: &Path) -> Result<SqliteConnection, StoreError> {
    SqliteConnection::connect_with(&existing(database)).await.map_err(failed)
}

/// A database that is there: it is not made.
fn existing(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(database).create_if_missing(false).busy_timeout(SQLITE_BUSY)
}

fn failed(error: sqlx::Error) -> StoreError {
    DbErr::Exec(RuntimeErr::SqlxError(error.into())).into()
}

impl Db {
    /// Opens a copy that nobody writes to, and neither does this: no file is made beside it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open_copy(path: &Path) -> Result<Self, StoreError> {
        let url = format!("sqlite://{}?mode=ro&immutable=1", path.display().to_string().replace('%', "%25"));
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false).test_before_acquire(false);
        let pool = Database::connect(options).await?;
        Ok(Self::of(pool.clone(), pool, None))
    }

    /// Whether all of a copy is as SQLite wrote it, its indexes included, and is a database of this program.
    ///
    /// # Errors
    /// `Unusable` with `Damaged` when it is not whole, or is no SQLite database; `Missing` when it is another program's.
    pub async fn check_copy(&self) -> Result<(), StoreError> {
        if self.first_text("PRAGMA integrity_check(1)").await?.as_deref() != Some("ok") {
            return Err(StoreError::Unusable { fault: Fault::Damaged, text: "not all of it is whole".to_owned() });
        }
        let table = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'";
        match self.first_text(table).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::Missing { table: "seaql_migrations" }),
        }
    }

    async fn first_text(&self, sql: &str) -> Result<Option<String>, StoreError> {
        let statement = Statement::from_string(self.read.get_database_backend(), sql);
        let found = self.read.query_one_raw(statement).await?;
        Ok(found.map(|row| row.try_get_by_index(0)).transpose()?)
    }
}
