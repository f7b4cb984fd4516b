//! Of which schools a mail is that is about several.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, foreign_key, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mail_school()).await?;
        create_indexes(manager, [index("idx-mail_school-mail_id", "mail_school", &["mail_id"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["mail_school"]).await
    }
}

fn mail_school() -> TableCreateStatement {
    Table::create()
        .table("mail_school")
        .col(uuid("school_id"))
        .col(uuid("mail_id"))
        .primary_key(Index::create().col("school_id").col("mail_id"))
        .foreign_key(&mut foreign_key("fk-mail_school-school_id", "mail_school", "school_id", "school"))
        .foreign_key(&mut foreign_key("fk-mail_school-mail_id", "mail_school", "mail_id", "outbox"))
        .to_owned()
}
