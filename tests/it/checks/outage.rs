//! An outage of many blames nobody: nothing falls, no school is mailed, and Kurve gets one alarm and one all-clear.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::domain::text::Reason;
use koppelklaar::services::checks::{self, Selection};
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::store::checks::check_status_list::ConnectionFilter;

use super::support::{Checks, run};
use crate::support::app::TestSchool;

const SCHOOLS: [(&str, &str); 6] =
    [("10AA", "een"), ("10AB", "twee"), ("10AC", "drie"), ("10AD", "vier"), ("10AE", "vijf"), ("10AF", "zes")];

async fn open_schools(checks: &Checks) -> Vec<(TestSchool, &'static str)> {
    let mut schools = vec![];
    for (brin, label) in SCHOOLS {
        schools.push((checks.open_school(brin, label).await, label));
    }
    schools
}

/// When all turns of the next day are over.
async fn until_the_afternoon(checks: &Checks) {
    let tomorrow = checks.app.now().date_naive() + TimeDelta::days(1);
    let afternoon = tomorrow.and_hms_opt(14, 30, 0).expect("half past two exists").and_utc();
    checks.app.advance(afternoon - checks.app.now());
    checks.run_all().await;
}

/// Two minutes later a colleague asks for a check of every school.
async fn run_over_all(checks: &Checks) {
    checks.app.advance(TimeDelta::minutes(2));
    let call = checks.app.call(checks.kurve);
    let all = Selection::List(ConnectionFilter::All);
    checks::ask_many(checks.app.context(), &call, &all).await.expect("Kurve may");
    checks.run_all().await;
}

/// Makes the checks that are due every ten minutes until a school counts as lost; after how many minutes that was.
async fn minutes_until_lost(checks: &Checks, school: &TestSchool) -> i64 {
    for minutes in (0..24 * 60).step_by(10) {
        checks.run_all().await;
        if checks.connection(school).await.is_lost {
            return minutes;
        }
        checks.app.advance(TimeDelta::minutes(10));
    }
    panic!("a day later it is not lost yet");
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
            assert!(verdict_of_all(&checks.state(school).await).is_open());
            assert!(!checks.connection(school).await.is_lost);
        }
        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0 == "support@kurve.nl" && told[0].1.contains("storing bij"), "{told:?}");
        let tally = checks::tally(checks.app.context()).await.expect("the store answers");
        assert!(tally.outage.is_some());
        assert_eq!((tally.ended(Some(CheckCode::PortRefused)), tally.counts.len()), (6, 1));

        all_behave(&checks, &schools, "right").await;
        checks.app.advance(TimeDelta::hours(1));
        checks.run_all().await;
        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].1.contains("de storing is voorbij"), "{told:?}");
        assert_eq!(checks::find_outage(checks.app.context()).await.expect("the store answers"), None);
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
            assert_eq!(verdict_of_all(&checks.state(school).await).is_open(), school.id != broken.id);
        }
        let told = checks.mailed().await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|(_, subject)| subject.contains("Importe")), "{told:?}");
    });
}

#[test]
fn while_most_fail_together_a_school_that_never_worked_is_not_blamed_either() {
    run(|checks: Checks| async move {
        let schools = open_schools(&checks).await;
        let new = checks.school("10AG", "zeven").await;
        checks.behaves(&new, "zeven", "wrong_password").await;
        checks.app.new_mails().await;

        all_behave(&checks, &schools, "wrong_password").await;
        for round in 0..12 {
            if round == 8 {
                // Once it is known that most fail: what is refused then says nothing of one school.
                checks.app.claim(&new, Step::QueryExecuted).await.expect("it is open");
                checks.app.claim(&new, Step::PasswordSet).await.expect("it is open");
            }
            checks.app.advance(TimeDelta::minutes(40));
            checks.run_all().await;
        }

        let last = checks.connection(&new).await.last.map(|(code, _)| code);
        assert_eq!(last, Some(CheckCode::LoginRefused));
        assert!(checks.state(&new).await.is_yes(Step::PasswordSet));
        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0 == "support@kurve.nl" && told[0].1.contains("storing bij"), "{told:?}");
    });
}

#[test]
fn an_outage_of_refused_log_ins_is_told_as_what_it_is_and_counts_only_who_worked() {
    run(|checks: Checks| async move {
        let mut schools = vec![];
        for (brin, label) in &SCHOOLS[..3] {
            schools.push((checks.open_school(brin, label).await, *label));
        }
        checks.behaves(&schools[2].0, schools[2].1, "old_columns").await;
        checks.app.advance(TimeDelta::hours(24));
        checks.run_all().await;
        checks.mailed().await;

        all_behave(&checks, &schools[..2], "wrong_password").await;
        run_over_all(&checks).await;
        for _ in 0..24 {
            checks.app.advance(TimeDelta::minutes(30));
            checks.run_all().await;
        }

        let mails = checks.app.new_mails().await;
        let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        let told = mails.iter().find(|mail| mail.subject.contains("storing bij 2 van 2"));
        let told = told.unwrap_or_else(|| panic!("Kurve hears: {subjects:?}"));
        let text = told.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Bij de laatste controles: inloggen geweigerd (2)."), "{text}");
        assert!(text.contains("Magister geeft wel antwoord") && !text.contains("onze eigen verbinding"), "{text}");
        let page = checks.app.staff().await.get(koppelklaar::links::STAFF).await;
        let banner = page.text("[data-outage]");
        assert!(banner.contains("2 van de 2") && banner.contains("inloggen geweigerd (2)"), "{banner}");
    });
}

#[test]
fn a_word_that_magister_refuses_falls_at_once_though_most_others_fail_by_something_else() {
    run(|checks: Checks| async move {
        let schools = open_schools(&checks).await;
        let new = checks.school("10AG", "zeven").await;
        checks.behaves(&new, "zeven", "wrong_password").await;
        all_behave(&checks, &schools, "server_error").await;
        for _ in 0..5 {
            checks.app.advance(TimeDelta::hours(8));
            checks.run_all().await;
        }
        assert!(checks::find_outage(checks.app.context()).await.expect("the store answers").is_some());

        for step in [Step::QueryExecuted, Step::PasswordSet] {
            checks.app.claim(&new, step).await.expect("it is open");
        }
        assert_eq!(checks.check(&new).await, CheckCode::LoginRefused);

        assert!(!checks.state(&new).await.is_yes(Step::PasswordSet));
        checks.app.new_mails().await;
    });
}

#[test]
fn a_school_is_not_blamed_by_schools_that_were_seen_before_the_line_was_cut() {
    run(|checks: Checks| async move {
        let schools = open_schools(&checks).await;
        until_the_afternoon(&checks).await;
        run_over_all(&checks).await;

        all_behave(&checks, &schools, "refuses").await;
        checks.app.advance(TimeDelta::minutes(8));
        checks.fail_for_hours(&schools[0].0).await;
        checks.app.advance(TimeDelta::minutes(10));
        checks.run_all().await;

        for (school, label) in &schools {
            assert!(verdict_of_all(&checks.state(school).await).is_open(), "{label}");
            assert!(!checks.connection(school).await.is_lost, "{label}");
        }
        let told = checks.mailed().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0 == "support@kurve.nl" && told[0].1.contains("storing bij"), "{told:?}");
    });
}

#[test]
fn some_that_break_together_are_no_outage_when_only_they_are_tried_again() {
    run(|checks: Checks| async move {
        let mut schools = open_schools(&checks).await;
        for (brin, label) in [
            ("11AA", "zeven"),
            ("11AB", "acht"),
            ("11AC", "negen"),
            ("11AD", "tien"),
            ("11AE", "elf"),
            ("11AF", "twaalf"),
            ("11AG", "dertien"),
        ] {
            schools.push((checks.open_school(brin, label).await, label));
        }
        let (broken, sound) = schools.split_at(6);

        until_the_afternoon(&checks).await;
        all_behave(&checks, broken, "list_not_granted").await;
        run_over_all(&checks).await;
        for _ in 0..24 {
            checks.app.advance(TimeDelta::minutes(10));
            checks.run_all().await;
        }

        for (school, label) in broken {
            assert!(checks.connection(school).await.is_lost, "{label}");
        }
        for (school, label) in sound {
            assert!(verdict_of_all(&checks.state(school).await).is_open(), "{label}");
        }
        let told = checks.mailed().await;
        assert!(told.iter().all(|(_, subject)| subject.contains("Importe")), "{told:?}");
    });
}

#[test]
fn an_outage_ends_although_schools_that_failed_in_it_were_laid_aside_or_stopped() {
    run(|checks: Checks| async move {
        let schools = open_schools(&checks).await;
        all_behave(&checks, &schools, "refuses").await;
        checks.app.advance(TimeDelta::hours(24));
        checks.run_all().await;
        checks.app.advance(TimeDelta::minutes(40));
        checks.run_all().await;
        assert!(checks::find_outage(checks.app.context()).await.expect("the store answers").is_some());

        let reason = || Reason::parse("Kiest Optie B").expect("a reason");
        let until = checks.app.now().date_naive() + TimeDelta::days(30);
        let pause = Command::Pause { reason: reason(), until };
        let withdraw = Command::Withdraw { school: schools[1].0.id, reason: reason(), chose_option_b: false };
        for (command, (school, _)) in [pause, withdraw].iter().zip(&schools) {
            let call = checks.app.call(checks.kurve);
            onboardings::act(checks.app.context(), &call, school.connection, command, None).await.expect("Kurve may");
        }
        checks.mailed().await;
        all_behave(&checks, &schools[2..], "right").await;
        checks.app.advance(TimeDelta::hours(1));
        checks.run_all().await;

        let told = checks.mailed().await;
        assert!(told.iter().any(|(_, subject)| subject.contains("de storing is voorbij")), "{told:?}");
        assert_eq!(checks::find_outage(checks.app.context()).await.expect("the store answers"), None);
    });
}

#[test]
fn one_of_a_few_that_is_lost_is_judged_as_fast_as_one_of_many_also_beside_one_that_cannot_tell() {
    // Five others are as many as would be asked of five hundred.
    for (others, is_one_mute) in [(5, false), (0, false), (1, false), (1, true), (2, true), (4, false)] {
        run(|checks: Checks| async move {
            let mut schools = vec![];
            for (brin, label) in &SCHOOLS[..=others] {
                schools.push((checks.open_school(brin, label).await, *label));
            }
            until_the_afternoon(&checks).await;
            let (broken, label) = &schools[0];
            if is_one_mute {
                let nonsense = if checks.app.context().db.is_sqlite() { "x'00'" } else { "'\\x00'" };
                checks.spoil(&schools[1].0, "credential", &format!("sealed_password = {nonsense}")).await;
            }
            checks.behaves(broken, label, "list_not_granted").await;
            checks.timer_comes_to(broken).await;

            let minutes = minutes_until_lost(&checks, broken).await;

            assert_eq!(minutes, 210, "{others} others, one mute: {is_one_mute}");
            for (school, label) in &schools[1..] {
                assert!(verdict_of_all(&checks.state(school).await).is_open(), "{label}");
            }
        });
    }
}
