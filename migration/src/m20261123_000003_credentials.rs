//! The Magister credentials that were issued to a school, sealed.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, foreign_key, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(credential()).await?;
        create_indexes(manager, credential_indexes()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["credential"]).await
    }
}

fn credential() -> TableCreateStatement {
    Table::create()
        .table("credential")
        .col(uuid("id").primary_key())
        .col(uuid("school_id"))
        .col(integer("version"))
        .col(blob("sealed_password"))
        .col(blob("sealed_query"))
        .col(text("template_version"))
        .col(text("query_sha256"))
        .col(integer("reveals_used"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(uuid_null("issued_by"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(text_null("closed_reason"))
        .foreign_key(&mut foreign_key("fk-credential-school_id", "credential", "school_id", "school"))
        .foreign_key(&mut foreign_key("fk-credential-issued_by", "credential", "issued_by", "staff"))
        .to_owned()
}

fn credential_indexes() -> [IndexCreateStatement; 1] {
    [unique_index("idx-credential-school_id_version", "credential", &["school_id", "version"])]
}
