//! Which connections are due for a check, in the order in which they are taken: of many that are due together, as after
//! a night without the network, each look would sort all.

use sea_orm_migration::prelude::*;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const BY_MOMENT: &str = "idx-check_status-next_check_at";
const IN_ORDER: &str = "idx-check_status-next_check_at_connection_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index(IN_ORDER, "check_status", &["next_check_at", "connection_id"])).await?;
        manager.drop_index(Index::drop().name(BY_MOMENT).table("check_status").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index(BY_MOMENT, "check_status", &["next_check_at"])).await?;
        manager.drop_index(Index::drop().name(IN_ORDER).table("check_status").to_owned()).await
    }
}
