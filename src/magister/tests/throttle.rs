//! Turns under a clock that tokio moves.

use std::time::Duration;

use super::*;
use crate::domain::check::Rung;
use crate::domain::text::SchoolDomain;
use crate::magister::Port;

const COURTESY: Courtesy =
    Courtesy { pause: Duration::from_secs(1), at_once: 2, rest_after: 3, rest: Duration::from_secs(60) };

fn target(label: &str) -> Target {
    Target::new(SchoolDomain::parse(label).expect("a label"), Port::Live)
}

fn address() -> SocketAddr {
    "192.0.2.1:8800".parse().expect("an address")
}

fn result(code: CheckCode) -> CheckResult {
    CheckResult::ended(code, Rung::Tcp)
}

async fn visit(throttle: &Throttle, label: &str, code: CheckCode) -> Result<(), NotChecked> {
    let permit = throttle.enter_address(address(), &target(label)).await?;
    permit.leave(&result(code));
    Ok(())
}

#[test]
fn a_host_is_checked_once_at_a_time() {
    let throttle = Throttle::new(COURTESY);

    let first = throttle.enter_host(&target("a"));
    assert_eq!(throttle.enter_host(&target("a")).err(), Some(NotChecked::Busy));
    assert!(throttle.enter_host(&target("b")).is_ok());

    drop(first);
    assert!(throttle.enter_host(&target("a")).is_ok());
}

#[tokio::test(start_paused = true)]
async fn hosts_behind_one_address_start_with_a_pause_and_not_all_at_once() {
    let throttle = Throttle::new(COURTESY);
    let start = Instant::now();

    let first = throttle.enter_address(address(), &target("a")).await.expect("a place");
    let _second = throttle.enter_address(address(), &target("b")).await.expect("a place");
    assert_eq!(start.elapsed().as_secs(), 1);

    let other = target("c");
    let third = throttle.enter_address(address(), &other);
    tokio::pin!(third);
    assert!(tokio::time::timeout(Duration::from_secs(30), &mut third).await.is_err(), "both places are taken");
    drop(first);
    assert!(third.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_address_that_three_schools_find_dead_rests_and_is_tried_by_one_after_that() {
    let throttle = Throttle::new(COURTESY);
    for label in ["a", "b", "b", "b", "c"] {
        assert_eq!(visit(&throttle, label, CheckCode::PortSilent).await, Ok(()), "{label}");
    }

    assert!(matches!(visit(&throttle, "d", CheckCode::Ok).await, Err(NotChecked::Resting { .. })));

    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(visit(&throttle, "d", CheckCode::PortRefused).await, Ok(()));
    assert!(matches!(visit(&throttle, "e", CheckCode::Ok).await, Err(NotChecked::Resting { .. })));

    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(visit(&throttle, "e", CheckCode::LoginRefused).await, Ok(()));
    for label in ["a", "b"] {
        assert_eq!(visit(&throttle, label, CheckCode::PortSilent).await, Ok(()), "it counts from one again");
    }
    assert_eq!(visit(&throttle, "f", CheckCode::Ok).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn failures_far_apart_do_not_add_up() {
    let throttle = Throttle::new(COURTESY);
    for label in ["a", "b", "c", "d", "e"] {
        assert_eq!(visit(&throttle, label, CheckCode::PortSilent).await, Ok(()), "{label}");
        tokio::time::advance(Duration::from_secs(61)).await;
    }
}
