//! What waits on Kurve, and who does not answer, in the very order of the worklist: a page of it reads as many entries as
//! it shows.

use sea_orm_migration::prelude::*;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "onboarding";
const WAITING: &str = "idx-onboarding-is_stuck_kurve_since";
const WAITING_IN_ORDER: &str = "idx-onboarding-is_stuck_kurve_since_connection_id";
const SILENT: &str = "idx-onboarding-no_answer_since";
const SILENT_IN_ORDER: &str = "idx-onboarding-no_answer_since_connection_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let waiting = index(WAITING_IN_ORDER, TABLE, &["is_stuck", "kurve_since", "connection_id"]);
        manager.create_index(waiting).await?;
        manager.create_index(index(SILENT_IN_ORDER, TABLE, &["no_answer_since", "connection_id"])).await?;
        manager.drop_index(Index::drop().name(WAITING).table(TABLE).to_owned()).await?;
        manager.drop_index(Index::drop().name(SILENT).table(TABLE).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index(WAITING, TABLE, &["is_stuck", "kurve_since"])).await?;
        manager.create_index(index(SILENT, TABLE, &["no_answer_since"])).await?;
        manager.drop_index(Index::drop().name(WAITING_IN_ORDER).table(TABLE).to_owned()).await?;
        manager.drop_index(Index::drop().name(SILENT_IN_ORDER).table(TABLE).to_owned()).await
    }
}
