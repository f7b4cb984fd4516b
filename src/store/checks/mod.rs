//! Rows of connection checks: the checks themselves, what is known of each connection, and outages.

pub mod check_overrides;
pub mod check_queue;
pub mod check_runs;
pub mod check_status;
pub mod check_status_list;
pub mod check_tally;
pub mod check_witnesses;
pub mod connection_checks;
pub mod outages;
