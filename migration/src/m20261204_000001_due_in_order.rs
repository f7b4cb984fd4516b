//! Which connections are due, in the order in which the planner takes them; and on PostgreSQL, a vacuum of onboardings
//! after so many changes, however many onboardings there are.
//!
//! Each look of the planner moves a connection to a later moment and leaves a dead entry at the low end of the index,
//! which is where the next look begins. With the setting of the server they would add up to a fifth of the table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const BY_MOMENT: &str = "idx-onboarding-attention_at";
const IN_ORDER: &str = "idx-onboarding-attention_at_connection_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index(IN_ORDER, "onboarding", &["attention_at", "connection_id"])).await?;
        manager.drop_index(Index::drop().name(BY_MOMENT).table("onboarding").to_owned()).await?;
        vacuum(manager, "SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        vacuum(manager, "RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)").await?;
        manager.create_index(index(BY_MOMENT, "onboarding", &["attention_at"])).await?;
        manager.drop_index(Index::drop().name(IN_ORDER).table("onboarding").to_owned()).await
    }
}

/// Changes when PostgreSQL vacuums the table; SQLite has no dead rows.
async fn vacuum(manager: &SchemaManager<'_>, setting: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(&format!("ALTER TABLE onboarding {setting}")).await?;
    }
    Ok(())
}
