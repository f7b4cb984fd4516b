//! Running the service: its workers' health, its clock, its audit, what is cleared away, and the demo.

pub mod api_keys;
pub mod audit;
pub mod demo;
pub mod holidays;
pub mod housekeeping;
pub mod insight;
pub mod machine_clock;
pub mod saved_views;
pub mod worker_health;
