//! What schools arrange about their reminders, and school holidays that an installation loads.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{drop_tables, foreign_key};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(reminder_arrangement()).await?;
        manager.create_table(loaded_holidays()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["loaded_holidays", "reminder_arrangement"]).await
    }
}

fn reminder_arrangement() -> TableCreateStatement {
    let school = &mut foreign_key("fk-reminder_arrangement-school_id", "reminder_arrangement", "school_id", "school");
    Table::create()
        .table("reminder_arrangement")
        .col(uuid("school_id").primary_key())
        .col(date_null("snoozed_until"))
        .col(date_null("counts_from"))
        .col(text("own_days"))
        .foreign_key(school)
        .to_owned()
}

fn loaded_holidays() -> TableCreateStatement {
    Table::create()
        .table("loaded_holidays")
        .col(text("name").primary_key())
        .col(integer("version"))
        .col(text("table_csv"))
        .col(timestamp_with_time_zone("loaded_at"))
        .to_owned()
}
