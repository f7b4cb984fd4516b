//! What comes between: a new password while a check runs, and two instances that want the same host.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::clock::Clock;
use koppelklaar::domain::check::{CheckCode, CheckPolicy, NotMade, Rung};
use koppelklaar::domain::connection::ConnectionDetails;
use koppelklaar::domain::ids::CheckId;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::text::SchoolDomain;
use koppelklaar::jobs;
use koppelklaar::links;
use koppelklaar::magister::Limits;
use koppelklaar::services::checks;
use koppelklaar::services::onboarding::credentials;
use koppelklaar::store::checks::check_status;
use koppelklaar::store::checks::connection_checks::Outcome;
use koppelklaar::store::onboarding::connections;

use super::support::{Checks, PROVABLE, limits, run_with};
use crate::support::TestSchool;

/// A Magister that keeps us waiting for the list keeps us waiting this long.
fn impatient() -> Limits {
    Limits { total: Duration::from_secs(3), ..limits() }
}

/// Until a check, which another task makes, asks for the list.
async fn until_it_asks_for_the_list(checks: &Checks, id: CheckId) {
    while checks.find(id).await.progress.trying != Some(Rung::Data) {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_result_of_a_password_that_was_replaced_meanwhile_says_nothing() {
    run_with(CheckPolicy::Advise, impatient(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "slow").await;
        let id = checks.ask(&school).await.expect("it may be asked for");

        let renewing = async {
            until_it_asks_for_the_list(&checks, id).await;
            let call = checks.app.call(checks.kurve);
            credentials::issue(checks.app.context(), &call, school.connection, None, None)
                .await
                .expect("the contact is vouched for");
        };
        tokio::join!(checks.run_one(), renewing);

        assert_eq!(checks.find(id).await.outcome, Some(Outcome::NotMade(NotMade::Overtaken)));
        assert_eq!(checks.proven(&school).await, []);
        let issued =
            credentials::find_issued(checks.app.context(), school.connection).await.expect("the store answers");
        assert_eq!(issued.map(|issued| (issued.version, issued.closed)), Some((2, None)));
        assert!(!checks.state(&school).await.is_yes(Step::PasswordSet));
    });
}

#[test]
fn an_instance_whose_clock_is_not_the_databases_makes_no_checks() {
    run_with(CheckPolicy::Advise, limits(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let asked = checks.ask(&school).await.expect("it may be asked for");
        let ahead = App { clock: Clock::system_off_by(TimeDelta::minutes(5)), ..checks.app.app.clone() };

        let made = jobs::checks::run_due(&ahead).await;

        // SQLite is on the machine of its only process: whatever that says is right.
        let is_sqlite = checks.app.context().db.is_sqlite();
        assert_eq!((made.is_ok(), checks.find(asked).await.outcome.is_some()), (is_sqlite, is_sqlite), "{made:?}");
    });
}

/// Gives the connection of a school another school domain.
async fn relabel(checks: &Checks, school: &TestSchool, label: &str) {
    let work = checks.app.context().db.begin_write().await.expect("a connection comes free");
    let known = connections::load(work.conn(), school.connection).await.expect("the store answers");
    let domain = SchoolDomain::parse(label).expect("a label");
    let details = ConnectionDetails { domain, ..known.details };
    connections::save_details(work.conn(), school.connection, &details, checks.app.now()).await.expect("a free label");
    work.commit().await.expect("nothing stands in the way");
}

#[test]
fn two_instances_never_check_one_host_at_once() {
    run_with(CheckPolicy::Advise, impatient(), |checks: Checks| async move {
        let first = checks.school("12AB", "samen").await;
        let second = checks.school("34CD", "apart").await;
        checks.behaves(&first, "samen", "slow").await;
        let other = checks.app.second_instance().await;
        let waits = checks.ask(&first).await.expect("it may be asked for");

        let meanwhile = async {
            until_it_asks_for_the_list(&checks, waits).await;
            // A host has one connection; the other one comes to it while the check of the first is under way.
            relabel(&checks, &first, "elders").await;
            relabel(&checks, &second, "samen").await;
            checks.app.advance(TimeDelta::seconds(1));
            checks.ask(&second).await.expect("it may be asked for");
            checks::run_next(&other.context, &other.magister, || checks.app.now()).await
        };
        let (made, meanwhile) = tokio::join!(checks.run_one(), meanwhile);
        let after = checks::run_next(&other.context, &other.magister, || checks.app.now()).await;

        assert_eq!(made, Some(waits));
        assert_eq!(meanwhile.expect("the store answers"), None);
        assert!(after.expect("the store answers").is_some());
        other.context.db.close().await;
    });
}

#[test]
fn a_check_that_fails_does_not_wait_for_the_row_of_a_school_that_it_hastens() {
    run_with(CheckPolicy::Advise, limits(), |checks: Checks| async move {
        if checks.app.context().db.is_sqlite() {
            // One writer, so nobody ever holds a single row.
            return;
        }
        let failing = checks.open_school("12AB", "een").await;
        let witness = checks.open_school("34CD", "twee").await;
        let next_check = checks.connection(&witness).await.next_check_at;
        checks.app.advance(TimeDelta::hours(1));
        checks.behaves(&failing, "een", "refuses").await;
        let id = checks.ask(&failing).await.expect("it may be asked for");

        let saving = checks.app.context().db.begin_write().await.expect("the store answers");
        check_status::save_next(saving.conn(), witness.connection, next_check).await.expect("the store answers");
        let made = tokio::time::timeout(Duration::from_secs(20), checks.run_one()).await;
        saving.commit().await.expect("the store answers");

        assert_eq!(made.ok(), Some(Some(id)), "it waits for a row that the other check holds");
        assert!(checks.find(id).await.result().is_some());
    });
}

#[test]
fn a_school_under_check_is_not_hastened() {
    run_with(CheckPolicy::Advise, impatient(), |checks: Checks| async move {
        let failing = checks.open_school("12AB", "een").await;
        let witness = checks.open_school("34CD", "twee").await;
        checks.app.advance(TimeDelta::hours(1));
        checks.behaves(&witness, "twee", "slow").await;
        checks.behaves(&failing, "een", "refuses").await;
        let other = checks.app.second_instance().await;
        let slow = checks.ask(&witness).await.expect("it may be asked for");

        let meanwhile = async {
            until_it_asks_for_the_list(&checks, slow).await;
            let id = checks.ask(&failing).await.expect("it may be asked for");
            let made = checks::run_next(&other.context, &other.magister, || checks.app.now()).await;
            assert_eq!(made.expect("the store answers"), Some(id));
            (checks.find(slow).await.lease_until, checks.connection(&witness).await.next_check_at)
        };
        let (_, (lease, next)) = tokio::join!(checks.run_one(), meanwhile);

        assert!(lease.is_some(), "its check is under way");
        assert!(next >= lease, "due before its lease is over: {next:?}, {lease:?}");
        other.context.db.close().await;
    });
}

#[test]
fn what_is_reported_while_a_check_runs_is_checked_a_minute_later() {
    run_with(CheckPolicy::Advise, impatient(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "slow").await;
        checks.app.claim(&school, Step::QueryExecuted).await.expect("it is open");
        let id = checks.ask(&school).await.expect("it may be asked for");

        let reporting = async {
            until_it_asks_for_the_list(&checks, id).await;
            checks.app.claim(&school, Step::PasswordSet).await.expect("it is open");
        };
        tokio::join!(checks.run_one(), reporting);

        assert!(checks.find(id).await.result().is_some());
        let next = checks.connection(&school).await.next_check_at;
        assert_eq!(next, Some(checks.app.now() + TimeDelta::minutes(1)));
    });
}

#[test]
fn what_a_check_proves_meanwhile_does_not_keep_a_colleague_from_confirming() {
    run_with(CheckPolicy::Advise, limits(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in PROVABLE.into_iter().chain([Step::ConsentGiven]) {
            checks.app.claim(&school, step).await.expect("it is open");
        }
        let staff = checks.app.staff().await;
        let worklist = staff.get(links::STAFF).await;

        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        let confirmed = worklist.submit(&staff, "[data-work=activation_confirmed] .work__do form", &[]).await;

        assert_eq!(confirmed.status, 303, "{}", confirmed.body);
        assert!(checks.state(&school).await.is_yes(Step::ActivationConfirmed));
    });
}

#[test]
fn what_a_check_proves_meanwhile_is_told_to_who_would_send_a_step_back() {
    run_with(CheckPolicy::Advise, limits(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.app.claim(&school, Step::QueryExecuted).await.expect("it is open");
        let staff = checks.app.staff().await;
        let stale = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;

        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        let form = "[data-step=query_executed] form[data-form=send_back]";
        let conflict = stale.submit(&staff, form, &[("reason", "De lijst is er nog niet.")]).await;

        assert_eq!(conflict.status, 409);
        assert!(conflict.text("main").contains("Controle geslaagd"), "{}", conflict.body);
        assert!(checks.state(&school).await.is_yes(Step::QueryExecuted));
    });
}
