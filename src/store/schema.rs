//! The shape of the database: making it, and telling whether it is up to date.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};

use super::onboarding::upkeep::{self, Which};
use super::operations::recount;
use super::{Db, StoreError};

/// The number of our advisory lock on PostgreSQL while migrating.
const MIGRATING: i64 = 0x6b6f_7070_0002;

/// Brings the database up to date, with what lists show, and returns how many steps that took.
///
/// Instances that start together wait for one another: on PostgreSQL by an advisory lock; on SQLite the caller holds
/// the lock on the file.
///
/// # Errors
/// When a step fails; that step is undone.
pub async fn migrate(db: &Db) -> Result<usize, StoreError> {
    migrate_with(db, Which::Missing).await
}

/// The same, and says which rows of what lists show are written.
///
/// # Errors
/// When a step fails; that step is undone.
pub async fn migrate_with(db: &Db, which: Which) -> Result<usize, StoreError> {
    let conn = db.migrating();
    if conn.get_database_backend() != DatabaseBackend::Postgres {
        return migrate_alone(db, which).await;
    }
    let tx = db.begin_write().await?;
    // The steps of another instance may take minutes.
    tx.conn().execute_unprepared("SET LOCAL lock_timeout = 0").await?;
    let sql = "SELECT pg_advisory_xact_lock($1)";
    let statement = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [MIGRATING.into()]);
    tx.conn().execute_raw(statement).await?;
    let steps = migrate_alone(db, which).await?;
    tx.commit().await?;
    Ok(steps)
}

async fn migrate_alone(db: &Db, which: Which) -> Result<usize, StoreError> {
    let missing = pending(db).await?;
    Migrator::up(db.migrating(), None).await?;
    // Also where no step was missing: a run before this one may have been cut short.
    upkeep::fill(db, which).await?;
    recount::fill_if_empty(db).await?;
    Ok(missing)
}

/// Which steps the database went through, as far as can be read without writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// How many it went through.
    pub applied: usize,
    /// The name of the newest of them.
    pub newest: String,
    /// How many of ours it is behind.
    pub behind: usize,
}

/// Which steps the database went through; changes nothing, not even where there are none.
pub async fn look(db: &Db) -> Result<Steps, StoreError> {
    let sql = "SELECT version FROM seaql_migrations";
    let rows = db.reader().query_all_raw(Statement::from_string(db.read.get_database_backend(), sql)).await?;
    let applied = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<BTreeSet<_>, _>>()?;
    let ours = Migrator::migrations();
    Ok(Steps {
        applied: applied.len(),
        // The names of steps are in their order.
        newest: applied.last().cloned().unwrap_or_default(),
        behind: ours.iter().filter(|step| !applied.contains(step.name())).count(),
    })
}

/// How many steps the database is behind.
///
/// # Errors
/// `OtherRelease` when it went through steps that this release does not have, and `NewerRelease` when those came after it.
pub async fn pending(db: &Db) -> Result<usize, StoreError> {
    match Migrator::get_pending_migrations(db.migrating()).await {
        Ok(steps) => Ok(steps.len()),
        // The migrator says nothing else in words of its own.
        Err(DbErr::Custom(_)) => Err(other_release(db).await?),
        Err(error) => Err(error.into()),
    }
}

/// By which release a database was made, that went through steps that this one does not have. The names of steps are in
/// their order.
async fn other_release(db: &Db) -> Result<StoreError, StoreError> {
    let applied = Migrator::get_migration_models(db.migrating()).await?;
    let last = Migrator::migrations().last().map(|step| step.name().to_owned());
    let newest = applied.into_iter().map(|step| step.version).max();
    Ok(match newest {
        Some(step) if last.is_some_and(|last| step > last) => StoreError::NewerRelease { step },
        Some(_) | None => StoreError::OtherRelease,
    })
}
