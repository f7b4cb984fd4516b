//! Activating on anything but a fresh pass takes a reason, which stands wherever the verdict does.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::check::{CheckCode, CheckPolicy};
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::{Refusal, Step};
use koppelklaar::links;
use koppelklaar::services::{ServiceError, checks as check_service};

use super::support::{Checks, limits, run, run_with};
use crate::journey::verdict_of;
use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::app::TestSchool;

const WHY: &str = "Magister bevestigde per mail dat de lijst klopt.";

/// Everything claimed, and the newest check refused.
async fn refused(checks: &Checks) -> TestSchool {
    let school = checks.school("12AB", "bonhoeffer").await;
    for step in STEPS_OF_SCHOOL {
        checks.app.claim(&school, step).await.expect("its turn has come");
    }
    checks.behaves(&school, "bonhoeffer", "refuses").await;
    assert_eq!(checks.check(&school).await, CheckCode::PortRefused);
    school
}

#[test]
fn a_failed_or_old_check_takes_a_reason_that_stands_wherever_the_verdict_does() {
    run(|checks: Checks| async move {
        let school = refused(&checks).await;
        let staff = checks.app.staff().await;
        checks.app.new_mails().await;
        let key = checks.app.api_key().await;
        let page = links::staff_school(links::STAFF_SCHOOL, school.connection);
        let form = "[data-step=activation_confirmed] form[data-form=confirm]";

        let worklist = staff.get(links::STAFF).await;
        let row = worklist.text("[data-kind=activate] [data-remark]");
        let without = staff.get(&page).await.submit(&staff, form, &[]).await;
        let closed = verdict_of_all(&checks.state(&school).await).is_open();
        let with = without.submit(&staff, "main form[data-form=confirm]", &[("ground", WHY)]).await;
        checks.app.advance(TimeDelta::minutes(2));

        assert!(!worklist.has("[data-action=confirm]"), "one press is not enough:\n{}", worklist.body);
        assert!(row.starts_with("Niet gezien:") && row.ends_with("verbinding geweigerd."), "{row}");
        assert_eq!((without.status, closed, with.status), (422, false, 303), "{}", with.body);
        assert!(without.text("[data-error-for=ground]").contains("verantwoord"), "{}", without.body);
        assert!(without.text("main").contains("verbinding geweigerd"), "{}", without.body);
        let mail = checks.app.only_mail_to(&school.email).await;
        let portal = checks.app.portal(&school).await;
        for (place, said) in [
            ("Kurve's page", staff.get(&page).await.text("[data-despite]")),
            ("the school's page", portal.open("").await.text("[data-despite]")),
            ("the mail", mail.text.split_whitespace().collect::<Vec<_>>().join(" ")),
            ("the timeline", staff.get(&page).await.text("section[aria-labelledby=verloop]")),
            ("the step", portal.open("/stap/activation_confirmed").await.text("main")),
        ] {
            assert!(said.contains(WHY) && said.contains("verbinding geweigerd"), "{place}: {said}");
        }
        let told = &verdict_of(&checks.app, &key, "12AB").await["check"]["activated_despite"];
        assert_eq!((&told["reason"], &told["code"]), (&WHY.into(), &"port_refused".into()), "{told}");
    });
}

#[test]
fn a_pass_older_than_a_day_takes_a_reason_too_and_a_fresh_one_none() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in STEPS_OF_SCHOOL {
            checks.app.claim(&school, step).await.expect("its turn has come");
        }
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        checks.app.advance(TimeDelta::hours(24));

        let old = checks.activate(&school).await;
        let staff = checks.app.staff().await;
        let worklist = staff.get(links::STAFF).await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        let fresh = checks.activate(&school).await;

        assert!(matches!(old, Err(ServiceError::Refused(Refusal::ReasonNeeded))), "{old:?}");
        assert!(worklist.text("[data-remark]").starts_with("Laatste goede controle:"), "{}", worklist.body);
        fresh.expect("the newest check passed a short while ago");
        assert!(checks.state(&school).await.activated_despite().is_empty());
        checks.app.new_mails().await;
    });
}

#[test]
fn where_a_pass_is_required_leave_of_an_admin_does_not_save_the_reason() {
    run_with(CheckPolicy::Require, limits(), |checks: Checks| async move {
        let school = refused(&checks).await;
        let neither = checks.activate_despite(&school, WHY).await;
        let kurve = match checks.kurve {
            koppelklaar::domain::actor::Actor::Staff { id, .. } => id,
            other => panic!("{other:?} is no colleague"),
        };
        let admin = koppelklaar::domain::actor::Actor::Staff { id: kurve, role: StaffRole::Admin };
        let leave = reason("Dit is met de school besproken.");
        check_service::allow_without(checks.app.context(), &checks.app.call(admin), school.connection, leave)
            .await
            .expect("an admin may");

        let without = checks.activate(&school).await;
        let with = checks.activate_despite(&school, WHY).await;

        assert!(matches!(neither, Err(ServiceError::Refused(Refusal::CheckNeeded))), "{neither:?}");
        assert!(matches!(without, Err(ServiceError::Refused(Refusal::ReasonNeeded))), "{without:?}");
        with.expect("with leave and a reason");
        assert!(checks.state(&school).await.is_yes(Step::ActivationConfirmed));
        checks.app.new_mails().await;
    });
}

#[test]
fn the_mail_that_asks_to_activate_says_how_the_newest_check_ended() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in STEPS_OF_SCHOOL.into_iter().filter(|step| *step != Step::ConsentGiven) {
            checks.app.claim(&school, step).await.expect("its turn has come");
        }
        checks.behaves(&school, "bonhoeffer", "refuses").await;
        assert_eq!(checks.check(&school).await, CheckCode::PortRefused);
        checks.app.new_mails().await;

        checks.app.claim(&school, Step::ConsentGiven).await.expect("its turn has come");

        let mail = checks.app.only_mail_to("support@kurve.nl").await;
        let said = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(mail.subject.contains("Activeer de koppeling in Numo"), "{}", mail.subject);
        assert!(said.contains("De laatste controle is niet geslaagd: verbinding geweigerd"), "{said}");
    });
}
