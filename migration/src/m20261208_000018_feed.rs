//! The feed of what happens to schools, for machines; what a key may ask; and since when each school is as lists show it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, timestamp_with_time_zone, uuid};

use crate::parts::{Subject, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SUMMARY: &str = "school_summary";
const CHANGED: &str = "idx-school_summary-changed_at_school_id";
const CHANGED_BY_VERDICT: &str = "idx-school_summary-may_import_changed_at_school_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().create(manager).await?;
        let scopes = ColumnDef::new("scopes").text().null().to_owned();
        let expires_at = ColumnDef::new("expires_at").timestamp_with_time_zone().null().to_owned();
        let may_import = ColumnDef::new("may_import").boolean().null().to_owned();
        let changed_at = ColumnDef::new("changed_at").timestamp_with_time_zone().null().to_owned();
        for (table, column) in
            [("api_key", scopes), ("api_key", expires_at), (SUMMARY, may_import), (SUMMARY, changed_at)]
        {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        manager.get_connection().execute_unprepared(FILL).await?;
        manager.create_index(index(CHANGED, SUMMARY, &["changed_at", "school_id"])).await?;
        manager.create_index(index(CHANGED_BY_VERDICT, SUMMARY, &["may_import", "changed_at", "school_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [CHANGED, CHANGED_BY_VERDICT] {
            manager.drop_index(Index::drop().name(name).table(SUMMARY).to_owned()).await?;
        }
        for (table, column) in
            [("api_key", "scopes"), ("api_key", "expires_at"), (SUMMARY, "may_import"), (SUMMARY, "changed_at")]
        {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        subject().drop(manager).await
    }
}

/// As the lists are written from now on.
const FILL: &str = "UPDATE school_summary SET
    may_import = (status <> 'withdrawn' AND gate_consent AND gate_webservice AND gate_password AND gate_allowlisting
        AND gate_activation),
    changed_at = (SELECT CASE WHEN onboarding.updated_at > school.updated_at THEN onboarding.updated_at ELSE school.updated_at END
        FROM school JOIN onboarding ON onboarding.connection_id = school.connection_id
        WHERE school.id = school_summary.school_id)";

fn subject() -> Subject {
    let feed_event = Table::create()
        .table("feed_event")
        .col(big_integer("number").primary_key())
        .col(uuid("id"))
        .col(text("kind"))
        .col(uuid("school_id"))
        .col(uuid("connection_id"))
        .col(text("brin"))
        .col(text("verdict"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone("at"))
        .to_owned();
    Subject { tables: vec![feed_event], indexes: vec![index("idx-feed_event-at", "feed_event", &["at"])] }
}
