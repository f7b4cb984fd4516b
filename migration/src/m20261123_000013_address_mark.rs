//! What is known of an address, whoever of which school has it: does mail arrive, and which mail does it not want.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(address_mark()).await?;
        create_indexes(manager, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["address_mark"]).await
    }
}

fn address_mark() -> TableCreateStatement {
    Table::create()
        .table("address_mark")
        .col(text("address_key").primary_key())
        .col(timestamp_with_time_zone_null("bounced_at"))
        .col(text_null("bounce_code"))
        .col(timestamp_with_time_zone_null("reminders_stopped_at"))
        .col(timestamp_with_time_zone_null("digest_stopped_at"))
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 2] {
    [
        index("idx-address_mark-bounced_at", "address_mark", &["bounced_at"]),
        index("idx-address_mark-reminders_stopped_at", "address_mark", &["reminders_stopped_at"]),
    ]
}
