//! What results mean over hours and days: blips, losses, and what comes back.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::import_gate::verdict;
use koppelklaar::domain::onboarding::{Party, Step};

use super::support::{Checks, run};

#[test]
fn a_single_blip_closes_nothing_and_tells_nobody() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;

        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        assert_eq!(checks.check(&school).await, CheckCode::LoginRefused);
        checks.behaves(&school, "bonhoeffer", "right").await;
        checks.app.advance(TimeDelta::minutes(30));
        assert_eq!(checks.run_all().await, 1, "it is tried again after half an hour");

        assert!(verdict(&checks.state(&school).await).is_open());
        assert_eq!(checks.connection(&school).await.streak, None);
        assert_eq!(checks.mailed().await, []);
    });
}

#[test]
fn a_lost_connection_closes_the_import_with_a_mail_each_and_opens_it_by_itself_when_it_is_back() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;

        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.fail_for_hours(&school).await;

        let state = checks.state(&school).await;
        assert!(!verdict(&state).is_open());
        assert_eq!(state.holder(Step::PasswordSet), Some(Party::School));
        assert!(checks.connection(&school).await.is_lost);
        let subject = "School 12AB (12AB): import weer dicht, eerst: Wachtwoord instellen".to_owned();
        let told = [school.email.clone(), "support@kurve.nl".to_owned()].map(|to| (to, subject.clone()));
        assert_eq!(checks.mailed().await, told);

        checks.behaves(&school, "bonhoeffer", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);

        assert!(verdict(&checks.state(&school).await).is_open());
        assert!(!checks.connection(&school).await.is_lost);
        let subject = "School 12AB (12AB): de import is open, je kunt importeren".to_owned();
        assert_eq!(checks.mailed().await, [(school.email.clone(), subject)]);
        let audited = checks.audited(&school).await;
        let tail = ["connection_lost", "step_answered", "step_restored", "import_opened", "connection_back"];
        assert_eq!(audited[audited.len() - tail.len()..], tail, "{audited:?}");
    });
}
