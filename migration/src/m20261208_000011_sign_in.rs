//! Where a sign-in link was asked from, the browsers that somebody signed in with before, and what strangers did by the
//! hour: wrong codes, and mails that they had us write.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, integer, text, timestamp_with_time_zone, uuid};

use crate::parts::{Subject, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("network_key").text().null().to_owned();
        manager.alter_table(Table::alter().table("access_link").add_column(column).to_owned()).await?;
        subject().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await?;
        manager.alter_table(Table::alter().table("access_link").drop_column("network_key").to_owned()).await
    }
}

fn subject() -> Subject {
    let known_browser = Table::create()
        .table("known_browser")
        .col(uuid("id").primary_key())
        .col(text("email_key"))
        .col(blob("browser_hash"))
        .col(timestamp_with_time_zone("seen_at"))
        .to_owned();
    let stranger_count = Table::create()
        .table("stranger_count")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(timestamp_with_time_zone("hour"))
        .col(integer("n"))
        .col(timestamp_with_time_zone("last_at"))
        .to_owned();
    Subject {
        tables: vec![known_browser, stranger_count],
        indexes: vec![
            unique_index("idx-known_browser-email_key_browser_hash", "known_browser", &["email_key", "browser_hash"]),
            index("idx-known_browser-seen_at", "known_browser", &["seen_at"]),
            unique_index("idx-stranger_count-name_hour", "stranger_count", &["name", "hour"]),
            index("idx-stranger_count-hour", "stranger_count", &["hour"]),
        ],
    }
}
