//! Running the service: its workers' health, its clock, its audit, and what is cleared away.

pub mod api_keys;
pub mod audit;
pub mod backup;
pub mod clock_repair;
pub mod desk_settings;
pub mod export;
pub mod feed;
pub mod findings;
pub mod holiday_book;
pub mod holidays;
pub mod housekeeping;
pub mod insight;
pub mod key_check;
pub mod machine_clock;
pub mod replay;
pub mod saved_views;
pub mod setup;
pub mod system;
pub mod usual;
pub mod worker_health;
