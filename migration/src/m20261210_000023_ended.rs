//! Beside the onboarding: since when nothing of a connection goes on, that Kurve was told that it goes, and that it went.

use sea_orm_migration::prelude::*;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 3] = ["ended_at", "announced_at", "cleared_at"];
const IN_ORDER: &str = "idx-onboarding-announced_at_ended_at_connection_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let column = ColumnDef::new(name).timestamp_with_time_zone().null().to_owned();
            manager.alter_table(Table::alter().table("onboarding").add_column(column).to_owned()).await?;
        }
        manager.create_index(index(IN_ORDER, "onboarding", &["announced_at", "ended_at", "connection_id"])).await?;
        // When it last changed is when it ended, or later: none goes too soon.
        let update = "UPDATE onboarding SET ended_at = updated_at WHERE lifecycle IN ('withdrawn', 'completed')";
        manager.get_connection().execute_unprepared(update).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(IN_ORDER).table("onboarding").to_owned()).await?;
        for name in COLUMNS {
            manager.alter_table(Table::alter().table("onboarding").drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
