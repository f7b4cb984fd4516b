//! The reminder rules, tested two ways: tables of dates and ladders written out by hand ([`calendar`], [`holidays`],
//! [`ladder`], [`silence`], [`own_days`], [`people`], [`settings`], [`window`]), histories of who can do what ([`able`]), and two years of hourly ticks with random progress
//! and outages beside a reckoning of its own ([`walks`], [`reckoner`]).

mod able;
mod calendar;
mod holidays;
mod ladder;
mod own_days;
mod people;
mod reckoner;
mod scene;
mod settings;
mod silence;
mod walks;
mod window;

use chrono::{DateTime, NaiveDate, Utc};

/// A date as people write it in a table.
fn date(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

/// A moment in UTC: `2026-10-26 07:00`.
fn utc(text: &str) -> DateTime<Utc> {
    format!("{}:00Z", text.replace(' ', "T")).parse().expect(text)
}
