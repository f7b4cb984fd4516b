//! One submit for many: the runs, and in each an item for each connection or row that it is about.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::parts::{Subject, foreign_key, index, unique_index};

/// The tables, with an index for who looks for a run to go on with, for a colleague's runs, and for what is left of one.
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
    let run = Table::create()
        .table("bulk_run")
        .col(uuid("id").primary_key())
        .col(text("kind"))
        .col(text_null("work"))
        .col(text("key"))
        .col(text("asked_by"))
        .col(uuid_null("staff_id"))
        .col(timestamp_with_time_zone("asked_at"))
        .col(timestamp_with_time_zone_null("begun_at"))
        .col(integer("total"))
        .col(integer("done"))
        .col(text("counts"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .col(timestamp_with_time_zone_null("free_from"))
        .col(uuid_null("lease_id"))
        .foreign_key(&mut foreign_key("bulk_run", "staff_id", "staff"))
        .to_owned();
    let item = Table::create()
        .table("bulk_item")
        .col(uuid("run_id"))
        .col(integer("number"))
        .col(uuid_null("connection_id"))
        .col(text("label"))
        .col(text("input"))
        .col(text_null("outcome"))
        .col(text_null("facts"))
        .col(timestamp_with_time_zone_null("done_at"))
        .col(integer("tries"))
        .primary_key(Index::create().col("run_id").col("number"))
        .foreign_key(&mut foreign_key("bulk_item", "run_id", "bulk_run"))
        .foreign_key(&mut foreign_key("bulk_item", "connection_id", "connection"))
        .to_owned();
    let indexes = vec![
        unique_index("idx-bulk_run-key", "bulk_run", &["key"]),
        index("idx-bulk_run-free_from", "bulk_run", &["free_from", "id"]),
        index("idx-bulk_run-staff_id_id", "bulk_run", &["staff_id", "id"]),
        index("idx-bulk_item-run_id_outcome_number", "bulk_item", &["run_id", "outcome", "number"]),
    ];
    Subject { tables: vec![run, item], indexes }
}
