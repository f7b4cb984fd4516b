//! When a password stops being shown, beside the onboarding, for the clock; and requests in the order in which they were
//! made, for the list of those that were never confirmed.

use sea_orm_migration::prelude::*;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("password_until").timestamp_with_time_zone().null().to_owned();
        manager.alter_table(Table::alter().table("onboarding").add_column(column).to_owned()).await?;
        manager.create_index(index("idx-onboarding-password_until", "onboarding", &["password_until"])).await?;
        manager.create_index(index("idx-registration-requested_at", "registration", &["requested_at"])).await?;
        // A moment that is past: the clock looks at each of them once, and notes what is so.
        let issued_at =
            "SELECT MAX(issued_at) FROM credential WHERE credential.connection_id = onboarding.connection_id";
        let update = format!("UPDATE onboarding SET password_until = ({issued_at})");
        manager.get_connection().execute_unprepared(&update).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("idx-registration-requested_at").table("registration").to_owned())
            .await?;
        manager.drop_index(Index::drop().name("idx-onboarding-password_until").table("onboarding").to_owned()).await?;
        manager.alter_table(Table::alter().table("onboarding").drop_column("password_until").to_owned()).await
    }
}
