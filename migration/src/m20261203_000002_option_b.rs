//! What is kept of a school that chose Optie B: its table of studies, and that it made the file and cleaned up.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text, timestamp_with_time_zone_null, uuid, uuid_null};

use crate::parts::{Subject, foreign_key};

/// The table; it is read by its key only.
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
        .table("option_b")
        .col(uuid("school_id").primary_key())
        .col(text("studies"))
        .col(timestamp_with_time_zone_null("table_kept_at"))
        .col(uuid_null("table_kept_by"))
        .col(timestamp_with_time_zone_null("file_made_at"))
        .col(timestamp_with_time_zone_null("cleaned_up_at"))
        .col(uuid_null("cleaned_up_by"))
        .foreign_key(&mut foreign_key("option_b", "school_id", "school"))
        .to_owned();
    Subject { tables: vec![table], indexes: vec![] }
}
