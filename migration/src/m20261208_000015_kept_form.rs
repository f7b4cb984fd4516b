//! What somebody typed as their session ended, sealed, for an hour at most.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, text, timestamp_with_time_zone, uuid};

use crate::parts::{Subject, index, unique_index};

/// The table, with an index for who clears old forms away.
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
        .table("kept_form")
        .col(uuid("id").primary_key())
        .col(blob("token_hash"))
        .col(text("path"))
        .col(blob("sealed"))
        .col(timestamp_with_time_zone("kept_at"))
        .to_owned();
    let indexes = vec![
        unique_index("idx-kept_form-token_hash", "kept_form", &["token_hash"]),
        index("idx-kept_form-kept_at", "kept_form", &["kept_at"]),
    ];
    Subject { tables: vec![table], indexes }
}
