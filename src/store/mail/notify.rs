//! A bell between instances: whoever puts mails in the outbox rings it, and every instance that listens hears it.
//!
//! PostgreSQL carries it, with the commit and not before. Of SQLite one process serves, which wakes its own worker.

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{DatabaseBackend, RuntimeErr, sqlx};

use crate::store::{ConnectionTrait, Db, StoreError};

/// The name that instances ring and listen by.
const MAIL: &str = "koppelklaar_mail";

/// What hears the bell.
#[derive(Debug)]
pub struct MailListener(Option<PgListener>);

/// Rings once the transaction is committed, however often this is called in it.
pub(in crate::store) async fn notify_mail(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    if conn.get_database_backend() == DatabaseBackend::Postgres {
        conn.execute_unprepared(&format!("NOTIFY {MAIL}")).await?;
    }
    Ok(())
}

impl MailListener {
    /// Listens from now on, over a connection of its own.
    pub async fn listen(db: &Db) -> Result<Self, StoreError> {
        if db.is_sqlite() {
            return Ok(Self(None));
        }
        let mut listener = PgListener::connect_with(db.write.get_postgres_connection_pool()).await.map_err(lost)?;
        listener.listen(MAIL).await.map_err(lost)?;
        Ok(Self(Some(listener)))
    }

    /// Waits until it rings, or may have rung unheard because the connection was lost and is there again.
    ///
    /// # Errors
    /// When the connection is lost and cannot be made again.
    pub async fn notified(&mut self) -> Result<(), StoreError> {
        match &mut self.0 {
            Some(listener) => listener.try_recv().await.map(drop).map_err(lost),
            None => std::future::pending().await,
        }
    }
}

fn lost(error: sqlx::Error) -> StoreError {
    sea_orm::DbErr::Conn(RuntimeErr::SqlxError(error.into())).into()
}
