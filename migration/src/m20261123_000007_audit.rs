//! The audit trail, which the database itself keeps append-only.
//!
//! No foreign keys: an entry outlives what it is about. The triggers stop mistakes and casual tampering by somebody
//! who holds the connection; the chain of MACs shows what the owner of the database did to them.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

use crate::parts::{create_indexes, drop_tables, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit()).await?;
        create_indexes(manager, audit_indexes()).await?;
        let guards = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE_GUARDS,
            DbBackend::Postgres => POSTGRES_GUARDS,
            other => return Err(not_supported(other)),
        };
        manager.get_connection().execute_unprepared(guards).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["audit"]).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            let drop_function = "DROP FUNCTION audit_is_append_only()";
            manager.get_connection().execute_unprepared(drop_function).await?;
        }
        Ok(())
    }
}

fn audit() -> TableCreateStatement {
    Table::create()
        .table("audit")
        .col(big_integer("id").primary_key())
        .col(uuid_null("school_id"))
        .col(integer_null("onboarding_version"))
        .col(text("actor_kind"))
        .col(uuid_null("actor_id"))
        .col(text("action"))
        .col(text("payload"))
        .col(timestamp_with_time_zone("at"))
        .col(text("request_id"))
        .col(text("key_id"))
        .col(blob("prev_mac"))
        .col(blob("mac"))
        .to_owned()
}

fn audit_indexes() -> [IndexCreateStatement; 1] {
    [index("idx-audit-school_id_id", "audit", &["school_id", "id"])]
}

fn not_supported(backend: DbBackend) -> DbErr {
    DbErr::Migration(format!("audit has no guards for {backend:?}"))
}

// `INSERT OR REPLACE` deletes the old row without firing the DELETE trigger, hence the third.
const SQLITE_GUARDS: &str = "
CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TRIGGER audit_refuses_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
";

// Per statement, so that it also refuses TRUNCATE and `INSERT … ON CONFLICT DO UPDATE`.
const POSTGRES_GUARDS: &str = "
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit is append-only';
END
$$;

CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
";
