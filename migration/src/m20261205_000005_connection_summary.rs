//! What lists show of the connections that are or were checked, a narrow row each, with an index for each filter in the
//! order of the list, and how many ended how; and which yes of a school the newest check denies. The rows come from several tables, so the program fills the table, after this step.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, integer, text, text_null, timestamp_with_time_zone_null, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::{Subject, foreign_key, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "connection_summary";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let Subject { tables, indexes } = subject();
        for table in tables {
            manager.create_table(table).await?;
        }
        // The order of both databases, whatever the locale of the server.
        if manager.get_database_backend() == DbBackend::Postgres {
            let in_bytes = "ALTER TABLE connection_summary ALTER COLUMN sort_name TYPE text COLLATE \"C\"";
            manager.get_connection().execute_unprepared(in_bytes).await?;
        }
        for index in indexes {
            manager.create_index(index).await?;
        }
        let doubted = Table::alter().table("school_summary").add_column(text_null("doubted_gates")).to_owned();
        manager.alter_table(doubted).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("school_summary").drop_column("doubted_gates").to_owned()).await?;
        subject().drop(manager).await
    }
}

fn subject() -> Subject {
    let table = Table::create()
        .table(TABLE)
        .col(uuid("connection_id").primary_key())
        .col(text("sort_name"))
        .col(text_null("last_code"))
        .col(timestamp_with_time_zone_null("last_checked_at"))
        .col(text_null("holder"))
        .col(boolean("is_lost"))
        .col(timestamp_with_time_zone_null("lost_since"))
        .col(timestamp_with_time_zone_null("kurve_since"))
        .col(timestamp_with_time_zone_null("certificate_until"))
        .foreign_key(&mut foreign_key(TABLE, "connection_id", "connection"))
        .to_owned();
    let by_name = ["sort_name", "connection_id"];
    let with_fault = index("idx-connection_summary-with_fault", TABLE, &by_name)
        .and_where(Expr::col("last_code").ne("ok"))
        .to_owned();
    // PostgreSQL takes the rows without a value for in no order, also where the index has one.
    let never = index("idx-connection_summary-never_checked", TABLE, &by_name)
        .and_where(Expr::col("last_code").is_null())
        .to_owned();
    let lost = index("idx-connection_summary-lost", TABLE, &by_name).and_where(Expr::col("is_lost")).to_owned();
    let indexes = vec![
        index("idx-connection_summary-sort_name_connection_id", TABLE, &by_name),
        index("idx-connection_summary-last_code", TABLE, &["last_code", "sort_name", "connection_id"]),
        with_fault,
        never,
        lost,
        index("idx-connection_summary-last_checked_at", TABLE, &["last_checked_at", "connection_id"]),
        index("idx-connection_summary-lost_since", TABLE, &["lost_since", "connection_id"]),
        index("idx-connection_summary-kurve_since", TABLE, &["kurve_since", "connection_id"]),
        index("idx-connection_summary-certificate_until", TABLE, &["certificate_until", "connection_id"]),
    ];
    let count = Table::create()
        .table("check_count")
        .col(text("code"))
        .col(text("holder"))
        .col(integer("n"))
        .primary_key(Index::create().col("code").col("holder"))
        .to_owned();
    Subject { tables: vec![table, count], indexes }
}
