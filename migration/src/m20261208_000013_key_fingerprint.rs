//! What is kept of each key of the ring, so that another ring is known at start.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, text, timestamp_with_time_zone};

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
        .table("key_fingerprint")
        .col(text("id").primary_key())
        .col(text("fingerprint"))
        .col(boolean("is_first"))
        .col(timestamp_with_time_zone("noted_at"))
        .to_owned();
    Subject { tables: vec![table], indexes: vec![] }
}
