//! Finding a browser's link without reading every link: codes are typed in the browser that asked.

use sea_orm_migration::prelude::*;

use crate::parts::{create_indexes, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_indexes(manager, [index("idx-access_link-browser_hash", "access_link", &["browser_hash"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("idx-access_link-browser_hash").table("access_link").to_owned()).await
    }
}
