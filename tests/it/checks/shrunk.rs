//! A list without pupils, or with far fewer than before, holds the import until it is whole or Kurve lets it through.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::Refusal;
use koppelklaar::services::ServiceError;
use koppelklaar::simulator::SchoolScript;
use koppelklaar::simulator::script::ListScript;

use super::support::{Checks, run};
use crate::support::TestSchool;

impl Checks {
    async fn check_of_rows(&self, school: &TestSchool, rows: u32) -> (CheckCode, bool) {
        let list = ListScript { rows, without_opleidingscode: 0, ..ListScript::default() };
        self.sets(school, "bonhoeffer", SchoolScript { list, ..SchoolScript::default() }).await;
        let code = self.check(school).await;
        (code, verdict_of_all(&self.state(school).await).is_open())
    }

    async fn receipt_rows(&self, school: &TestSchool) -> Option<u32> {
        self.connection(school).await.receipt.map(|receipt| receipt.counts.rows)
    }
}

#[test]
fn a_list_that_collapsed_closes_the_import_tells_once_and_a_whole_one_opens_it_by_itself() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;

        let held = checks.check_of_rows(&school, 305).await;
        let told = checks.mailed().await;
        checks.app.advance(TimeDelta::minutes(30));
        let tried_again = checks.run_all().await;
        let empty = checks.check_of_rows(&school, 0).await;
        let silence = checks.mailed().await;
        let kept = checks.receipt_rows(&school).await;
        let whole = checks.check_of_rows(&school, 600).await;

        assert_eq!(held, (CheckCode::ListShrunk, false));
        let subject = "School 12AB (12AB): import weer dicht, eerst: Koppeling activeren".to_owned();
        assert_eq!(told, [school.email.clone(), "support@kurve.nl".to_owned()].map(|to| (to, subject.clone())));
        assert_eq!((tried_again, empty, silence), (1, (CheckCode::ListEmpty, false), vec![]));
        assert_eq!((kept, whole), (Some(612), (CheckCode::Ok, true)));
        assert_eq!(checks.receipt_rows(&school).await, Some(600));
    });
}

#[test]
fn what_kurve_lets_through_is_what_the_next_lists_are_held_against() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        let mut seen = vec![];
        for rows in [300, 300, 310, 100, 0, 0] {
            if !verdict_of_all(&checks.state(&school).await).is_open() {
                let without = checks.activate(&school).await;
                assert!(matches!(without, Err(ServiceError::Refused(Refusal::ReasonNeeded))), "{without:?}");
                let why = "Dit zijn alleen de eersteklassers, zo is het afgesproken.";
                checks.activate_despite(&school, why).await.expect("Kurve lets it through");
            }
            let (code, is_open) = checks.check_of_rows(&school, rows).await;
            seen.push((rows, code, is_open, checks.receipt_rows(&school).await));
        }

        use CheckCode::{ListEmpty, ListShrunk, Ok};
        assert_eq!(
            seen,
            [
                (300, ListShrunk, false, Some(612)),
                (300, Ok, true, Some(300)),
                (310, Ok, true, Some(310)),
                (100, ListShrunk, false, Some(310)),
                // Held against the hundred that were let through, and those without pupils anew.
                (0, ListEmpty, false, Some(310)),
                (0, ListEmpty, true, Some(0)),
            ]
        );
    });
}

#[test]
fn before_the_import_is_open_an_empty_list_takes_nothing_away() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;

        let empty = checks.check_of_rows(&school, 0).await;
        let filled = checks.check_of_rows(&school, 9).await;

        assert_eq!((empty, filled), ((CheckCode::ListEmpty, false), (CheckCode::Ok, false)));
        assert_eq!(checks.mailed().await, []);
        assert_eq!(checks.connection(&school).await.held_rows, None);
    });
}
