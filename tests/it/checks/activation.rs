//! Where checks are required: activation needs a fresh pass, or leave of an admin, which is shown with the verdict.

use chrono::TimeDelta;
use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::check::{CheckCode, CheckPolicy};
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::{Refusal, Step};
use koppelklaar::services::onboarding::import_gate;
use koppelklaar::services::{ServiceError, checks};

use super::support::{Checks, limits, run_with};
use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::app::TestSchool;

fn as_admin(actor: Actor) -> Actor {
    let Actor::Staff { id, .. } = actor else { panic!("a colleague") };
    Actor::Staff { id, role: StaffRole::Admin }
}

async fn claimed(checks: &Checks, label: &str) -> TestSchool {
    let school = checks.school("12AB", label).await;
    for step in STEPS_OF_SCHOOL {
        checks.app.claim(&school, step).await.expect("its turn has come");
    }
    school
}

#[test]
fn activation_waits_for_a_pass_of_the_last_day() {
    run_with(CheckPolicy::Require, limits(), |checks: Checks| async move {
        let school = claimed(&checks, "bonhoeffer").await;

        let before = checks.activate(&school).await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        checks.app.advance(TimeDelta::hours(24));
        let stale = checks.activate(&school).await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        checks.app.advance(TimeDelta::hours(23));
        let fresh = checks.activate(&school).await;

        assert!(matches!(before, Err(ServiceError::Refused(Refusal::CheckNeeded))), "{before:?}");
        assert!(matches!(stale, Err(ServiceError::Refused(Refusal::CheckNeeded))), "{stale:?}");
        fresh.expect("it passed a short while ago");
        assert!(verdict_of_all(&checks.state(&school).await).is_open());
    });
}

#[test]
fn an_admin_gives_leave_with_a_reason_that_is_shown_with_the_verdict_and_counts_for_one_password() {
    run_with(CheckPolicy::Require, limits(), |checks: Checks| async move {
        let school = claimed(&checks, "bonhoeffer").await;
        let context = checks.app.context();
        let why = reason("Magister heeft ons adres pas morgen op de lijst.");

        let support = checks.app.call(checks.kurve);
        let refused = checks::allow_without(context, &support, school.connection, why.clone()).await;
        let admin = checks.app.call(as_admin(checks.kurve));
        checks::allow_without(context, &admin, school.connection, why.clone()).await.expect("an admin may");
        checks.activate(&school).await.expect("an admin gave leave");

        assert!(matches!(refused, Err(ServiceError::Forbidden)), "{refused:?}");
        let brin = koppelklaar::domain::text::Brin::parse("12AB").expect("a BRIN");
        let answer = import_gate::answer(context, &brin).await.expect("the school is there");
        assert_eq!(answer.activation.leave.map(|leave| leave.reason), Some(why.clone()));
        let mail = checks.app.only_mail_to(&school.email).await;
        assert!(mail.subject.contains("Je kunt nu leerlingen importeren"), "{}", mail.subject);
        let text: Vec<&str> = mail.text.split_whitespace().collect();
        assert!(text.join(" ").contains(why.as_str()), "{}", mail.text);
        assert!(checks.audited(&school).await.contains(&"check_overridden"));

        checks.app.advance(TimeDelta::minutes(1));
        koppelklaar::services::onboarding::credentials::issue(
            context,
            &checks.app.call(checks.kurve),
            school.connection,
            None,
            None,
        )
        .await
        .expect("the contact is vouched for");
        checks.app.claim(&school, Step::PasswordSet).await.expect("it is open again");
        let renewed = checks.activate(&school).await;
        assert!(matches!(renewed, Err(ServiceError::Refused(Refusal::CheckNeeded))), "{renewed:?}");
    });
}

#[test]
fn a_pass_counts_no_more_once_a_later_check_failed() {
    run_with(CheckPolicy::Require, limits(), |checks: Checks| async move {
        let school = claimed(&checks, "bonhoeffer").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        checks.behaves(&school, "bonhoeffer", "refuses").await;
        assert_eq!(checks.check(&school).await, CheckCode::PortRefused);

        let failed_since = checks.activate(&school).await;
        checks.behaves(&school, "bonhoeffer", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);

        assert!(matches!(failed_since, Err(ServiceError::Refused(Refusal::CheckNeeded))), "{failed_since:?}");
        checks.activate(&school).await.expect("the newest check passed");
    });
}

#[test]
fn what_fell_with_the_connection_comes_back_on_the_grounds_on_which_kurve_may_activate() {
    run_with(CheckPolicy::Require, limits(), |checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "list_not_granted").await;
        checks.fail_for_hours(&school).await;
        assert!(!verdict_of_all(&checks.state(&school).await).is_open());

        checks.behaves(&school, "bonhoeffer", "no_rows").await;
        assert_eq!(checks.check(&school).await, CheckCode::ListEmpty);
        let with_an_empty_list = verdict_of_all(&checks.state(&school).await).is_open();
        checks.behaves(&school, "bonhoeffer", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);

        assert!(!with_an_empty_list, "Kurve itself may not activate on that check");
        assert!(verdict_of_all(&checks.state(&school).await).is_open());
    });
}
