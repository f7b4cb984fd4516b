//! Reminders that went out, and when a school needs attention next.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, foreign_key, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(with_column(timestamp_with_time_zone_null("attention_at"))).await?;
        manager.alter_table(with_column(timestamp_with_time_zone_null("no_answer_since"))).await?;
        manager.create_table(reminder()).await?;
        manager.create_table(reminder_mail()).await?;
        create_indexes(manager, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["reminder_mail", "reminder"]).await?;
        manager.drop_index(Index::drop().name("idx-onboarding-attention_at").table("onboarding").to_owned()).await?;
        manager.drop_index(Index::drop().name("idx-onboarding-no_answer_since").table("onboarding").to_owned()).await?;
        manager.alter_table(Table::alter().table("onboarding").drop_column("attention_at").to_owned()).await?;
        manager.alter_table(Table::alter().table("onboarding").drop_column("no_answer_since").to_owned()).await
    }
}

fn with_column(column: ColumnDef) -> TableAlterStatement {
    Table::alter().table("onboarding").add_column(column).to_owned()
}

fn reminder() -> TableCreateStatement {
    Table::create()
        .table("reminder")
        .col(uuid("id").primary_key())
        .col(uuid("school_id"))
        .col(text("step"))
        .col(text("rung"))
        .col(timestamp_with_time_zone("since"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(&mut foreign_key("fk-reminder-school_id", "reminder", "school_id", "school"))
        .to_owned()
}

fn reminder_mail() -> TableCreateStatement {
    Table::create()
        .table("reminder_mail")
        .col(uuid("id").primary_key())
        .col(text("address_key"))
        .col(date("on_date"))
        .col(text("about"))
        .col(timestamp_with_time_zone("at"))
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 4] {
    [
        index("idx-onboarding-attention_at", "onboarding", &["attention_at"]),
        index("idx-onboarding-no_answer_since", "onboarding", &["no_answer_since"]),
        unique_index("idx-reminder-reminder", "reminder", &["school_id", "step", "rung", "since"]),
        unique_index("idx-reminder_mail-person_day", "reminder_mail", &["address_key", "on_date"]),
    ]
}
