//! Notifications between instances: whoever puts mails in the outbox sends one, and every instance that listens
//! receives it.
//!
//! PostgreSQL delivers it with the commit and not before. On SQLite one process serves, which wakes its own worker.

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{DatabaseBackend, RuntimeErr, sqlx};

use crate::store::{ConnectionTrait, Db, StoreError};

/// The channel of the notifications.
const MAIL: &str = "koppelklaar_mail";

/// A listener for notifications of mails.
#[derive(Debug)]
pub struct MailListener(Option<PgListener>);

/// Notifies once the transaction is committed, however often this is called in it.
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
        let mut listener =
            PgListener::connect_with(db.write.pool.get_postgres_connection_pool()).await.map_err(lost)?;
        listener.listen(MAIL).await.map_err(lost)?;
        Ok(Self(Some(listener)))
    }

    /// Waits for a notification, or for a new connection after one was lost, since a notification may have been missed
    /// meanwhile.
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
