//! Lists of schools that a colleague of Kurve brought, sealed, until they are carried out or a day has passed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, text_null, timestamp_with_time_zone, uuid};

use crate::parts::{Subject, foreign_key, index};

/// The table, with an index for who clears old lists away.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await
    }
}

fn subject() -> Subject {
    let table = Table::create()
        .table("roster")
        .col(uuid("id").primary_key())
        .col(uuid("staff_id"))
        .col(blob("sealed"))
        .col(text_null("mapping"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut foreign_key("roster", "staff_id", "staff"))
        .to_owned();
    Subject { tables: vec![table], indexes: vec![index("idx-roster-created_at", "roster", &["created_at"])] }
}
