//! A connection to the database that counts the statements that go through it.

use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::entity::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

/// Counts the statements that go through it.
pub(crate) struct Counting<'a, C> {
    conn: &'a C,
    statements: AtomicUsize,
}

impl<'a, C> Counting<'a, C> {
    pub(crate) fn new(conn: &'a C) -> Self {
        Self { conn, statements: AtomicUsize::new(0) }
    }

    /// How many there were.
    pub(crate) fn statements(self) -> usize {
        self.statements.into_inner()
    }

    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Counting<'_, C> {
    fn get_database_backend(&self) -> DbBackend {
        self.conn.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.count();
        self.conn.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.count();
        self.conn.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.count();
        self.conn.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.count();
        self.conn.query_all_raw(statement).await
    }
}
