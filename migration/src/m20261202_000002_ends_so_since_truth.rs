//! Since when the checks of a connection end as the last one did.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::timestamp_with_time_zone_null;

/// The column; null for what was checked before it came, until the next check.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = timestamp_with_time_zone_null("ends_so_since");
        manager.alter_table(Table::alter().table("check_status").add_column(added).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("check_status").drop_column("ends_so_since").to_owned()).await
    }
}
