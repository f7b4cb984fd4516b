//! How colleagues of Kurve sign in: wrong tries, each by itself, and the browsers that signed in before. And passwords of
//! connections that were renewed are taken out.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, text, timestamp_with_time_zone, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::{Subject, foreign_key, index};

/// When Kurve was told last that an account is tried.
const ALARMS: [&str; 2] = ["passwords_alarm_at", "codes_alarm_at"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for alarm in ALARMS {
            let column = ColumnDef::new(alarm).timestamp_with_time_zone().null().to_owned();
            manager.alter_table(Table::alter().table("staff").add_column(column).to_owned()).await?;
        }
        let mark = ColumnDef::new("replaced_mark").blob().null().to_owned();
        manager.alter_table(Table::alter().table("credential").add_column(mark).to_owned()).await?;
        subject().create(manager).await?;
        let nothing = match manager.get_database_backend() {
            DbBackend::Postgres => "''::bytea",
            _ => "x''",
        };
        let renewed = format!(
            "UPDATE credential SET sealed_password = {nothing} WHERE version < \
             (SELECT MAX(newest.version) FROM credential AS newest WHERE newest.connection_id = credential.connection_id)"
        );
        manager.get_connection().execute_unprepared(&renewed).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await?;
        for alarm in ALARMS {
            manager.alter_table(Table::alter().table("staff").drop_column(alarm).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("credential").drop_column("replaced_mark").to_owned()).await
    }
}

fn subject() -> Subject {
    let wrong_try = Table::create()
        .table("wrong_try")
        .col(uuid("id").primary_key())
        .col(uuid("staff_id"))
        .col(text("sort"))
        .col(text("client"))
        .col(boolean("is_known"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(&mut foreign_key("wrong_try", "staff_id", "staff"))
        .to_owned();
    let staff_browser = Table::create()
        .table("staff_browser")
        .col(uuid("staff_id"))
        .col(text("browser_hash"))
        .col(timestamp_with_time_zone("signed_in_at"))
        .primary_key(Index::create().col("staff_id").col("browser_hash"))
        .foreign_key(&mut foreign_key("staff_browser", "staff_id", "staff"))
        .to_owned();
    let indexes = vec![
        index("idx-wrong_try-staff_id_client_at", "wrong_try", &["staff_id", "client", "at"]),
        index("idx-wrong_try-staff_id_sort_at", "wrong_try", &["staff_id", "sort", "at"]),
        index("idx-wrong_try-at", "wrong_try", &["at"]),
        index("idx-staff_browser-signed_in_at", "staff_browser", &["signed_in_at"]),
    ];
    Subject { tables: vec![wrong_try, staff_browser], indexes }
}
