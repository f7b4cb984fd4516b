//! Each sort of work does what the press for one does, and says of whom it does not.

use chrono::{Days, TimeDelta};
use koppelklaar::domain::bulk::{BulkKind, BulkOutcome, BulkWork};
use koppelklaar::domain::onboarding::decide::amsterdam_date;
use koppelklaar::domain::onboarding::{Lifecycle, Onboarding};
use koppelklaar::services::checks;
use koppelklaar::services::onboarding::{onboardings, takings};

use super::support::{begin, choose, outcomes, run_due, run_of, schools_with_details, vouch_and_issue};
use crate::support::acting::reason;
use crate::support::{TestApp, TestSchool, run};

async fn state(app: &TestApp, school: &TestSchool) -> Onboarding {
    onboardings::load_file(app.context(), school.connection).await.expect("it is there").state
}

/// In a word each, in order.
async fn said(app: &TestApp, run: koppelklaar::domain::ids::BulkRunId) -> Vec<(Option<BulkOutcome>, String)> {
    outcomes(app, run).await.into_iter().map(|(_, outcome, why)| (outcome, why)).collect()
}

fn done() -> (Option<BulkOutcome>, String) {
    (Some(BulkOutcome::Done), String::new())
}

fn left_out(why: &str) -> (Option<BulkOutcome>, String) {
    (Some(BulkOutcome::LeftOut), why.to_owned())
}

#[test]
fn issuing_alone_takes_somebody_for_whom_kurve_vouches() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..2).await;
        let kurve = app.kurve().await;
        app.vouch(kurve, &schools[0]).await;

        let id = begin(&app, kurve, &BulkWork::Issue, &schools).await;
        run_due(&app).await;

        assert_eq!(said(&app, id).await, [done(), left_out("NobodyVouched")]);
        app.new_mails().await;
    });
}

#[test]
fn a_connection_is_put_off_until_a_day_and_who_is_put_off_already_is_left_out() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..2).await;
        let kurve = app.kurve().await;
        let until = amsterdam_date(app.now()) + Days::new(30);
        let work = BulkWork::PutOff { reason: reason("Na de zomer gaan we verder."), until };

        let first = begin(&app, kurve, &work, &schools[..1]).await;
        run_due(&app).await;
        let both = begin(&app, kurve, &work, &schools).await;
        run_due(&app).await;

        assert_eq!(said(&app, first).await, [done()]);
        assert_eq!(said(&app, both).await, [left_out("Paused"), done()]);
        for school in &schools {
            assert_eq!(state(&app, school).await.paused().expect("it is paused").until, until);
        }
        let told: Vec<String> = app.new_mails().await.into_iter().map(|mail| mail.to).collect();
        assert!(schools.iter().all(|school| told.contains(&school.email)), "{told:?}");
    });
}

#[test]
fn a_day_that_is_past_by_then_is_refused_at_each() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..2).await;
        let kurve = app.kurve().await;
        let until = amsterdam_date(app.now());
        let work = BulkWork::PutOff { reason: reason("Na de zomer gaan we verder."), until };

        let id = begin(&app, kurve, &work, &schools).await;
        run_due(&app).await;

        let refused = || (Some(BulkOutcome::Refused), "BadDay".to_owned());
        assert_eq!(said(&app, id).await, [refused(), refused()]);
    });
}

#[test]
fn schools_are_closed_and_who_stopped_already_is_left_out() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..2).await;
        let kurve = app.kurve().await;
        let work = BulkWork::Close { reason: reason("Doet dit jaar niet mee.") };

        let first = begin(&app, kurve, &work, &schools[..1]).await;
        run_due(&app).await;
        let both = begin(&app, kurve, &work, &schools).await;
        run_due(&app).await;

        assert_eq!(said(&app, first).await, [done()]);
        assert_eq!(said(&app, both).await, [left_out("Withdrawn"), done()]);
        for school in &schools {
            assert!(matches!(state(&app, school).await.lifecycle(), Lifecycle::Withdrawn { .. }));
        }
        app.new_mails().await;
    });
}

#[test]
fn checks_are_asked_for_once_each() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..3).await;
        let kurve = app.kurve().await;
        let issued = begin(&app, kurve, &vouch_and_issue(), &schools[..2]).await;
        run_due(&app).await;
        assert_eq!(said(&app, issued).await, [done(), done()]);

        let first = begin(&app, kurve, &BulkWork::Check, &schools).await;
        run_due(&app).await;
        let again = begin(&app, kurve, &BulkWork::Check, &schools[..2]).await;
        run_due(&app).await;

        assert_eq!(said(&app, first).await, [done(), done(), left_out("NoPassword")]);
        let already = || (Some(BulkOutcome::Already), String::new());
        assert_eq!(said(&app, again).await, [already(), already()]);
        for school in &schools[..2] {
            let made = checks::history(app.context(), school.connection, None, 10).await;
            assert_eq!(made.expect("the store answers").len(), 1);
        }
        app.new_mails().await;
    });
}

#[test]
fn who_has_the_turn_is_reminded_now_and_not_twice_on_a_day() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..2).await;
        let kurve = app.kurve().await;
        app.issue(kurve, &schools[0]).await;
        app.advance(TimeDelta::hours(1));
        app.new_mails().await;

        let first = begin(&app, kurve, &BulkWork::Remind, &schools[..1]).await;
        run_due(&app).await;
        let mails = app.new_mails().await;
        let again = begin(&app, kurve, &BulkWork::Remind, &schools[..1]).await;
        run_due(&app).await;

        assert_eq!(said(&app, first).await, [done()]);
        let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(mails.len(), 1, "{subjects:?}");
        assert!(mails[0].to == schools[0].email && subjects[0].contains("nog"), "{subjects:?}");
        assert_eq!(said(&app, again).await, [(Some(BulkOutcome::Refused), "MailedToday".to_owned())]);
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn who_takes_many_leaves_a_colleague_what_they_took() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..4).await;
        let (eva, bram) = (app.kurve().await, app.colleague("bram@kurve.nl").await);
        for (who, school) in [(eva, &schools[1]), (bram, &schools[2])] {
            takings::take_if_free(app.context(), &app.call(who), school.connection).await.expect("a colleague may");
        }

        let id = begin(&app, eva, &BulkWork::Take, &schools).await;
        // A colleague is first with one of them.
        takings::take_if_free(app.context(), &app.call(bram), schools[3].connection).await.expect("a colleague may");
        run_due(&app).await;

        let refused = (Some(BulkOutcome::Refused), "TakenByAnother".to_owned());
        assert_eq!(said(&app, id).await, [done(), left_out("AlreadySo"), left_out("TakenByAnother"), refused]);
        for (school, who) in schools.iter().zip([eva, eva, bram, bram]) {
            let taking = takings::find(app.context(), school.connection).await.expect("the store answers");
            assert_eq!(taking.map(|taking| taking.by.as_uuid()), who.person(), "{}", school.brin);
        }
        let file = onboardings::load_file(app.context(), schools[0].connection).await.expect("it is there");
        let told = onboardings::list_timeline(app.context(), file.connection.id, None, 10).await;
        assert_eq!(told.expect("the store answers")[0].action.name(), "connection_taken");
    });
}

#[test]
fn a_press_on_the_page_leads_through_each_sort() {
    run(|app| async move {
        schools_with_details(&app, 0..2).await;
        let eva = app.staff().await;
        let until = (amsterdam_date(app.now()) + Days::new(7)).to_string();
        let typed = [("reason", "Even wachten op de school."), ("until", until.as_str())];

        let put_off = choose(&eva, BulkKind::PutOff, &[("bladzijde", "ja")]).await;
        let wrong = put_off.submit(&eva, "[data-form=begin]", &[("reason", "x")]).await;
        put_off.submit(&eva, "[data-form=begin]", &typed).await;
        run_due(&app).await;

        assert_eq!(wrong.status, 422);
        assert!(wrong.has("[data-error-for=reason]") && wrong.has("[data-error-for=until]"));
        assert_eq!(said(&app, run_of(&put_off)).await, [done(), done()]);
        app.new_mails().await;
    });
}
