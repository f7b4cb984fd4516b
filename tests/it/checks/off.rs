//! Where checks are off: an installation whose address Magister does not know goes all the way on what people say.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::jobs::Job;

use super::support::{Checks, limits, run_with};
use crate::journey::Table;

#[test]
fn a_school_comes_to_an_open_import_and_stays_there_on_claims_and_confirmations_alone() {
    run_with(CheckPolicy::Off, limits(), |checks: Checks| async move {
        let table = Table::set(&checks.app).await;
        let key = checks.app.api_key().await;
        let before = table.verdict(&checks.app, &key).await;

        table.open_import().await;
        let opened = table.verdict(&checks.app, &key).await;
        checks.app.new_mails().await;
        for _ in 0..10 {
            checks.app.advance(TimeDelta::days(1));
            checks.app.run(Job::PlanChecks).await;
            assert_eq!(checks.run_all().await, 0);
        }
        let later = table.verdict(&checks.app, &key).await;
        let portal = checks.app.portal(&table.school).await.open("").await;

        assert_eq!((&before["verdict"], &opened["verdict"]), (&"closed".into(), &"open".into()));
        assert_eq!((&later["verdict"], &later["check"]["policy"]), (&"open".into(), &"off".into()));
        assert!(portal.has("form[action$='/import-gedaan']"), "{}", portal.body);
        assert_eq!(checks.proven(&table.school).await, []);
        assert!(checks.simulator.visits().is_empty());
    });
}
