//! The mails that are to be sent, were sent, or could not be.

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
        manager.create_table(outbox()).await?;
        create_indexes(manager, outbox_indexes()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["outbox"]).await
    }
}

fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(uuid("id").primary_key())
        .col(text("kind"))
        .col(uuid_null("school_id"))
        .col(uuid_null("contact_id"))
        .col(text("about"))
        .col(text("dedupe_key"))
        .col(text("status"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(timestamp_with_time_zone_null("sent_at"))
        .col(text("message_id"))
        .col(text_null("last_error"))
        .foreign_key(&mut foreign_key("fk-outbox-school_id", "outbox", "school_id", "school"))
        .foreign_key(&mut foreign_key("fk-outbox-contact_id", "outbox", "contact_id", "contact"))
        .to_owned()
}

fn outbox_indexes() -> [IndexCreateStatement; 3] {
    [
        unique_index("idx-outbox-dedupe_key", "outbox", &["dedupe_key"]),
        index("idx-outbox-status_next_attempt_at", "outbox", &["status", "next_attempt_at"]),
        index("idx-outbox-school_id_created_at", "outbox", &["school_id", "created_at"]),
    ]
}
