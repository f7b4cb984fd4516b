//! An outage of many blames nobody: nothing falls, no school is mailed, and Kurve gets one alarm and one all-clear.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::import_gate::verdict;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::services::connection_checks;

use super::support::{Checks, run};
use crate::it::support::app::TestSchool;

const SCHOOLS: [(&str, &str); 6] =
    [("10AA", "een"), ("10AB", "twee"), ("10AC", "drie"), ("10AD", "vier"), ("10AE", "vijf"), ("10AF", "zes")];

async fn open_schools(checks: &Checks) -> Vec<(TestSchool, &'static str)> {
    let mut schools = vec![];
    for (brin, label) in SCHOOLS {
        schools.push((checks.open_school(brin, label).await, label));
    }
    schools
}

async fn all_behave(checks: &Checks, schools: &[(TestSchool, &'static str)], preset: &str) {
    for (school, label) in schools {
        checks.behaves(school, label, preset).await;
    }
}

#[test]
fn when_all_fail_nothing_falls_and_kurve_hears_once_of_the_beginning_and_once_of_the_end() {
    run(|checks: Checks| async move {
        let schools = open_schools(&checks).await;

        all_behave(&checks, &schools, "refuses").await;
        for _ in 0..5 {
            checks.app.advance(TimeDelta::hours(8));
            checks.run_all().await;
        }
        for (school, _) in &schools {
            assert!(verdict(&checks.state(school).await).is_open());
            assert!(!checks.connection(school).await.is_lost);
        }
        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0 == "support@kurve.nl" && told[0].1.contains("storing bij"), "{told:?}");
        let tally = connection_checks::tally(checks.app.office()).await.expect("the store answers");
        assert!(tally.outage.is_some());
        assert_eq!(tally.by_code, [(Some(CheckCode::PortRefused), 6)]);

        all_behave(&checks, &schools, "right").await;
        checks.app.advance(TimeDelta::hours(1));
        checks.run_all().await;
        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].1.contains("de storing is voorbij"), "{told:?}");
        assert_eq!(connection_checks::find_outage(checks.app.office()).await.expect("the store answers"), None);
    });
}

#[test]
fn one_of_many_that_fails_for_hours_falls_alone() {
    run(|checks: Checks| async move {
        let schools = open_schools(&checks).await;
        let (broken, label) = &schools[2];
        checks.app.advance(TimeDelta::days(1));
        checks.run_all().await;

        checks.behaves(broken, label, "list_not_granted").await;
        checks.app.advance(TimeDelta::hours(24));
        for _ in 0..12 {
            checks.app.advance(TimeDelta::minutes(30));
            checks.run_all().await;
        }

        for (school, _) in &schools {
            assert_eq!(verdict(&checks.state(school).await).is_open(), school.id != broken.id);
        }
        let told = checks.mailed().await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|(_, subject)| subject.contains("import weer dicht")), "{told:?}");
    });
}

#[test]
fn while_most_fail_together_a_school_that_never_worked_is_not_blamed_either() {
    run(|checks: Checks| async move {
        let schools = open_schools(&checks).await;
        let new = checks.school("10AG", "zeven").await;
        checks.app.claim(&new, Step::QueryExecuted).await.expect("it is open");
        checks.app.claim(&new, Step::PasswordSet).await.expect("it is open");
        checks.app.new_mails().await;

        all_behave(&checks, &schools, "wrong_password").await;
        checks.behaves(&new, "zeven", "wrong_password").await;
        for _ in 0..12 {
            checks.app.advance(TimeDelta::minutes(40));
            checks.run_all().await;
        }

        assert!(checks.state(&new).await.is_yes(Step::PasswordSet));
        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0 == "support@kurve.nl" && told[0].1.contains("storing bij"), "{told:?}");
    });
}
