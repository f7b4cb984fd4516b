//! When each job is due next; the row is what keeps two instances from both running it.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::drop_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(job_slot()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["job_slot"]).await
    }
}

fn job_slot() -> TableCreateStatement {
    Table::create()
        .table("job_slot")
        .col(text("name").primary_key())
        .col(timestamp_with_time_zone("next_at"))
        .to_owned()
}
