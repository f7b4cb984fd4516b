//! A pool that keeps in mind what its database could not do.

use sea_orm::entity::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, ExecResult, QueryResult, Statement};

use super::fault::Faults;

/// A pool, of which every error is noted.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) pool: DatabaseConnection,
    pub(super) faults: Faults,
}

#[async_trait::async_trait]
impl ConnectionTrait for Watched {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = self.faults.note(self.pool.execute_raw(statement).await)?;
        if done.rows_affected() > 0 {
            self.faults.has_room();
        }
        Ok(done)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.faults.note(self.pool.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.faults.note(self.pool.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.faults.note(self.pool.query_all_raw(statement).await)
    }
}
