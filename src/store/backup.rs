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
