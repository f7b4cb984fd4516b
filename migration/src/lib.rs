//! The steps that bring a database to the present schema, written by hand for SQLite and PostgreSQL.
//!
//! A step is never edited after it has landed and never imports `entity`: it says what the tables were then, not what
//! they are now. Keys and instants come from code, so no column has a default. SQLite cannot add a foreign key to a
//! table that exists, so each table names its own when it is created. Indexes are called `idx-<table>-<columns>`:
//! the schema test compares by that name.
//!
//! To add a step: a file `m<date>_<number>_<what>.rs` with `up` and `down`, one line in the module list and one line
//! at the end of `migrations()`.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

mod m20261123_000001_staff;
mod m20261123_000002_schools;
mod m20261123_000003_credentials;
mod m20261123_000004_sessions;
mod m20261123_000005_outbox;
mod m20261123_000006_notes_api_keys;
mod m20261123_000007_audit;
mod m20261123_000008_jobs;
mod m20261123_000009_reminders;
mod m20261123_000010_access_link_browser;
mod m20261123_000011_outbox_frozen;
mod m20261123_000012_arrangements;
mod m20261123_000013_address_mark;
mod m20261123_000014_checks;
mod m20261123_000015_machine_room;
mod m20261123_000016_insight;
mod m20261123_000017_one_open_check;
mod m20261123_000018_reminder_mail_day;
mod m20261123_000019_mail_school;
mod m20261124_000021_connection_code;
mod parts;

/// Knows every step, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_staff::Migration),
            Box::new(m20261123_000002_schools::Migration),
            Box::new(m20261123_000003_credentials::Migration),
            Box::new(m20261123_000004_sessions::Migration),
            Box::new(m20261123_000005_outbox::Migration),
            Box::new(m20261123_000006_notes_api_keys::Migration),
            Box::new(m20261123_000007_audit::Migration),
            Box::new(m20261123_000008_jobs::Migration),
            Box::new(m20261123_000009_reminders::Migration),
            Box::new(m20261123_000010_access_link_browser::Migration),
            Box::new(m20261123_000011_outbox_frozen::Migration),
            Box::new(m20261123_000012_arrangements::Migration),
            Box::new(m20261123_000016_insight::Migration),
            Box::new(m20261123_000014_checks::Migration),
            Box::new(m20261123_000013_address_mark::Migration),
            Box::new(m20261123_000015_machine_room::Migration),
            Box::new(m20261123_000017_one_open_check::Migration),
            Box::new(m20261123_000018_reminder_mail_day::Migration),
            Box::new(m20261123_000019_mail_school::Migration),
            Box::new(m20261124_000021_connection_code::Migration),
        ]
    }
}
