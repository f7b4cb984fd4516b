//! Which connections end how, without a walk over all of them: Kurve's worklist and digest ask for those that are its own.

use sea_orm_migration::prelude::*;

use crate::parts::{create_indexes, index};

const BY_CODE: &str = "idx-connection-last_code";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_indexes(manager, [index(BY_CODE, "connection", &["last_code"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BY_CODE).table("connection").to_owned()).await
    }
}
