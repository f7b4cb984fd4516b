//! Notes by staff about a school, and the keys of programs that ask about one.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, foreign_key, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(note()).await?;
        create_indexes(manager, note_indexes()).await?;
        manager.create_table(api_key()).await?;
        create_indexes(manager, api_key_indexes()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["api_key", "note"]).await
    }
}

fn note() -> TableCreateStatement {
    Table::create()
        .table("note")
        .col(uuid("id").primary_key())
        .col(uuid("school_id"))
        .col(uuid("staff_id"))
        .col(text("body"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut foreign_key("fk-note-school_id", "note", "school_id", "school"))
        .foreign_key(&mut foreign_key("fk-note-staff_id", "note", "staff_id", "staff"))
        .to_owned()
}

fn note_indexes() -> [IndexCreateStatement; 1] {
    [index("idx-note-school_id_created_at", "note", &["school_id", "created_at"])]
}

fn api_key() -> TableCreateStatement {
    Table::create()
        .table("api_key")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(blob("key_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .to_owned()
}

fn api_key_indexes() -> [IndexCreateStatement; 2] {
    [
        unique_index("idx-api_key-name", "api_key", &["name"]),
        unique_index("idx-api_key-key_hash", "api_key", &["key_hash"]),
    ]
}
