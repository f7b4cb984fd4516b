//! How long each party kept the ball, the filters that colleagues keep, and what the figures are looked up by.

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
        manager.create_table(ball_turn()).await?;
        manager.create_table(saved_view()).await?;
        create_indexes(manager, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (index, table) in [("idx-audit-action_at", "audit"), ("idx-school-created_at", "school")] {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        drop_tables(manager, &["saved_view", "ball_turn"]).await
    }
}

fn ball_turn() -> TableCreateStatement {
    Table::create()
        .table("ball_turn")
        .col(uuid("id").primary_key())
        .col(uuid("school_id"))
        .col(text("step"))
        .col(text("party"))
        .col(timestamp_with_time_zone("begun_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(integer_null("working_days"))
        .foreign_key(&mut foreign_key("fk-ball_turn-school_id", "ball_turn", "school_id", "school"))
        .to_owned()
}

fn saved_view() -> TableCreateStatement {
    Table::create()
        .table("saved_view")
        .col(uuid("id").primary_key())
        .col(uuid("staff_id"))
        .col(text("name"))
        .col(text("query"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut foreign_key("fk-saved_view-staff_id", "saved_view", "staff_id", "staff"))
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 5] {
    [
        index("idx-ball_turn-school_id_ended_at", "ball_turn", &["school_id", "ended_at"]),
        index("idx-ball_turn-ended_at", "ball_turn", &["ended_at"]),
        unique_index("idx-saved_view-staff_id_name", "saved_view", &["staff_id", "name"]),
        index("idx-audit-action_at", "audit", &["action", "at"]),
        index("idx-school-created_at", "school", &["created_at"]),
    ]
}
