//! An index for the order of each list that would have to sort what it finds; and beside each line of the audit the step
//! that it is about, so that the page of a step finds its lines among many; and with each check status what lists and
//! counts of them go by.
//!
//! The step follows from the line and is no part of its hash. The guard of the audit is taken away for the filling in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const STOPPED: &str = "idx-address_mark-bounced_at_stopped_at";
const OF_STEP: &str = "idx-audit-connection_id_step";
const OF_ACTION: &str = "idx-audit-connection_id_action";

/// Over the few rows that a list shows of many; the library writes no such index.
const PARTIAL: [(&str, &str); 2] = [
    (
        "idx-onboarding-waits_on_kurve",
        r#"ON "onboarding" ("is_stuck" DESC, "kurve_since", "connection_id") WHERE "kurve_since" IS NOT NULL"#,
    ),
    (
        "idx-onboarding-without_answer",
        r#"ON "onboarding" ("no_answer_since", "connection_id") WHERE "no_answer_since" IS NOT NULL"#,
    ),
];

/// For the lists of connections by how their last check ended, by who has to act, and by its age.
const OF_CHECKS: [(&str, &[&str]); 6] = [
    ("idx-check_status-name", &["name", "connection_id"]),
    ("idx-check_status-last_code_name", &["last_code", "name", "connection_id"]),
    ("idx-check_status-has_failed_name", &["has_failed", "name", "connection_id"]),
    ("idx-check_status-is_lost_name", &["is_lost", "name", "connection_id"]),
    ("idx-check_status-turn", &["turn", "failing_since", "ends_so_since", "connection_id"]),
    ("idx-check_status-age", &["last_checked_at", "connection_id"]),
];

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
        add_to_checks(manager).await?;
        for (name, columns) in OF_CHECKS {
            manager.create_index(index(name, "check_status", columns)).await?;
        }
        for (name, of) in PARTIAL {
            manager.get_connection().execute_unprepared(&format!(r#"CREATE INDEX "{name}" {of}"#)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in PARTIAL {
            manager.get_connection().execute_unprepared(&format!(r#"DROP INDEX "{name}""#)).await?;
        }
        for (name, _) in OF_CHECKS {
            manager.drop_index(Index::drop().name(name).table("check_status").to_owned()).await?;
        }
        for column in ["name", "has_failed", "turn"] {
            manager.alter_table(Table::alter().table("check_status").drop_column(column).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("check_tally").to_owned()).await?;
        manager.drop_index(Index::drop().name(STOPPED).table("address_mark").to_owned()).await?;
        for name in [OF_STEP, OF_ACTION] {
            manager.drop_index(Index::drop().name(name).table("audit").to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("audit").drop_column("step").to_owned()).await
    }
}

/// What lists and counts of check statuses go by, and what it is now.
async fn add_to_checks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ColumnDef::new("name").text().null().to_owned(),
        ColumnDef::new("has_failed").boolean().null().to_owned(),
        ColumnDef::new("turn").text().null().to_owned(),
    ];
    for column in columns {
        manager.alter_table(Table::alter().table("check_status").add_column(column).to_owned()).await?;
    }
    let tally =
        Table::create().table("check_tally").col(text("code").primary_key()).col(big_integer("connections")).to_owned();
    manager.create_table(tally).await?;
    for statement in FILL_CHECKS {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

const FILL_CHECKS: [&str; 3] = [
    "UPDATE check_status SET
        name = (SELECT connection.name FROM connection WHERE connection.id = check_status.connection_id),
        has_failed = CASE WHEN last_code IS NULL THEN NULL ELSE last_code <> 'ok' END,
        turn = CASE
            WHEN is_lost OR last_code IS NULL OR last_code = 'ok' THEN NULL
            WHEN last_code = 'port_silent' THEN 'magister'
            WHEN last_code IN ('host_unknown', 'login_refused', 'list_not_granted', 'service_not_granted',
                'list_empty', 'list_shrunk') THEN 'school'
            ELSE 'kurve' END",
    "INSERT INTO check_tally (code, connections)
        SELECT COALESCE(last_code, 'never'), COUNT(*) FROM check_status GROUP BY COALESCE(last_code, 'never')",
    "INSERT INTO check_tally (code, connections)
        SELECT 'lost', n FROM (SELECT COUNT(*) AS n FROM check_status WHERE is_lost) AS lost WHERE n > 0",
];

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
