//! Texts that people typed and names leave the chain of the audit for a table of their own, so that they can be erased.
//!
//! Entries from before it stay as they are: the database refuses to change them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let audit_text = Table::create()
            .table("audit_text")
            .col(big_integer("audit_id"))
            .col(text("field"))
            .col(blob("salt"))
            .col(text("text"))
            .primary_key(Index::create().col("audit_id").col("field"))
            .to_owned();
        manager.create_table(audit_text).await?;
        let guards = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_GUARDS,
            DbBackend::Postgres => POSTGRES_GUARDS,
            other => return Err(DbErr::Migration(format!("audit_text has no guards for {other:?}"))),
        };
        manager.get_connection().execute_unprepared(guards).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_text").to_owned()).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_text_is_kept()").await?;
        }
        Ok(())
    }
}

// A text may go, and that is all. `INSERT OR REPLACE` would change one without firing the first.
const SQLITE_GUARDS: &str = "
CREATE TRIGGER audit_text_refuses_update BEFORE UPDATE ON audit_text
BEGIN SELECT RAISE(ABORT, 'audit_text is not changed'); END;

CREATE TRIGGER audit_text_refuses_replace BEFORE INSERT ON audit_text
WHEN EXISTS (SELECT 1 FROM audit_text WHERE audit_id = NEW.audit_id AND field = NEW.field)
BEGIN SELECT RAISE(ABORT, 'audit_text is not changed'); END;
";

const POSTGRES_GUARDS: &str = "
CREATE OR REPLACE FUNCTION audit_text_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_text is not changed';
END
$$;

CREATE TRIGGER audit_text_refuses_change BEFORE UPDATE OR TRUNCATE ON audit_text
FOR EACH STATEMENT EXECUTE FUNCTION audit_text_is_kept();
";
