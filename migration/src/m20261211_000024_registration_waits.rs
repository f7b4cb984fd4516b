//! Confirmed requests of schools that are not here: since when each waits for Kurve, and what Kurve decided.

use sea_orm_migration::prelude::*;

use crate::parts::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const IN_ORDER: &str = "idx-registration-waits_since";

fn columns() -> [(&'static str, ColumnDef); 5] {
    let moment = |name| ColumnDef::new(name).timestamp_with_time_zone().null().to_owned();
    let text = |name| ColumnDef::new(name).text().null().to_owned();
    [
        ("waits_since", moment("waits_since")),
        ("decided_at", moment("decided_at")),
        ("decided_by", ColumnDef::new("decided_by").uuid().null().to_owned()),
        ("decision", text("decision")),
        ("reason", text("reason")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (_, column) in columns() {
            manager.alter_table(Table::alter().table("registration").add_column(column).to_owned()).await?;
        }
        manager.create_index(index(IN_ORDER, "registration", &["waits_since"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(IN_ORDER).table("registration").to_owned()).await?;
        for (name, _) in columns() {
            manager.alter_table(Table::alter().table("registration").drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
