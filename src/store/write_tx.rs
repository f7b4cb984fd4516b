//! A write transaction, which knows of which connections it changes something that lists show.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use sea_orm::entity::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, ExecResult, QueryResult, Statement};

use super::fault::Faults;
use super::onboarding::summaries;
use super::operations::feed::Known;
use super::{Changing, StoreError};
use crate::domain::ids::ConnectionId;

/// A write transaction; dropped without [`WriteTx::commit`] it leaves nothing behind.
#[derive(Debug)]
pub struct WriteTx {
    tx: DatabaseTransaction,
    faults: Faults,
    touched: Mutex<BTreeSet<ConnectionId>>,
}

impl WriteTx {
    pub(super) fn of(tx: DatabaseTransaction, faults: Faults) -> Self {
        Self { tx, faults, touched: Mutex::default() }
    }

    /// The connection to run queries on.
    pub fn conn(&self) -> &impl Changing {
        self
    }

    /// Writes anew what lists show of the connections that were changed until now. [`WriteTx::commit`] does so too:
    /// this is for who has something to do after it. The result is the schools of those connections.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle(&self) -> Result<BTreeMap<ConnectionId, Vec<Known>>, StoreError> {
        let touched = std::mem::take(&mut *self.touched.lock());
        summaries::refresh(self, &touched).await
    }

    /// Makes everything lasting, at once.
    ///
    /// # Errors
    /// When the database refuses; then nothing changed.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.settle().await?;
        self.faults.note(self.tx.commit().await)?;
        self.faults.has_room();
        Ok(())
    }
}

impl Changing for WriteTx {
    fn touch(&self, connection: ConnectionId) {
        self.touched.lock().insert(connection);
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for WriteTx {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.tx.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.faults.note(self.tx.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.faults.note(self.tx.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.faults.note(self.tx.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.faults.note(self.tx.query_all_raw(statement).await)
    }
}
