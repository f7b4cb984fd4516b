//! Activating many at once: only those whose newest check passed, and the others by name.

use koppelklaar::domain::bulk::{BulkOutcome, BulkWork, WhyNot};
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::jobs;
use koppelklaar::services::bulk::{self, Chosen, Selection};
use koppelklaar::store::mail::outbox;
use koppelklaar::store::operations::bulk_items::Which;

use super::support::{Checks, run};
use crate::support::TestSchool;

/// A school of which everything is yes but the activation, with how its newest check ended.
async fn ready(checks: &Checks, brin: &str, label: &str) -> TestSchool {
    let school = checks.school(brin, label).await;
    assert_eq!(checks.check(&school).await, CheckCode::Ok);
    checks.app.claim(&school, Step::ConsentGiven).await.expect("it is open");
    school
}

#[test]
fn only_those_whose_newest_check_passed_are_activated_and_the_others_are_named() {
    run(|checks| async move {
        let app = &checks.app;
        let good = ready(&checks, "12AB", "bonhoeffer").await;
        let silent = ready(&checks, "13CD", "baken").await;
        let turns = ready(&checks, "14EF", "molenveld").await;
        checks.behaves(&silent, "baken", "redirect").await;
        assert_ne!(checks.check(&silent).await, CheckCode::Ok);
        let unready = checks.school("15GH", "duinrand").await;
        app.new_mails().await;
        let call = app.call(checks.kurve);
        let row = |school: &TestSchool| Chosen { connection: school.connection, school: Some(school.id) };
        let rows = Selection::Rows([&good, &silent, &turns, &unready].map(row).to_vec());

        let id = bulk::put_together(app.context(), &call, BulkWork::Activate.kind(), &rows).await.expect("one may");
        checks.behaves(&turns, "molenveld", "redirect").await;
        assert_ne!(checks.check(&turns).await, CheckCode::Ok);
        let call = app.call(checks.kurve);
        bulk::begin(app.context(), &call, id, &BulkWork::Activate).await.expect("it is theirs");
        jobs::bulk::run_due(&app.app).await.expect("the store answers");

        let page = bulk::list_items(app.context(), id, Which::All, 0).await.expect("the store answers");
        let ended: Vec<_> = page.rows.iter().filter_map(|item| item.result.as_ref()).collect();
        let not_passed = Some(WhyNot::check_not_passed(Some(CheckCode::UnexpectedAnswer)));
        assert_eq!(
            ended.iter().map(|result| result.outcome).collect::<Vec<_>>(),
            [BulkOutcome::Done, BulkOutcome::LeftOut, BulkOutcome::Refused, BulkOutcome::LeftOut]
        );
        assert_eq!([bulk::why_not(ended[1]), bulk::why_not(ended[2])], [not_passed.clone(), not_passed]);
        assert!(matches!(bulk::why_not(ended[3]), Some(WhyNot::NotYet { .. })));
        for (school, is_active) in [(&good, true), (&silent, false), (&turns, false), (&unready, false)] {
            assert_eq!(checks.state(school).await.is_any_yes(Step::ActivationConfirmed), is_active, "{}", school.brin);
        }
        // The mails wait as after a press for one, so that it can be undone.
        let waiting = outbox::list_of_kinds(app.context().db.reader(), good.connection, &[MailKind::ImportOpen]).await;
        let waiting = waiting.expect("the store answers");
        assert!(waiting.iter().all(|mail| mail.next_attempt_at > app.now()) && !waiting.is_empty(), "{waiting:?}");
        app.advance(koppelklaar::domain::notice::TIME_TO_UNDO);
        app.new_mails().await;
    });
}
