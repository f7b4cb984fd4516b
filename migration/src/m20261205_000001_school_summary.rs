//! What lists show of schools, a narrow row each: with an index for each filter in the order of the list, and one in which
//! parts of words are found. The rows come from the onboardings, so the program fills the table, after this step.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::{Subject, foreign_key, index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "school_summary";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let subject = subject();
        let in_bytes = "ALTER TABLE school_summary ALTER COLUMN sort_name TYPE text COLLATE \"C\"";
        for table in subject.tables {
            manager.create_table(table).await?;
        }
        // The order of both databases, whatever the locale of the server.
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(in_bytes).await?;
        }
        for index in subject.indexes {
            manager.create_index(index).await?;
        }
        add_search(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            manager.get_connection().execute_unprepared("DROP TABLE school_search").await?;
        }
        // On PostgreSQL the extension stays: another application may use it by now.
        subject().drop(manager).await
    }
}

fn subject() -> Subject {
    let table = Table::create()
        .table(TABLE)
        .col(uuid("school_id").primary_key())
        .col(uuid("connection_id"))
        .col(text("name"))
        .col(text("sort_name"))
        .col(text("brin"))
        .col(text("domain"))
        .col(text("connection_name"))
        .col(integer("school_count"))
        .col(text("region"))
        .col(text("status"))
        .col(boolean("is_stuck"))
        .col(timestamp_with_time_zone_null("no_answer_since"))
        .col(boolean("gate_consent"))
        .col(boolean("gate_webservice"))
        .col(boolean("gate_password"))
        .col(boolean("gate_allowlisting"))
        .col(boolean("gate_activation"))
        .col(boolean("held_by_school"))
        .col(boolean("held_by_kurve"))
        .col(boolean("held_by_magister"))
        .col(timestamp_with_time_zone_null("kurve_since"))
        .col(integer("credential_version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(integer("version"))
        .col(big_integer("search_row"))
        .col(text("search_text"))
        .foreign_key(&mut foreign_key(TABLE, "school_id", "school"))
        .foreign_key(&mut foreign_key(TABLE, "connection_id", "connection"))
        .to_owned();
    Subject { tables: vec![table], indexes: indexes() }
}

fn indexes() -> Vec<IndexCreateStatement> {
    let by_name = ["sort_name", "school_id"];
    let mut all = vec![
        index("idx-school_summary-sort_name_school_id", TABLE, &by_name),
        index("idx-school_summary-status_sort_name_school_id", TABLE, &["status", "sort_name", "school_id"]),
        index("idx-school_summary-connection_id", TABLE, &["connection_id"]),
        index("idx-school_summary-domain", TABLE, &["domain"]),
        unique_index("idx-school_summary-search_row", TABLE, &["search_row"]),
        index("idx-school_summary-silent", TABLE, &by_name)
            .and_where(Expr::col("no_answer_since").is_not_null())
            .to_owned(),
    ];
    for (name, column) in [
        ("idx-school_summary-is_stuck", "is_stuck"),
        ("idx-school_summary-held_by_school", "held_by_school"),
        ("idx-school_summary-held_by_kurve", "held_by_kurve"),
        ("idx-school_summary-held_by_magister", "held_by_magister"),
    ] {
        all.push(index(name, TABLE, &by_name).and_where(Expr::col(column)).to_owned());
    }
    for (name, column) in [
        ("idx-school_summary-not_gate_consent", "gate_consent"),
        ("idx-school_summary-not_gate_webservice", "gate_webservice"),
        ("idx-school_summary-not_gate_password", "gate_password"),
        ("idx-school_summary-not_gate_allowlisting", "gate_allowlisting"),
        ("idx-school_summary-not_gate_activation", "gate_activation"),
    ] {
        all.push(index(name, TABLE, &by_name).and_where(Expr::col(column).not()).to_owned());
    }
    all
}

/// The index of every three signs in a row, kept by the database itself.
///
/// FTS5 could delete from its index at once. A change of a text would then take ten milliseconds instead of a tenth of one,
/// and keep nothing from anybody: who is no contact any more stays in the table of contacts.
async fn add_search(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sqlite = [
        "CREATE VIRTUAL TABLE school_search USING fts5(search_text, content='school_summary', content_rowid='search_row',
            tokenize='trigram case_sensitive 1', columnsize=0)",
        "CREATE TRIGGER school_summary_added AFTER INSERT ON school_summary BEGIN
            INSERT INTO school_search(rowid, search_text) VALUES (new.search_row, new.search_text);
        END",
        "CREATE TRIGGER school_summary_removed AFTER DELETE ON school_summary BEGIN
            INSERT INTO school_search(school_search, rowid, search_text)
                VALUES ('delete', old.search_row, old.search_text);
        END",
        "CREATE TRIGGER school_summary_changed AFTER UPDATE ON school_summary
            WHEN old.search_row <> new.search_row OR old.search_text <> new.search_text BEGIN
            INSERT INTO school_search(school_search, rowid, search_text)
                VALUES ('delete', old.search_row, old.search_text);
            INSERT INTO school_search(rowid, search_text) VALUES (new.search_row, new.search_text);
        END",
    ];
    let postgres = [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX \"idx-school_summary-search_text\" ON school_summary USING gin (search_text gin_trgm_ops)",
    ];
    let statements: &[&str] = match manager.get_database_backend() {
        DbBackend::Postgres => &postgres,
        _ => &sqlite,
    };
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}
