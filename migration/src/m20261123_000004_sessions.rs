//! Ways in: sessions, the links that start one, and registrations that wait for their confirmation.

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
        manager.create_table(session()).await?;
        create_indexes(manager, session_indexes()).await?;
        manager.create_table(access_link()).await?;
        create_indexes(manager, access_link_indexes()).await?;
        manager.create_table(registration()).await?;
        create_indexes(manager, registration_indexes()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["registration", "access_link", "session"]).await
    }
}

fn session() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(uuid("id").primary_key())
        .col(blob("token_hash"))
        .col(text("kind"))
        .col(text_null("email_key"))
        .col(uuid_null("contact_id"))
        .col(uuid_null("staff_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_seen_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(&mut foreign_key("fk-session-contact_id", "session", "contact_id", "contact"))
        .foreign_key(&mut foreign_key("fk-session-staff_id", "session", "staff_id", "staff"))
        .to_owned()
}

fn session_indexes() -> [IndexCreateStatement; 5] {
    [
        unique_index("idx-session-token_hash", "session", &["token_hash"]),
        index("idx-session-contact_id", "session", &["contact_id"]),
        index("idx-session-staff_id", "session", &["staff_id"]),
        index("idx-session-email_key", "session", &["email_key"]),
        index("idx-session-expires_at", "session", &["expires_at"]),
    ]
}

fn access_link() -> TableCreateStatement {
    Table::create()
        .table("access_link")
        .col(uuid("id").primary_key())
        .col(text("email_key"))
        .col(blob("browser_hash"))
        .col(blob_null("token_hash"))
        .col(blob_null("code_hash"))
        .col(integer("wrong_codes"))
        .col(timestamp_with_time_zone("requested_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("minted_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .col(timestamp_with_time_zone_null("replaced_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .to_owned()
}

fn access_link_indexes() -> [IndexCreateStatement; 2] {
    [
        unique_index("idx-access_link-token_hash", "access_link", &["token_hash"]),
        index("idx-access_link-email_key", "access_link", &["email_key"]),
    ]
}

fn registration() -> TableCreateStatement {
    Table::create()
        .table("registration")
        .col(uuid("id").primary_key())
        .col(blob("sealed_form"))
        .col(text("brin_key"))
        .col(blob("browser_hash"))
        .col(blob_null("token_hash"))
        .col(timestamp_with_time_zone("requested_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("minted_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .to_owned()
}

fn registration_indexes() -> [IndexCreateStatement; 1] {
    [unique_index("idx-registration-token_hash", "registration", &["token_hash"])]
}
