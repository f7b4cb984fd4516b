//! What the timer does: soon after a step is reported, every day, every week, and not at all behind a dead address.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::domain::check::{CheckCode, CheckPolicy, NotMade, Rung};
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::magister::{Courtesy, Limits};
use koppelklaar::services::checks;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::store::checks::connection_checks::{Check, Outcome};

use super::support::{Checks, limits, run, run_with};
use crate::support::TestSchool;

async fn history(checks: &Checks, school: &TestSchool) -> Vec<Check> {
    let history = checks::history(checks.app.context(), school.connection, None, 200).await;
    history.expect("the store answers")
}

/// How many checks are made in so many days of hours.
async fn made_in_days(checks: &Checks, days: i64) -> usize {
    let mut made = 0;
    for _ in 0..days * 24 {
        checks.app.advance(TimeDelta::hours(1));
        made += checks.run_all().await;
    }
    made
}

#[test]
fn a_step_that_is_reported_is_checked_a_minute_later_and_two_in_that_minute_together() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;

        checks.app.claim(&school, Step::QueryExecuted).await.expect("it is open");
        checks.app.advance(TimeDelta::seconds(30));
        checks.app.claim(&school, Step::PasswordSet).await.expect("it is open");
        let early = checks.run_all().await;
        checks.app.advance(TimeDelta::seconds(30));
        let in_time = checks.run_all().await;

        assert_eq!((early, in_time), (0, 1));
        let history = history(&checks, &school).await;
        assert_eq!(history.iter().map(|check| check.asked_by).collect::<Vec<_>>(), [None]);
        assert!(checks.proven(&school).await.contains(&Step::PasswordSet));
    });
}

#[test]
fn a_school_is_checked_every_day_until_its_import_is_done_then_weekly_and_daily_in_august() {
    run(|checks: Checks| async move {
        let school = checks.open_school("12AB", "bonhoeffer").await;

        let daily = made_in_days(&checks, 5).await;
        let done = Command::ReportImported { school: school.id };
        onboardings::act(checks.app.context(), &checks.app.call_of(&school), school.connection, &done, None)
            .await
            .expect("the import is open");
        let weekly = made_in_days(&checks, 14).await;
        let august: DateTime<Utc> = "2027-08-02T00:00:00Z".parse().expect("a moment");
        checks.app.advance(august - checks.app.now());
        checks.run_all().await;
        let busy = made_in_days(&checks, 5).await;

        assert_eq!((daily, weekly, busy), (5, 2, 5));
    });
}

#[test]
fn an_address_that_schools_find_dead_is_left_in_peace_and_no_school_is_blamed_for_that() {
    let courtesy = Courtesy { rest_after: 2, rest: Duration::from_secs(600), ..limits().courtesy };
    run_with(CheckPolicy::Advise, Limits { courtesy, ..limits() }, |checks: Checks| async move {
        let mut schools = vec![];
        for (brin, label) in [("10AA", "een"), ("10AB", "twee"), ("10AC", "drie")] {
            let school = checks.school(brin, label).await;
            checks.behaves(&school, label, "refuses").await;
            schools.push(school);
        }

        let mut ends = vec![];
        for school in &schools {
            let id = checks.ask(school).await.expect("it may be asked for");
            checks.run_all().await;
            ends.push((id, checks.find(id).await.outcome.expect("it ended")));
        }

        assert!(matches!(&ends[1].1, Outcome::Made(result) if result.code == CheckCode::PortRefused), "{ends:?}");
        assert_eq!(ends[2].1, Outcome::NotMade(NotMade::Resting));
        let known = checks.connection(&schools[2]).await;
        let next_in = known.next_check_at.expect("it is tried again") - checks.app.now();
        assert_eq!((known.last, known.streak), (None, None));
        assert!(next_in > TimeDelta::minutes(5) && next_in <= TimeDelta::minutes(10), "{next_in}");
        let portal = checks.app.portal(&schools[2]).await;
        let page = portal.open(&format!("/verbinding/{}", ends[2].0)).await;
        assert!(page.body.contains("We proberen het straks opnieuw"), "it is said why: {}", page.body);
    });
}

#[test]
fn who_looks_at_a_check_of_the_timer_that_takes_long_sees_where_it_is() {
    let limits = Limits { total: Duration::from_secs(4), ..limits() };
    run_with(CheckPolicy::Advise, limits, |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.behaves(&school, "bonhoeffer", "slow").await;
        checks.app.advance(TimeDelta::days(1));

        let looking = async {
            loop {
                let latest = checks::latest(checks.app.context(), school.connection).await.expect("the store answers");
                match latest {
                    Some(check) if check.progress.trying == Some(Rung::Data) => return check,
                    Some(check) if check.outcome.is_some() => panic!("nothing was seen of it"),
                    Some(_) | None => tokio::task::yield_now().await,
                }
            }
        };
        let (made, seen) = tokio::join!(checks.run_one(), looking);

        assert_eq!((made, seen.asked_by), (Some(seen.id), None));
        let held: Vec<Rung> = seen.progress.held.iter().map(|time| time.rung).collect();
        assert_eq!(held, [Rung::Name, Rung::Tcp, Rung::Tls, Rung::Login]);
    });
}

#[test]
fn a_school_whose_password_cannot_be_opened_is_tried_once_a_day_and_keeps_its_history() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        assert_eq!(checks.check(&school).await, CheckCode::Ok);
        let nonsense = if checks.app.context().db.is_sqlite() { "x'00'" } else { "'\\x00'" };
        checks.spoil(&school, "credential", &format!("sealed_password = {nonsense}")).await;

        let made = made_in_days(&checks, 3).await;

        assert!((3..=4).contains(&made), "{made} tries in three days");
        let broke_off = |check: &&Check| check.outcome == Some(Outcome::NotMade(NotMade::BrokeOff));
        let (broken, sound): (Vec<_>, Vec<_>) =
            history(&checks, &school).await.into_iter().partition(|c| broke_off(&c));
        assert_eq!((broken.len(), sound.len()), (1, 1), "the last try of the timer, and the check that was made");
    });
}

#[test]
fn a_day_of_rest_does_not_push_the_checks_that_were_made_out_of_the_history() {
    let courtesy = Courtesy { rest_after: 2, rest: Duration::from_secs(600), ..limits().courtesy };
    run_with(CheckPolicy::Advise, Limits { courtesy, ..limits() }, |checks: Checks| async move {
        let mut schools = vec![];
        for (brin, label) in [("10AA", "een"), ("10AB", "twee"), ("10AC", "drie")] {
            let school = checks.school(brin, label).await;
            checks.behaves(&school, label, "refuses").await;
            schools.push(school);
        }
        for school in &schools {
            checks.ask(school).await.expect("it may be asked for");
            checks.run_all().await;
        }

        for _ in 0..5 {
            checks.app.advance(TimeDelta::minutes(11));
            checks.run_all().await;
        }

        let history = history(&checks, &schools[2]).await;
        let rested = |check: &&Check| check.outcome == Some(Outcome::NotMade(NotMade::Resting));
        let (asked, timer): (Vec<_>, Vec<_>) =
            history.iter().filter(rested).partition(|check| check.asked_by.is_some());
        assert_eq!((asked.len(), timer.len()), (1, 1), "what a person asked for, and the last try of the timer");
        let newest = timer.first().and_then(|check| check.finished_at);
        assert_eq!(newest, Some(checks.app.now()));
    });
}
