//! What of connections is in the feed.

use chrono::TimeDelta;
use koppelklaar::domain::feed::FeedKind;
use koppelklaar::simulator::SchoolScript;
use koppelklaar::simulator::script::TlsScript;

use super::support::{Checks, run};

async fn told(checks: &Checks) -> Vec<FeedKind> {
    checks.app.feed().await.into_iter().map(|event| event.kind).collect()
}

#[test]
fn a_connection_that_is_lost_and_works_again_is_told_of_with_the_verdict() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        let before = told(&checks).await.len();
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        for _ in 0..30 {
            checks.check(&school).await;
            checks.app.advance(TimeDelta::hours(2));
        }
        checks.sets(&school, "bonhoeffer", SchoolScript::default()).await;
        checks.check(&school).await;

        let told = told(&checks).await;

        let after = &told[before..];
        let lost = after.iter().position(|kind| *kind == FeedKind::ConnectionLost).expect("it is told");
        let back = after.iter().position(|kind| *kind == FeedKind::ConnectionBack).expect("it is told");
        assert!(lost < back && after.contains(&FeedKind::VerdictClosed), "{after:?}");
        assert_eq!(after.iter().filter(|kind| **kind == FeedKind::ConnectionLost).count(), 1, "{after:?}");
    });
}

#[test]
fn a_certificate_that_ends_is_told_of_thirty_days_ahead_and_seven_and_not_with_each_check() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let ends = checks.app.now() + TimeDelta::days(33);
        let script = SchoolScript { tls: TlsScript::Until(ends.date_naive()), ..SchoolScript::default() };
        checks.sets(&school, "bonhoeffer", script).await;

        let mut counts = vec![];
        for days in [0, 2, 4, 1, 10, 10, 1] {
            checks.app.advance(TimeDelta::days(days));
            checks.check(&school).await;
            counts.push(told(&checks).await.iter().filter(|kind| **kind == FeedKind::CertificateExpiring).count());
        }

        assert_eq!(counts, [0, 0, 1, 1, 1, 2, 2]);
    });
}
