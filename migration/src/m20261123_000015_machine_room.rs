//! What Kurve sees of the machine room: signs of life of what runs by itself, and the outbox by page.
//!
//! Ids of mails rise with time, so a page of the outbox starts after an id: one index for each way to filter.

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
        manager.create_table(heartbeat()).await?;
        create_indexes(manager, outbox_indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["idx-outbox-kind_status_id", "idx-outbox-kind_id", "idx-outbox-status_id"] {
            manager.drop_index(Index::drop().name(name).table("outbox").to_owned()).await?;
        }
        drop_tables(manager, &["heartbeat"]).await
    }
}

fn heartbeat() -> TableCreateStatement {
    Table::create().table("heartbeat").col(text("name").primary_key()).col(timestamp_with_time_zone("at")).to_owned()
}

fn outbox_indexes() -> [IndexCreateStatement; 3] {
    [
        index("idx-outbox-status_id", "outbox", &["status", "id"]),
        index("idx-outbox-kind_id", "outbox", &["kind", "id"]),
        index("idx-outbox-kind_status_id", "outbox", &["kind", "status", "id"]),
    ]
}
