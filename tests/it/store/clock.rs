//! Leases are told by the clocks of instances, so these must be the database's.

use chrono::{DateTime, TimeDelta};
use koppelklaar::clock::Clock;
use koppelklaar::services::operations::machine_clock::{ClockFault, check_at};

use crate::support::{TestApp, run};

#[test]
fn an_instance_whose_clock_is_not_the_databases_holds_no_mails() {
    run(|app: TestApp| async move {
        let real = Clock::system().now();
        let check = async |now| check_at(app.context(), now).await;

        assert!(check(real).await.is_ok());

        // SQLite is on the machine of its only process: whatever that says is right.
        let is_shared = !app.context().db.is_sqlite();
        let early = check(real - TimeDelta::seconds(40)).await;
        let late = check(DateTime::from_timestamp(4_000_000_000, 0).expect("a moment")).await;
        assert_eq!(matches!(early, Err(ClockFault::Behind(40..))), is_shared, "{early:?}");
        assert_eq!(matches!(late, Err(ClockFault::Ahead(_))), is_shared, "{late:?}");
    });
}
