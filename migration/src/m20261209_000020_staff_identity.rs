//! Signing in with the account of one's organisation: which account there is whose here, who is on their way there, and which
//! sessions began so.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null};

use crate::parts::{Subject, foreign_key, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let linked = ColumnDef::new("linked_at").timestamp_with_time_zone().null().to_owned();
        manager.alter_table(Table::alter().table("staff").add_column(linked).to_owned()).await?;
        let by_identity = ColumnDef::new("by_identity").boolean().null().to_owned();
        manager.alter_table(Table::alter().table("session").add_column(by_identity).to_owned()).await?;
        subject().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await?;
        manager.alter_table(Table::alter().table("session").drop_column("by_identity").to_owned()).await?;
        manager.alter_table(Table::alter().table("staff").drop_column("linked_at").to_owned()).await
    }
}

fn subject() -> Subject {
    let staff_identity = Table::create()
        .table("staff_identity")
        .col(uuid("id").primary_key())
        .col(text("issuer"))
        .col(text("subject"))
        .col(uuid("staff_id"))
        .col(timestamp_with_time_zone("linked_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .foreign_key(&mut foreign_key("staff_identity", "staff_id", "staff"))
        .to_owned();
    let sign_in_trip = Table::create()
        .table("sign_in_trip")
        .col(uuid("id").primary_key())
        .col(blob("state_hash"))
        .col(text("browser_hash"))
        .col(text("errand"))
        .col(uuid_null("staff_id"))
        .col(uuid_null("invite_id"))
        .col(timestamp_with_time_zone("expires_at"))
        .foreign_key(&mut foreign_key("sign_in_trip", "staff_id", "staff"))
        .foreign_key(&mut foreign_key("sign_in_trip", "invite_id", "staff_invite"))
        .to_owned();
    let indexes = vec![
        unique_index("idx-staff_identity-issuer_subject", "staff_identity", &["issuer", "subject"]),
        unique_index("idx-staff_identity-staff_id", "staff_identity", &["staff_id"]),
        unique_index("idx-sign_in_trip-state_hash", "sign_in_trip", &["state_hash"]),
        index("idx-sign_in_trip-expires_at", "sign_in_trip", &["expires_at"]),
    ];
    Subject { tables: vec![staff_identity, sign_in_trip], indexes }
}
