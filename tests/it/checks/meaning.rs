//! What results mean over hours and days: blips, losses, and what comes back.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::{Command, Ground, Party, Step};
use koppelklaar::domain::text::Reason;
use koppelklaar::services::onboarding::{credentials, onboardings};
use strum::IntoEnumIterator;

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

        assert!(verdict_of_all(&checks.state(&school).await).is_open());
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
        assert!(!verdict_of_all(&state).is_open());
        assert_eq!(state.holder(Step::PasswordSet), Some(Party::Kurve), "the password is not shown any more");
        assert!(checks.connection(&school).await.is_lost);
        let of = |what: &str| format!("Importeer nu niet in Numo{what} – koppeling Numo (School 12AB)");
        let told = [
            (school.email.clone(), of(", Kurve is aan de beurt")),
            (
                "support@kurve.nl".to_owned(),
                "Importeren kan niet meer, eerst Wachtwoord instellen: School 12AB (12AB)".to_owned(),
            ),
        ];
        assert_eq!(checks.mailed().await, told);

        checks.behaves(&school, "bonhoeffer", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);

        assert!(verdict_of_all(&checks.state(&school).await).is_open());
        assert!(!checks.connection(&school).await.is_lost);
        let subject = "Je kunt nu leerlingen importeren in Numo – koppeling Numo (School 12AB)".to_owned();
        assert_eq!(checks.mailed().await, [(school.email.clone(), subject)]);
        let audited = checks.audited(&school).await;
        let tail = ["connection_lost", "step_answered", "step_restored", "import_opened", "connection_back"];
        assert_eq!(audited[audited.len() - tail.len()..], tail, "{audited:?}");
    });
}

#[test]
fn a_check_that_closes_an_import_of_which_nobody_heard_yet_tells_the_school_of_the_step_alone() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in Step::iter().filter(|step| step.can_school_report() && *step != Step::DetailsSubmitted) {
            checks.app.claim(&school, step).await.expect("it is open");
        }
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        let confirm = Command::Confirm {
            step: Step::ActivationConfirmed,
            ground: Ground::Remark(Reason::parse("Op verzoek van de school.").expect("a reason")),
        };
        let call = checks.app.call(checks.kurve);
        onboardings::act(checks.app.context(), &call, school.connection, &confirm, None).await.expect("all is yes");
        checks.mailed().await;

        checks.timer_comes_to(&school).await;
        checks.run_all().await;

        assert!(!verdict_of_all(&checks.state(&school).await).is_open());
        let of = |what: &str| format!("School 12AB (12AB): {what}");
        let told = [
            (school.email.clone(), of("controle niet gelukt, doe deze stap opnieuw: Wachtwoord instellen")),
            ("support@kurve.nl".to_owned(), of("Wachtwoord instellen")),
        ];
        assert_eq!(checks.mailed().await, told);
        checks.app.advance(TimeDelta::hours(1));
        assert_eq!(checks.mailed().await, [], "and nothing of an import that was open");
    });
}

#[test]
fn kurve_is_asked_again_to_activate_once_the_check_after_a_refusal_did_not_refuse_it_again() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in Step::iter().filter(|step| step.can_school_report() && *step != Step::DetailsSubmitted) {
            checks.app.claim(&school, step).await.expect("it is open");
        }
        let asked = || async {
            let told = checks.mailed().await;
            told.into_iter().filter(|(_, subject)| subject.contains("Activeer de koppeling in Numo")).count()
        };
        assert_eq!(asked().await, 1);
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;

        let mut counts = vec![];
        for preset in ["wrong_password", "wrong_password", "right"] {
            checks.timer_comes_to(&school).await;
            checks.run_all().await;
            checks.app.advance(TimeDelta::minutes(5));
            checks.app.claim(&school, Step::PasswordSet).await.expect("it fell");
            counts.push(asked().await);
            checks.behaves(&school, "bonhoeffer", preset).await;
            checks.app.advance(TimeDelta::minutes(1));
            checks.run_all().await;
            checks.app.advance(TimeDelta::minutes(1));
            counts.push(asked().await);
        }

        assert_eq!(counts, [0, 0, 0, 0, 0, 1]);
    });
}

#[test]
fn where_no_check_follows_kurve_is_asked_all_the_same() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        for step in Step::iter().filter(|step| step.can_school_report() && *step != Step::DetailsSubmitted) {
            checks.app.claim(&school, step).await.expect("it is open");
        }
        checks.mailed().await;
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.check(&school).await;
        checks.app.advance(TimeDelta::minutes(1));
        checks.app.claim(&school, Step::PasswordSet).await.expect("it fell");
        assert_eq!(checks.mailed().await, []);

        checks.app.advance(TimeDelta::minutes(10));

        let told = checks.mailed().await;
        assert!(
            matches!(told.as_slice(), [(_, subject)] if subject.contains("Activeer de koppeling in Numo")),
            "{told:?}"
        );
    });
}

#[test]
fn who_did_not_hear_that_the_import_closed_does_not_hear_again_that_it_is_open() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;

        // No mail can go, as while mails are held or the mail server is away.
        for _ in 0..2 {
            checks.behaves(&school, "bonhoeffer", "wrong_password").await;
            checks.fail_for_hours(&school).await;
            assert!(!verdict_of_all(&checks.state(&school).await).is_open());
            checks.behaves(&school, "bonhoeffer", "right").await;
            assert_eq!(checks.check(&school).await, CheckCode::Ok);
        }

        assert!(verdict_of_all(&checks.state(&school).await).is_open());
        assert_eq!(checks.mailed().await, []);
    });
}

#[test]
fn an_import_that_opens_more_than_once_while_no_mail_can_go_is_told_once() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        checks.app.claim(&school, Step::ConsentGiven).await.expect("it is open");
        checks.mailed().await;

        checks.activate(&school).await.expect("all before it is yes");
        checks.behaves(&school, "bonhoeffer", "wrong_password").await;
        checks.fail_for_hours(&school).await;
        checks.behaves(&school, "bonhoeffer", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);

        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].1.contains("Je kunt nu leerlingen importeren"), "{told:?}");
    });
}

#[test]
fn a_loss_that_is_kurves_to_find_out_closes_the_import_too_and_gives_kurve_the_ball() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;

        checks.behaves(&school, "bonhoeffer", "self_signed").await;
        checks.fail_for_hours(&school).await;

        let state = checks.state(&school).await;
        assert!(!verdict_of_all(&state).is_open());
        assert_eq!(state.holder(Step::ActivationConfirmed), Some(Party::Kurve));
        assert!(state.is_yes(Step::PasswordSet) && state.is_yes(Step::AllowlistingConfirmed), "no step of the school");
        let told = checks.mailed().await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|(_, subject)| subject.contains("Importe")), "{told:?}");

        checks.behaves(&school, "bonhoeffer", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        assert!(verdict_of_all(&checks.state(&school).await).is_open());
    });
}

#[test]
fn a_step_that_falls_while_the_import_was_not_open_is_told_to_the_school_once() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        checks.mailed().await;

        checks.behaves(&school, "bonhoeffer", "list_not_granted").await;
        checks.fail_for_hours(&school).await;
        checks.app.advance(TimeDelta::days(2));
        checks.run_all().await;

        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0 == school.email && told[0].1.contains("Verbinding met Magister werkt niet meer"), "{told:?}");
    });
}

#[test]
fn a_school_that_has_yet_to_type_its_new_password_is_not_lost() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        let call = checks.app.call(checks.kurve);
        let renewed = credentials::issue(checks.app.context(), &call, school.connection, None, None).await;
        renewed.expect("the contact is vouched for");
        checks.mailed().await;

        // Its Magister knows the old one still.
        checks.fail_for_hours(&school).await;
        for _ in 0..4 {
            checks.app.advance(TimeDelta::hours(24));
            assert_eq!(checks.run_all().await, 1, "its ordinary turn");
        }

        let known = checks.connection(&school).await;
        assert_eq!(known.last.map(|(code, _)| code), Some(CheckCode::LoginRefused));
        assert_eq!((known.is_lost, known.is_failing), (false, false));
        assert_eq!((known.failing_since, known.streak), (None, None));
        assert_eq!(checks.mailed().await, []);

        checks.behaves(&school, "bonhoeffer", "right").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        assert!(checks.state(&school).await.is_yes(Step::PasswordSet));
    });
}

#[test]
fn failures_of_before_a_pause_do_not_count_after_it() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "list_not_granted").await;
        assert_eq!(checks.check(&school).await, CheckCode::ListNotGranted);
        for minutes in [30, 170] {
            checks.app.advance(TimeDelta::minutes(minutes));
            checks.run_all().await;
        }
        assert_eq!(checks.connection(&school).await.streak.map(|streak| streak.failures), Some(3));

        // Shorter than the failures would have counted without it.
        let reason = Reason::parse("Eerst de toetsweek").expect("a reason");
        let until = checks.app.now().date_naive() + TimeDelta::days(10);
        for (command, hours) in [(Command::Pause { reason, until }, 3), (Command::Resume, 1)] {
            let call = checks.app.call(checks.kurve);
            onboardings::act(checks.app.context(), &call, school.connection, &command, None).await.expect("Kurve may");
            checks.app.advance(TimeDelta::hours(hours));
        }
        assert_eq!(checks.check(&school).await, CheckCode::ListNotGranted);

        let known = checks.connection(&school).await;
        assert!(verdict_of_all(&checks.state(&school).await).is_open());
        assert_eq!((known.streak.map(|streak| streak.failures), known.is_lost), (Some(1), false));
    });
}

#[test]
fn failures_of_days_ago_that_were_not_followed_up_do_not_count() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "list_not_granted").await;
        assert_eq!(checks.check(&school).await, CheckCode::ListNotGranted);
        for minutes in [30, 170] {
            checks.app.advance(TimeDelta::minutes(minutes));
            checks.run_all().await;
        }

        // As after a service that stood still.
        checks.app.advance(TimeDelta::days(2));
        assert_eq!(checks.run_all().await, 1);

        let known = checks.connection(&school).await;
        assert_eq!((known.streak.map(|streak| streak.failures), known.is_lost), (Some(1), false));
        assert_eq!(known.failing_since, Some(checks.app.now()));
    });
}
