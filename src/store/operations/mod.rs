//! Rows for running the service: heartbeats, job slots, the clock, the audit, keys and figures.

pub mod api_keys;
pub mod audit;
pub(in crate::store) mod audit_row;
pub mod audit_texts;
pub mod bulk_items;
pub mod bulk_runs;
pub mod clock;
pub mod clock_repair;
pub mod contents;
pub mod desk_settings;
pub mod feed;
pub mod heartbeats;
pub mod holidays;
pub mod insight;
pub mod job_slots;
pub mod key_fingerprints;
pub mod recount;
pub mod replay;
pub mod saved_views;
pub mod size;
pub mod tally;
pub mod upkeep_notes;
