//! An index for the order of each list that would have to sort what it finds; and beside each line of the audit the step
//! that it is about, so that the page of a step finds its lines among many.
//!
//! The step follows from the line and is no part of its hash. The guard of the audit is taken away for the filling in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const STOPPED: &str = "idx-address_mark-bounced_at_stopped_at";
const OF_STEP: &str = "idx-audit-connection_id_step";
const OF_ACTION: &str = "idx-audit-connection_id_action";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let step = ColumnDef::new("step").text().null().to_owned();
        manager.alter_table(Table::alter().table("audit").add_column(step).to_owned()).await?;
        fill_in_steps(manager).await?;
        manager.create_index(index(OF_STEP, "audit", &["connection_id", "step", "id"])).await?;
        manager.create_index(index(OF_ACTION, "audit", &["connection_id", "action", "id"])).await?;
        manager.create_index(index(STOPPED, "address_mark", &["bounced_at", "reminders_stopped_at"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(STOPPED).table("address_mark").to_owned()).await?;
        for name in [OF_STEP, OF_ACTION] {
            manager.drop_index(Index::drop().name(name).table("audit").to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("audit").drop_column("step").to_owned()).await
    }
}

/// The steps of lines that are here.
async fn fill_in_steps(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let conn = manager.get_connection();
    let (open, named, close) = match manager.get_database_backend() {
        DbBackend::Sqlite => ("DROP TRIGGER audit_refuses_update", "json_extract(payload, '$.step')", SQLITE_GUARD),
        DbBackend::Postgres => (
            "ALTER TABLE audit DISABLE TRIGGER audit_refuses_change",
            "payload::jsonb ->> 'step'",
            "ALTER TABLE audit ENABLE TRIGGER audit_refuses_change",
        ),
        other => return Err(DbErr::Migration(format!("audit has no guards for {other:?}"))),
    };
    conn.execute_unprepared(open).await?;
    let fill = format!(
        "UPDATE audit SET step = CASE
            WHEN action IN ('school_registered', 'details_changed') THEN 'details_submitted'
            WHEN action IN ('credentials_issued', 'credentials_handed_again') THEN 'credentials_issued'
            WHEN action IN ('password_gone', 'password_asked', 'password_revealed', 'reveal_closed') THEN 'password_set'
            WHEN action = 'query_downloaded' THEN 'query_executed'
            WHEN action = 'check_overridden' THEN 'activation_confirmed'
            ELSE {named} END
         WHERE connection_id IS NOT NULL"
    );
    conn.execute_unprepared(&fill).await?;
    conn.execute_unprepared(close).await?;
    Ok(())
}

const SQLITE_GUARD: &str = "CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END";
