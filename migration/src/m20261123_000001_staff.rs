//! The people who work at Kurve and their invitations; first, because most other tables refer to them.

use sea_orm_migration::{prelude::*, schema::*};

use crate::parts::{create_indexes, drop_tables, foreign_key, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(staff()).await?;
        create_indexes(manager, staff_indexes()).await?;
        manager.create_table(staff_invite()).await?;
        create_indexes(manager, staff_invite_indexes()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["staff_invite", "staff"]).await
    }
}

fn staff() -> TableCreateStatement {
    Table::create()
        .table("staff")
        .col(uuid("id").primary_key())
        .col(text("email"))
        .col(text("email_key"))
        .col(text("name"))
        .col(text("role"))
        .col(text_null("password_hash"))
        .col(blob_null("totp_sealed"))
        .col(big_integer_null("totp_last_step"))
        .col(integer("failed_count"))
        .col(timestamp_with_time_zone_null("locked_until"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("disabled_at"))
        .to_owned()
}

fn staff_indexes() -> [IndexCreateStatement; 1] {
    [unique_index("idx-staff-email_key", "staff", &["email_key"])]
}

fn staff_invite() -> TableCreateStatement {
    Table::create()
        .table("staff_invite")
        .col(uuid("id").primary_key())
        .col(uuid("staff_id"))
        .col(blob("token_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut foreign_key("fk-staff_invite-staff_id", "staff_invite", "staff_id", "staff"))
        .to_owned()
}

fn staff_invite_indexes() -> [IndexCreateStatement; 1] {
    [unique_index("idx-staff_invite-token_hash", "staff_invite", &["token_hash"])]
}
