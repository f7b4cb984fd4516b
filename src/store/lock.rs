//! Locks that the two databases give in different ways.

use sea_orm::{DatabaseBackend, Statement};

use super::{ConnectionTrait, StoreError};

/// The numbers of our advisory locks on PostgreSQL: arbitrary, and the same in every instance.
const AUDIT_TAIL: i64 = 0x6b6f_7070_0001;

/// Holds an address until the transaction ends, so that links for it are asked for one after another.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_address(conn: &impl ConnectionTrait, email_key: &str) -> Result<(), StoreError> {
    hold_text(conn, email_key).await
}

/// Holds the count of wrong codes until the transaction ends, so that guesses that come at once are heard one after another.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_guesses(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    hold_text(conn, "guesses").await
}

/// Holds the count of mails that strangers have us write until the transaction ends, so that they are counted one by one.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_asked_mails(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    hold_text(conn, "asked_mails").await
}

/// Holds the state of outages until the transaction ends, so that one is noticed and ended once.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_outage(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    hold_text(conn, "outage").await
}

/// Holds what is kept of the keys until the transaction ends, so that instances that start together keep one ring.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_keys(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    hold_text(conn, "key_fingerprint").await
}

/// Holds runs of connection checks until the transaction ends, so that they are asked for one after another.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_check_runs(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    hold_text(conn, "check_run").await
}

async fn hold_text(conn: &impl ConnectionTrait, text: &str) -> Result<(), StoreError> {
    if conn.get_database_backend() == DatabaseBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
        let statement = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [text.into()]);
        conn.execute_raw(statement).await?;
    }
    Ok(())
}

/// Holds the end of the audit until the transaction ends, so that every entry follows the one before, and every event of
/// the feed. Do this last: it makes other writers wait.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_audit_tail(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    if conn.get_database_backend() == DatabaseBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock($1)";
        let statement = Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [AUDIT_TAIL.into()]);
        conn.execute_raw(statement).await?;
    }
    Ok(())
}

/// Holds all that is counted until the transaction ends, so that it can be counted anew while others go on.
///
/// On SQLite the transaction already is the only one that writes.
pub async fn hold_tally(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    if conn.get_database_backend() == DatabaseBackend::Postgres {
        conn.execute_unprepared("LOCK TABLE check_count, weekly_figure, standing IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(())
}
