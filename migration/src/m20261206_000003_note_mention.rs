//! Colleagues named in notes, each until they have seen it; and when a note was last changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{timestamp_with_time_zone, timestamp_with_time_zone_null, uuid};

use crate::parts::{Subject, foreign_key, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("changed_at").timestamp_with_time_zone().null().to_owned();
        manager.alter_table(Table::alter().table("note").add_column(column).to_owned()).await?;
        subject().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await?;
        manager.alter_table(Table::alter().table("note").drop_column("changed_at").to_owned()).await
    }
}

fn subject() -> Subject {
    let note_mention = Table::create()
        .table("note_mention")
        .col(uuid("note_id"))
        .col(uuid("staff_id"))
        .col(timestamp_with_time_zone("since"))
        .col(timestamp_with_time_zone_null("seen_at"))
        .primary_key(Index::create().col("note_id").col("staff_id"))
        .foreign_key(&mut foreign_key("note_mention", "note_id", "note"))
        .foreign_key(&mut foreign_key("note_mention", "staff_id", "staff"))
        .to_owned();
    let by_colleague =
        index("idx-note_mention-staff_id_seen_at_since", "note_mention", &["staff_id", "seen_at", "since"]);
    Subject { tables: vec![note_mention], indexes: vec![by_colleague] }
}
