//! What is counted as it happens: of each week, and of where schools stand; filled from the rows that are here.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{date, integer, text};
use sea_orm_migration::sea_orm::DbBackend;

use crate::parts::Subject;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().create(manager).await?;
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        for statement in fill(if is_postgres { monday_on_postgres } else { monday_on_sqlite }) {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        subject().drop(manager).await
    }
}

fn subject() -> Subject {
    let weekly_figure = Table::create()
        .table("weekly_figure")
        .col(text("kind"))
        .col(date("monday"))
        .col(text("party"))
        .col(integer("working_days"))
        .col(integer("n"))
        .primary_key(Index::create().col("kind").col("monday").col("party").col("working_days"))
        .to_owned();
    let standing = Table::create().table("standing").col(text("name").primary_key()).col(integer("n")).to_owned();
    Subject { tables: vec![weekly_figure, standing], indexes: vec![] }
}

/// The statements that count what is here, given how a database says the Monday of a moment's week in the Netherlands.
fn fill(monday: fn(&str) -> String) -> Vec<String> {
    let weekly = |what: &str, moment: &str, rows: &str| {
        let monday = monday(moment);
        format!(
            "INSERT INTO weekly_figure (kind, monday, party, working_days, n)
             SELECT kind, monday, party, working_days, count(*)
               FROM (SELECT {what}, {monday} AS monday FROM {rows}) AS moments
              GROUP BY kind, monday, party, working_days"
        )
    };
    let standing = |name: &str, condition: &str| {
        format!(
            "INSERT INTO standing (name, n)
             SELECT '{name}', count(*) FROM school s JOIN onboarding o ON o.connection_id = s.connection_id
              WHERE s.course = 'under_way' {condition} HAVING count(*) > 0"
        )
    };
    let turns = "'turn_ended' AS kind, party, working_days";
    vec![
        weekly(turns, "ended_at", "holding WHERE ended_at IS NOT NULL AND working_days IS NOT NULL"),
        weekly("'registered' AS kind, '' AS party, 0 AS working_days", "created_at", "school"),
        weekly("'opened' AS kind, '' AS party, 0 AS working_days", "at", "audit WHERE action = 'import_opened'"),
        standing("schools", ""),
        standing("consent", "AND o.gate_consent"),
        standing("webservice", "AND o.gate_webservice"),
        standing("password", "AND o.gate_password"),
        standing("allowlisting", "AND o.gate_allowlisting"),
        standing("activation", "AND s.is_activated"),
    ]
}

fn monday_on_postgres(moment: &str) -> String {
    format!("CAST(date_trunc('week', {moment} AT TIME ZONE 'Europe/Amsterdam') AS date)")
}

/// SQLite knows no time zones: summer time lasts from the last Sunday of March until that of October, at one o'clock UTC.
fn monday_on_sqlite(moment: &str) -> String {
    let last_sunday =
        |month: &str| format!("datetime(strftime('%Y', {moment}) || '-{month}-25', 'weekday 0', '+1 hours')");
    let (spring, autumn) = (last_sunday("03"), last_sunday("10"));
    let is_summer = format!("datetime({moment}) >= {spring} AND datetime({moment}) < {autumn}");
    format!("date({moment}, CASE WHEN {is_summer} THEN '+2 hours' ELSE '+1 hours' END, 'weekday 0', '-6 days')")
}
