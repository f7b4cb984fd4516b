//! The audit trail, which the database itself keeps append-only.
//!
//! No foreign keys: an entry outlives what it is about. The triggers stop mistakes and casual tampering by somebody
//! who holds the connection; the chain of MACs shows what the owner of the database did to them.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

use crate::parts::{Subject, index};

pub(super) fn subject() -> Subject {
    Subject {
        tables: vec![audit()],
        indexes: vec![
            index("idx-audit-connection_id_id", "audit", &["connection_id", "id"]),
            index("idx-audit-connection_id_version", "audit", &["connection_id", "onboarding_version"]),
            index("idx-audit-action_at", "audit", &["action", "at"]),
        ],
    }
}

fn audit() -> TableCreateStatement {
    Table::create()
        .table("audit")
        .col(big_integer("id").primary_key())
        .col(uuid_null("connection_id"))
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

/// Has the database refuse to change or delete an entry.
pub(crate) async fn add_guards(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let guards = match manager.get_database_backend() {
        DbBackend::Sqlite => SQLITE_GUARDS,
        DbBackend::Postgres => POSTGRES_GUARDS,
        other => return Err(not_supported(other)),
    };
    manager.get_connection().execute_unprepared(guards).await?;
    Ok(())
}

/// Drops what the table did not take along.
pub(crate) async fn drop_guards(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared("DROP FUNCTION audit_is_append_only()").await?;
    }
    Ok(())
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
