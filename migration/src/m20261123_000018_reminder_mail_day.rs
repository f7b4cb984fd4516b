//! Who had a mail with reminders today, without a walk over all mails of all days.

use sea_orm_migration::prelude::*;

use crate::parts::{create_indexes, index};

const BY_DAY: &str = "idx-reminder_mail-on_date";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_indexes(manager, [index(BY_DAY, "reminder_mail", &["on_date"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BY_DAY).table("reminder_mail").to_owned()).await
    }
}
