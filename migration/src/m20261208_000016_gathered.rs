//! With which mail another goes in one, and the mails that wait for a contact.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TOLD_BY: &str = "idx-outbox-told_by";
const TO_CONTACT: &str = "idx-outbox-contact_id_status";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("outbox").add_column(uuid_null("told_by")).to_owned()).await?;
        manager.create_index(index(TOLD_BY, "outbox", &["told_by"])).await?;
        manager.create_index(index(TO_CONTACT, "outbox", &["contact_id", "status"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(TO_CONTACT).table("outbox").to_owned()).await?;
        manager.drop_index(Index::drop().name(TOLD_BY).table("outbox").to_owned()).await?;
        manager.alter_table(Table::alter().table("outbox").drop_column("told_by").to_owned()).await
    }
}
