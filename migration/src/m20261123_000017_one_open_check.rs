//! A school has at most one check that is not over.

use sea_orm_migration::prelude::*;

use crate::parts::unique_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OPEN: &str = "idx-connection_check-open";

/// Of the checks of a school that are not over the first one stays; the others say that it was made for them.
const END_DOUBLE: &str = "
    UPDATE connection_check
       SET finished_at = asked_at, lease_until = NULL, progress = NULL, not_made = 'not_needed'
     WHERE finished_at IS NULL
       AND EXISTS (SELECT 1 FROM connection_check AS earlier
                    WHERE earlier.school_id = connection_check.school_id
                      AND earlier.finished_at IS NULL
                      AND earlier.id < connection_check.id)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(END_DOUBLE).await?;
        let mut open = unique_index(OPEN, "connection_check", &["school_id"]);
        manager.create_index(open.and_where(Expr::col("finished_at").is_null()).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(OPEN).table("connection_check").to_owned()).await
    }
}
