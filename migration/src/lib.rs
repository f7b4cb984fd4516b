//! The steps that bring a database to the present schema, written by hand for SQLite and PostgreSQL.
//!
//! The first step is the baseline: every table, by subject. Once a release has gone out its steps are never edited; what
//! changes after it is a step of its own. A step never imports `entity`: it says what the tables were then, not what
//! they are now. Keys and instants come from code, so no column has a default. SQLite cannot add a foreign key to a
//! table that exists, so each table names its own when it is created. Indexes are called `idx-<table>-<columns>`:
//! the schema test compares by that name.
//!
//! To add a step: a file `m<date>_<number>_<what>.rs` with `up` and `down`, one line in the module list and one line
//! at the end of `migrations()`.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

mod baseline;
mod m20261201_000001_baseline;
mod m20261202_000002_ends_so_since_truth;
mod m20261202_000003_password_until_ball;
mod m20261203_000002_option_b;
mod m20261204_000001_due_in_order;
mod m20261205_000001_school_summary;
mod m20261205_000002_weekly_figure;
mod m20261205_000003_list_orders;
mod m20261205_000004_worklist_order;
mod m20261205_000005_connection_summary;
mod m20261206_000001_work_item;
mod m20261206_000002_bulk_run;
mod m20261206_000003_note_mention;
mod m20261206_000004_roster;
mod m20261206_000021_checks_in_order;
mod m20261207_000005_message;
mod m20261207_000006_turns_by_check;
mod m20261208_000010_work_in_one_order;
mod m20261208_000011_sign_in;
mod m20261208_000012_colleague_sign_in;
mod m20261208_000013_key_fingerprint;
mod m20261208_000015_kept_form;
mod m20261208_000016_gathered;
mod m20261208_000018_feed;
mod m20261209_000019_webhooks;
mod m20261209_000020_staff_identity;
mod m20261209_000021_audit_text;
mod m20261209_000022_upkeep_note;
mod m20261210_000023_ended;
mod m20261211_000024_registration_waits;
mod parts;

/// Knows every step, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261201_000001_baseline::Migration),
            Box::new(m20261202_000002_ends_so_since_truth::Migration),
            Box::new(m20261202_000003_password_until_ball::Migration),
            Box::new(m20261203_000002_option_b::Migration),
            Box::new(m20261204_000001_due_in_order::Migration),
            Box::new(m20261205_000001_school_summary::Migration),
            Box::new(m20261205_000002_weekly_figure::Migration),
            Box::new(m20261205_000003_list_orders::Migration),
            Box::new(m20261205_000004_worklist_order::Migration),
            Box::new(m20261205_000005_connection_summary::Migration),
            Box::new(m20261206_000001_work_item::Migration),
            Box::new(m20261206_000002_bulk_run::Migration),
            Box::new(m20261206_000003_note_mention::Migration),
            Box::new(m20261206_000004_roster::Migration),
            Box::new(m20261206_000021_checks_in_order::Migration),
            Box::new(m20261207_000005_message::Migration),
            Box::new(m20261207_000006_turns_by_check::Migration),
            Box::new(m20261208_000010_work_in_one_order::Migration),
            Box::new(m20261208_000011_sign_in::Migration),
            Box::new(m20261208_000012_colleague_sign_in::Migration),
            Box::new(m20261208_000013_key_fingerprint::Migration),
            Box::new(m20261208_000015_kept_form::Migration),
            Box::new(m20261208_000016_gathered::Migration),
            Box::new(m20261208_000018_feed::Migration),
            Box::new(m20261209_000019_webhooks::Migration),
            Box::new(m20261209_000020_staff_identity::Migration),
            Box::new(m20261209_000021_audit_text::Migration),
            Box::new(m20261209_000022_upkeep_note::Migration),
            Box::new(m20261210_000023_ended::Migration),
            Box::new(m20261211_000024_registration_waits::Migration),
        ]
    }
}
