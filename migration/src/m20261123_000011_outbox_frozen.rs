//! Who has a mail in hand, whether it may have been handed over, and its bytes as they were; and finding what is due
//! without sorting everything that waits.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, foreign_key, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The index that one over more columns replaces.
const BY_TIME: &str = "idx-outbox-status_next_attempt_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(with_column(uuid_null("held_by"))).await?;
        manager.alter_table(with_column(timestamp_with_time_zone_null("handing_over_at"))).await?;
        manager.alter_table(with_column(timestamp_with_time_zone_null("handed_again_at"))).await?;
        manager.create_table(frozen_mail()).await?;
        manager.drop_index(Index::drop().name(BY_TIME).table("outbox").to_owned()).await?;
        create_indexes(manager, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["idx-outbox-status_next_attempt_at_id", "idx-outbox-status_kind"] {
            manager.drop_index(Index::drop().name(name).table("outbox").to_owned()).await?;
        }
        create_indexes(manager, [index(BY_TIME, "outbox", &["status", "next_attempt_at"])]).await?;
        drop_tables(manager, &["frozen_mail"]).await?;
        manager.alter_table(without_column("handed_again_at")).await?;
        manager.alter_table(without_column("handing_over_at")).await?;
        manager.alter_table(without_column("held_by")).await
    }
}

fn with_column(column: ColumnDef) -> TableAlterStatement {
    Table::alter().table("outbox").add_column(column).to_owned()
}

fn without_column(name: &'static str) -> TableAlterStatement {
    Table::alter().table("outbox").drop_column(name).to_owned()
}

fn frozen_mail() -> TableCreateStatement {
    Table::create()
        .table("frozen_mail")
        .col(uuid("mail_id").primary_key())
        .col(blob("sealed_mail"))
        .col(timestamp_with_time_zone("frozen_at"))
        .foreign_key(&mut foreign_key("fk-frozen_mail-mail_id", "frozen_mail", "mail_id", "outbox"))
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 3] {
    [
        index("idx-frozen_mail-frozen_at", "frozen_mail", &["frozen_at"]),
        index("idx-outbox-status_next_attempt_at_id", "outbox", &["status", "next_attempt_at", "id"]),
        index("idx-outbox-status_kind", "outbox", &["status", "kind"]),
    ]
}
