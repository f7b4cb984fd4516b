//! When something was last done for the installation itself, such as a backup.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text, timestamp_with_time_zone};

use crate::parts::Subject;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await
    }
}

fn subject() -> Subject {
    let table = Table::create()
        .table("upkeep_note")
        .col(text("name").primary_key())
        .col(timestamp_with_time_zone("at"))
        .to_owned();
    Subject { tables: vec![table], indexes: vec![] }
}
