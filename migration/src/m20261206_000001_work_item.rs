//! What waits on Kurve, a narrow row each, in the order of the worklist for each kind and for who took it; who took which
//! connection; and what a colleague wants of the worklist itself. The program fills the rows after this step: it empties
//! the list of schools, which is written along with them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, text, timestamp_with_time_zone, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::{Subject, foreign_key, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "work_item";

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
            let in_bytes = "ALTER TABLE work_item ALTER COLUMN key TYPE text COLLATE \"C\"";
            manager.get_connection().execute_unprepared(in_bytes).await?;
        }
        for index in indexes {
            manager.create_index(index).await?;
        }
        manager.get_connection().execute_unprepared("DELETE FROM school_summary").await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await
    }
}

fn subject() -> Subject {
    let table = Table::create()
        .table(TABLE)
        .col(text("key").primary_key())
        .col(text("kind"))
        .col(uuid("connection_id"))
        .col(text("subject"))
        .col(timestamp_with_time_zone("since"))
        .col(uuid("taken_by"))
        .foreign_key(&mut foreign_key(TABLE, "connection_id", "connection"))
        .to_owned();
    let taking = Table::create()
        .table("taking")
        .col(uuid("connection_id").primary_key())
        .col(uuid("staff_id"))
        .col(timestamp_with_time_zone("taken_at"))
        .foreign_key(&mut foreign_key("taking", "connection_id", "connection"))
        .foreign_key(&mut foreign_key("taking", "staff_id", "staff"))
        .to_owned();
    let setting = Table::create()
        .table("desk_setting")
        .col(uuid("staff_id").primary_key())
        .col(boolean("has_keys"))
        .foreign_key(&mut foreign_key("desk_setting", "staff_id", "staff"))
        .to_owned();
    let indexes = vec![
        index("idx-work_item-kind_since_key", TABLE, &["kind", "since", "key"]),
        index("idx-work_item-kind_taken_by_since_key", TABLE, &["kind", "taken_by", "since", "key"]),
        index("idx-work_item-connection_id", TABLE, &["connection_id"]),
        index("idx-taking-staff_id", "taking", &["staff_id"]),
    ];
    Subject { tables: vec![table, taking, setting], indexes }
}
