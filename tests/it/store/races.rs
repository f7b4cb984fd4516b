//! What many do at once, from two instances on one database.

use chrono::TimeDelta;
use koppelklaar::crypto::Token;
use koppelklaar::domain::access_link::{Dead, Outcome, WRONG_CODES_ALLOWED};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::reminder::SchoolHolidays;
use koppelklaar::domain::text::{Brin, EmailAddress};
use koppelklaar::jobs::{self, Job};
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::operations::{audit, holidays};
use koppelklaar::services::people::portal_access::{self, Attempt, Redeemed};
use koppelklaar::services::people::registrations::{self, Confirmed};
use koppelklaar::services::{self, Context, ServiceError};
use koppelklaar::store::onboarding::{onboardings, schools};
use koppelklaar::store::operations::job_slots::{self, Slot};
use koppelklaar::store::people::access_links;
use tokio::task::JoinSet;

use crate::support::database::{sql, texts, until_somebody_waits};
use crate::support::{TestApp, TestSchool, run, run_to_failure};

/// This context and that of a second instance, by turns.
async fn two_contexts(app: &TestApp) -> [Context; 2] {
    [app.context().clone(), app.second_instance().await.context]
}

async fn ask_for_link(app: &TestApp, school: &TestSchool) -> (Token, String, Token) {
    let browser = Token::new(&app.context().chance);
    let email = EmailAddress::parse(&school.email).expect("an address");
    portal_access::request_link(app.context(), AnonymousCall::new(app.now(), "test"), &email, &browser)
        .await
        .expect("a first time");
    let mail = app.only_mail_to(&school.email).await;
    let path = mail.path_of("/inloggen/link/");
    let token = Token::parse(path.rsplit('/').next().expect("a path")).expect("the mail holds a token");
    (token, mail.code(), browser)
}

#[test]
fn twenty_at_once_with_one_link_sign_in_once() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (token, code, _) = ask_for_link(&app, &school).await;
        let (contexts, now) = (two_contexts(&app).await, app.now());
        let mut tries = JoinSet::new();

        for turn in 0..20 {
            let (context, token, code) = (contexts[turn % 2].clone(), token.clone(), code.clone());
            tries.spawn(async move {
                let attempt = Attempt { token: Some(&token), browser: None, code: Some(&code) };
                portal_access::redeem(&context, AnonymousCall::new(now, "test"), &attempt)
                    .await
                    .expect("the store answers")
            });
        }
        let answers = tries.join_all().await;

        let (inside, outside): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| matches!(answer, Redeemed::SignedIn { .. }));
        assert_eq!(inside.len(), 1);
        let is_used = |answer: &Redeemed| matches!(answer, Redeemed::Not(Outcome::Dead(Dead::Used)));
        assert!(outside.iter().all(is_used), "{outside:?}");
        assert_eq!(texts(&app.database.url, "SELECT kind FROM session").await, ["contact"]);
    });
}

#[test]
fn a_claimed_link_cannot_be_claimed_again() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (token, ..) = ask_for_link(&app, &school).await;
        let conn = app.context().db.writer();
        let link = access_links::find_by_token(conn, &token.hash()).await.expect("the store answers").expect("minted");

        let first = access_links::claim(conn, link.id, app.now()).await.expect("the store answers");
        let second = access_links::claim(conn, link.id, app.now()).await.expect("the store answers");

        assert!(first && !second);
    });
}

#[test]
fn wrong_codes_that_come_at_once_each_count() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (_, code, browser) = ask_for_link(&app, &school).await;
        let (contexts, now) = (two_contexts(&app).await, app.now());
        let wrong = if code == "00000000" { "11111111" } else { "00000000" };
        let mut tries = JoinSet::new();

        for turn in 0..20 {
            let (context, browser) = (contexts[turn % 2].clone(), browser.clone());
            tries.spawn(async move {
                let attempt = Attempt { token: None, browser: Some(&browser), code: Some(wrong) };
                portal_access::redeem(&context, AnonymousCall::new(now, "test"), &attempt)
                    .await
                    .expect("the store answers")
            });
        }
        let answers = tries.join_all().await;

        let mut left: Vec<i32> = answers
            .iter()
            .filter_map(|answer| match answer {
                Redeemed::Not(Outcome::WrongCode { left }) => Some(*left),
                _ => None,
            })
            .collect();
        left.sort_unstable();
        assert_eq!(left, (0..WRONG_CODES_ALLOWED).collect::<Vec<_>>(), "more codes were looked at than allowed");
        let attempt = Attempt { token: None, browser: Some(&browser), code: Some(&code) };
        let late = portal_access::redeem(app.context(), AnonymousCall::new(now, "test"), &attempt)
            .await
            .expect("the store answers");
        assert!(matches!(late, Redeemed::Not(Outcome::Dead(Dead::TooManyWrongCodes))), "{late:?}");
    });
}

#[test]
fn links_asked_for_at_once_in_different_browsers_are_at_most_five() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (contexts, now) = (two_contexts(&app).await, app.now());
        let email = EmailAddress::parse(&school.email).expect("an address");
        let mut requests = JoinSet::new();

        for turn in 0..12 {
            let (context, email) = (contexts[turn % 2].clone(), email.clone());
            let browser = Token::new(&context.chance);
            requests.spawn(async move {
                portal_access::request_link(&context, AnonymousCall::new(now, "test"), &email, &browser).await
            });
        }
        let answers = requests.join_all().await;

        let taken = answers.iter().filter(|answer| answer.is_ok()).count();
        let too_often = answers.iter().filter(|answer| matches!(answer, Err(ServiceError::TooOften { .. }))).count();
        assert_eq!((taken, too_often), (5, 7), "{answers:?}");
        let live = "SELECT CAST(count(*) AS text) FROM access_link WHERE replaced_at IS NULL";
        assert_eq!(texts(&app.database.url, live).await, ["5"]);
        app.new_mails().await;
    });
}

#[test]
fn requests_for_one_school_confirmed_at_once_make_one_school() {
    run(|app| async move {
        let (contexts, now) = (two_contexts(&app).await, app.now());
        let mut tokens = vec![];
        for person in 0..8 {
            let email = format!("persoon{person}@bonhoeffer.example");
            tokens.push(app.ask_for_school("Bonhoeffer College", "12AB", "bonhoeffer", &email).await);
        }
        let mut confirmations = JoinSet::new();

        for (turn, token) in tokens.into_iter().enumerate() {
            let context = contexts[turn % 2].clone();
            confirmations.spawn(async move {
                registrations::confirm(&context, AnonymousCall::new(now, "test"), &token, None).await
            });
        }
        let answers = confirmations.join_all().await;

        let made = answers.iter().filter(|answer| matches!(answer, Ok(Confirmed::Made { .. }))).count();
        let asked = answers.iter().filter(|answer| matches!(answer, Ok(Confirmed::Asked))).count();
        assert_eq!((made, asked), (1, 7), "{answers:?}");
        let brins = texts(&app.database.url, "SELECT brin_key FROM school").await;
        assert_eq!(brins, ["12AB00"]);
        app.new_mails().await;
    });
}

#[test]
fn one_request_confirmed_many_times_at_once_makes_one_school() {
    run(|app| async move {
        let token = app.ask_for_school("Bonhoeffer College", "12AB", "bonhoeffer", "anna@bonhoeffer.example").await;
        let (contexts, now) = (two_contexts(&app).await, app.now());
        let mut tries = JoinSet::new();

        for turn in 0..10 {
            let (context, token) = (contexts[turn % 2].clone(), token.clone());
            tries.spawn(async move {
                registrations::confirm(&context, AnonymousCall::new(now, "test"), &token, None).await
            });
        }
        let answers = tries.join_all().await;

        let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert!(matches!(made[..], [Ok(Confirmed::Made { .. })]), "{made:?}");
        assert!(refused.iter().all(|answer| matches!(answer, Err(ServiceError::NotFound))), "{refused:?}");
        let brin = Brin::parse("12AB").expect("a BRIN");
        let school = schools::find_by_brin(app.context().db.reader(), &brin).await.expect("the store answers");
        assert!(school.is_some());
        app.new_mails().await;
    });
}

#[test]
fn changes_to_many_schools_at_once_leave_a_whole_audit() {
    run(|app| async move {
        let mut made = vec![];
        for index in 0..8 {
            let (name, brin, label) = (format!("School {index}"), format!("2{index}AA"), format!("kompas{index}"));
            made.push(app.school_by_services(&name, &brin, &label).await);
        }
        let contexts = two_contexts(&app).await;
        let mut changes = JoinSet::new();

        for (turn, school) in made.iter().enumerate() {
            let (context, call, id) = (contexts[turn % 2].clone(), app.call_of(school), school.connection);
            let command = koppelklaar::domain::onboarding::Command::Claim {
                step: Step::ConsentGiven,
                ground: koppelklaar::domain::onboarding::Ground::Word,
                credential_version: None,
            };
            changes.spawn(
                async move { services::onboarding::onboardings::act(&context, &call, id, &command, None).await },
            );
        }
        let answers = changes.join_all().await;

        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let finding = audit::verify(app.context()).await.expect("the audit can be read");
        assert!(matches!(finding, audit::Finding::Whole { .. }), "{finding:?}");
        app.new_mails().await;
    });
}

#[test]
fn a_job_that_is_due_goes_to_one_instance() {
    run(|app| async move {
        let (contexts, now) = (two_contexts(&app).await, app.now());
        let next = now + TimeDelta::minutes(10);
        let mut claims = JoinSet::new();

        for turn in 0..20 {
            let db = contexts[turn % 2].db.clone();
            claims.spawn(async move {
                job_slots::claim(db.writer(), "test", now, Slot { first_at: now, next_at: next, furthest: None })
                    .await
                    .expect("the store answers")
            });
        }
        let answers = claims.join_all().await;

        assert_eq!(answers.iter().filter(|claimed| **claimed).count(), 1);
        let early = job_slots::claim(
            contexts[0].db.writer(),
            "test",
            now + TimeDelta::minutes(9),
            Slot { first_at: now, next_at: next, furthest: None },
        )
        .await;
        assert!(!early.expect("the store answers"));
        let due = job_slots::claim(
            contexts[1].db.writer(),
            "test",
            next,
            Slot { first_at: next, next_at: next + TimeDelta::minutes(10), furthest: None },
        )
        .await;
        assert!(due.expect("the store answers"));
    });
}

#[test]
fn wrong_staff_passwords_that_come_at_once_lock_the_account() {
    use koppelklaar::services::people::staff_auth::{SignIn, sign_in};

    run_to_failure(|app| async move {
        let secret = app.enrolled("eva@kurve.nl").await;
        let (contexts, now) = (two_contexts(&app).await, app.now() + TimeDelta::minutes(1));
        let email = EmailAddress::parse("eva@kurve.nl").expect("an address");
        let code = koppelklaar::crypto::totp::current(&secret, now);
        let typed = |password: &str| SignIn { email: email.clone(), password: password.into(), code: code.clone() };
        let mut tries = JoinSet::new();

        for turn in 0..12 {
            let (context, typed) = (contexts[turn % 2].clone(), typed("zeven verkeerde laarzen"));
            tries.spawn(async move {
                sign_in(&context, AnonymousCall::new(now, "test"), typed).await.expect("the store answers")
            });
        }
        let answers = tries.join_all().await;
        let right =
            sign_in(app.context(), AnonymousCall::new(now, "test"), typed(crate::support::app::STAFF_PASSWORD)).await;
        let later = now + TimeDelta::minutes(20);
        let code = koppelklaar::crypto::totp::current(&secret, later);
        let again = SignIn { code, ..typed(crate::support::app::STAFF_PASSWORD) };
        let unlocked = sign_in(app.context(), AnonymousCall::new(later, "test"), again).await;

        assert!(answers.iter().all(Option::is_none));
        assert!(right.expect("the store answers").is_none(), "locked, though the password is right");
        assert!(unlocked.expect("the store answers").is_some(), "the lock ends by itself");
    });
}

/// Two schools of which the first lies behind the second, for who takes them as they lie or as they came due.
async fn two_due_out_of_order(app: &TestApp) -> [TestSchool; 2] {
    let first = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
    let second = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
    app.advance(TimeDelta::days(3));
    for (school, at) in [(&second, "2026-11-24T10:00:00Z"), (&first, "2026-11-25T10:00:00Z")] {
        if app.database.is_postgres() {
            let put =
                format!("UPDATE onboarding SET attention_at = '{at}' WHERE connection_id = '{}'", school.connection);
            sql(&app.database.url, &put).await;
        }
    }
    [first, second]
}

/// Has somebody take many schools while the first of them is held; nothing behind it may be taken by then.
async fn assert_taken_in_order(app: &TestApp, takes_many: impl Future<Output = ()> + Send + 'static) {
    let [first, second] = two_due_out_of_order(app).await;
    let leased = app.context().db.begin_write().await.expect("the database answers");
    onboardings::load_for_update(leased.conn(), first.connection).await.expect("it is there");
    let taking = tokio::spawn(takes_many);
    until_somebody_waits(&app.database.url).await;

    if app.database.is_postgres() {
        let free = format!("SELECT 1 FROM onboarding WHERE connection_id = '{}' FOR UPDATE NOWAIT", second.connection);
        sql(&app.database.url, &free).await;
    }
    leased.commit().await.expect("the database answers");
    taking.await.expect("it ends");
}

#[test]
fn a_load_of_holidays_takes_the_schools_by_id() {
    run(|app| async move {
        let (context, now) = (app.context().clone(), app.now());
        let line = "holiday,region,first_day,last_day\nzomer 2030,zuid,2030-07-06,2030-08-18\n";
        let newer = SchoolHolidays::parse_csv(line).expect("a table");

        let load = async move { holidays::load(&context, now, newer).await.map(|_| ()).expect("the first load") };
        assert_taken_in_order(&app, load).await;
    });
}

#[test]
fn the_planner_takes_the_schools_by_id() {
    run(|app| async move {
        let (other, now) = (app.app.clone(), app.now() + TimeDelta::days(3));

        let plan = async move { jobs::run(&other, Job::PlanReminders, now).await.map(|_| ()).expect("the job runs") };
        assert_taken_in_order(&app, plan).await;
    });
}
