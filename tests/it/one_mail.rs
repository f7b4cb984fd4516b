//! One mail per person and day over all their schools, also when some of it stayed behind or a school is closed.

use std::sync::Arc;

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::domain::ids::ReminderMailId;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::jobs::{self, Job};
use koppelklaar::services::Context;
use koppelklaar::services::reminders::ReminderRules;
use koppelklaar::store::mail::outbox::{self, MailStatus};
use koppelklaar::store::reminders::{self, ReminderMail};
use tokio::task::JoinSet;

use crate::journey::Table;
use crate::reminders::{at, let_time_pass, lines, plan_in_silence, second_school_of};
use crate::support::database;
use crate::support::post::Mail;
use crate::support::{TestApp, TestSchool, run};

fn receivers(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

#[test]
fn who_got_a_late_mail_today_waits_for_the_next_and_stops_nobody_elses() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(1));
        let second = second_school_of(&app, &table).await;
        let third = app.school("Derde Lyceum", "14EF", "derde").await;

        // The first school's reminder of Thursday leaves on Friday, when those of the others are due.
        app.clock.set(at("2026-11-26T10:00:00Z"));
        assert_eq!(app.run(Job::PlanReminders).await, 1);
        app.clock.set(at("2026-11-27T07:00:00Z"));
        let late = app.new_mails().await;
        app.run(Job::PlanReminders).await;
        let on_time = app.new_mails().await;
        let later = let_time_pass(&app, "2026-11-30T12:00:00Z").await;

        assert_eq!(receivers(&late), [table.school.email.as_str()]);
        assert_eq!(
            receivers(&on_time),
            [third.email.as_str()],
            "a reminder goes to all its receivers or waits for all"
        );
        let mut lines = lines(&later);
        lines.sort();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for (line, email) in lines.iter().zip([&table.school.email, &second.email]) {
            assert!(line.starts_with(&format!("Mon 2026-11-30 07:00 {email} ")), "{lines:?}");
        }
    });
}

#[test]
fn who_got_a_late_mail_today_is_said_to_wait_for_that_and_not_for_a_mail_server() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(1));
        second_school_of(&app, &table).await;

        // Thursday for the one school, Friday for the other; both wait on Friday.
        plan_in_silence(&app, "2026-11-27T10:00:00Z").await;
        let summary = app.send_mails().await;

        assert_eq!((summary.to_retry, summary.put_off), (0, 1), "{summary:?}");
        let waits = outbox::list_with_status(app.context().db.reader(), MailStatus::Waiting, 10).await;
        let why: Vec<_> = waits.expect("the store answers").into_iter().filter_map(|mail| mail.last_error).collect();
        assert_eq!(why, ["another_reminder_today"]);
    });
}

#[test]
fn a_late_mail_that_leaves_while_a_round_is_planned_stops_nobody_elses() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let second = app.school("Tweede Lyceum", "13CD", "tweede").await;
        app.clock.set(at("2026-11-26T10:00:00Z"));
        let (context, today) = (app.context(), app.now().date_naive());
        let late = ReminderMail {
            id: ReminderMailId::from_uuid(context.chance.uuid_v7(app.now())),
            address_key: context.keys.email_key(&table.school.email),
            about: vec![],
        };

        let post = context.db.begin_write().await.expect("the database answers");
        reminders::insert_mail(post.conn(), &late, today, app.now()).await.expect("the first of the day");
        let (other, now) = (app.app.clone(), app.now());
        let planner = tokio::spawn(async move { jobs::run(&other, Job::PlanReminders, now).await });
        database::until_somebody_waits(&app.database.url).await;
        post.commit().await.expect("the database answers");
        let planned = planner.await.expect("it ends");

        assert_eq!(planned.expect("one who had a mail does not cost the round"), 1);
        assert_eq!(app.only_mail_to(&second.email).await.to, second.email);
    });
}

/// Anna's two schools in one reminder mail of Thursday that stays behind, while the second closes from Friday to
/// Friday a week later.
async fn two_schools_of_which_one_closes(app: &TestApp) -> (Table, TestSchool) {
    let table = Table::set(app).await;
    let second = second_school_of(app, &table).await;
    app.clock.set(at("2026-11-26T10:00:00Z"));
    assert_eq!(app.run(Job::PlanReminders).await, 2, "to Anna and to the second school's own contact");
    let portal = app.portal_without_mail(&second).await;
    let page = portal.open("/vrije-dagen").await;
    let days = [("kind", "closed"), ("first_day", "2026-11-27"), ("last_day", "2026-12-04")];
    let closed = page.submit(&portal, "form:has([data-action=add-own-days])", &days).await;
    assert_eq!(closed.status, 303, "{}", closed.body);
    (table, second)
}

async fn do_all_steps(app: &TestApp, school: &TestSchool) {
    for step in [Step::ConsentGiven, Step::AllowlistingRequested] {
        app.claim(school, step).await.expect("the school holds it");
    }
}

/// Of what was sent, when a person was told of which schools.
fn told<'a>(sent: &'a [(String, Mail)], email: &str) -> Vec<(&'a str, bool, bool)> {
    let mails = sent.iter().filter(|(_, mail)| mail.to == email);
    let names = |mail: &Mail| (mail.text.contains("Bonhoeffer College"), mail.text.contains("Tweede Lyceum"));
    mails.map(|(at, mail)| (at.as_str(), names(mail).0, names(mail).1)).collect()
}

#[test]
fn a_school_that_is_closed_holds_nothing_of_the_others_and_comes_in_a_mail_of_its_own() {
    run(|app: TestApp| async move {
        let (table, second) = two_schools_of_which_one_closes(&app).await;

        app.clock.set(at("2026-11-27T07:00:00Z"));
        let sent = let_time_pass(&app, "2026-12-07T12:00:00Z").await;

        assert_eq!(
            told(&sent, &table.school.email),
            [
                ("Fri 2026-11-27 07:00", true, false),
                ("Wed 2026-12-02 07:00", true, false),
                ("Mon 2026-12-07 07:00", false, true)
            ],
            "{:?}",
            lines(&sent)
        );
        assert_eq!(told(&sent, &second.email), [("Mon 2026-12-07 07:00", false, true)]);
    });
}

#[test]
fn of_a_school_that_is_closed_and_did_its_steps_nothing_comes_later() {
    run(|app: TestApp| async move {
        let (table, second) = two_schools_of_which_one_closes(&app).await;
        do_all_steps(&app, &second).await;

        app.clock.set(at("2026-11-27T07:00:00Z"));
        let sent = let_time_pass(&app, "2026-12-02T06:00:00Z").await;
        do_all_steps(&app, &table.school).await;
        let later = let_time_pass(&app, "2026-12-11T12:00:00Z").await;

        assert_eq!(told(&sent, &table.school.email), [("Fri 2026-11-27 07:00", true, false)]);
        assert!(later.iter().all(|(_, mail)| !mail.subject.contains("erinner")), "{:?}", lines(&later));
    });
}

#[test]
fn where_only_a_closed_school_is_left_the_whole_mail_waits_for_it() {
    run(|app: TestApp| async move {
        let (table, _) = two_schools_of_which_one_closes(&app).await;
        do_all_steps(&app, &table.school).await;

        app.clock.set(at("2026-11-27T07:00:00Z"));
        let sent = let_time_pass(&app, "2026-12-07T12:00:00Z").await;

        assert_eq!(told(&sent, &table.school.email), [("Mon 2026-12-07 07:00", false, true)], "{:?}", lines(&sent));
    });
}

#[test]
fn four_instances_at_once_send_one_reminder_to_each() {
    run(|app: TestApp| async move {
        let mut expected = vec![];
        for (brin, label) in [("12AB", "een"), ("13CD", "twee"), ("14EF", "drie"), ("15GH", "vier"), ("16IJ", "vijf")] {
            expected.push(app.school(&format!("School {label}"), brin, label).await.email);
        }
        app.clock.set(at("2026-11-26T10:00:00Z"));
        let now = app.now();
        let mut instances = vec![app.app.clone()];
        for _ in 0..3 {
            instances.push(app.second_instance().await);
        }
        let mut rounds = JoinSet::new();

        for instance in instances.clone() {
            rounds.spawn(async move { jobs::run(&instance, Job::PlanReminders, now).await });
        }
        let planned = rounds.join_all().await;
        for instance in &instances {
            jobs::run(instance, Job::PlanReminders, now).await.expect("nothing is left to plan");
        }

        let counts: Result<Vec<u64>, _> = planned.into_iter().collect();
        assert_eq!(counts.expect("who comes second finds it done").into_iter().sum::<u64>(), 5);
        let mut to: Vec<String> = app.new_mails().await.into_iter().map(|mail| mail.to).collect();
        to.sort();
        expected.sort();
        assert_eq!(to, expected);
    });
}

/// The same app, with a planner that looks at one school a round.
pub(super) fn looking_at_one(app: &TestApp) -> App {
    let reminders = Arc::new(ReminderRules { round: 1, ..ReminderRules::default() });
    App { context: Context { reminders, ..app.context().clone() }, ..app.app.clone() }
}

#[test]
fn who_has_more_schools_than_a_round_looks_at_gets_one_mail_over_all_of_them() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let second = second_school_of(&app, &table).await;
        app.clock.set(at("2026-11-26T10:00:00Z"));

        jobs::run(&looking_at_one(&app), Job::PlanReminders, app.now()).await.expect("the job runs");
        let mut mails = app.new_mails().await;

        mails.sort_by(|one, other| one.to.cmp(&other.to));
        assert_eq!(receivers(&mails), [table.school.email.as_str(), second.email.as_str()]);
        assert!(mails[0].text.contains("Bonhoeffer College"), "{}", mails[0].text);
        assert!(mails[0].text.contains("Tweede Lyceum"), "{}", mails[0].text);
    });
}

#[test]
fn a_planner_goes_on_with_rounds_for_as_long_as_there_is_more_to_do() {
    run(|app: TestApp| async move {
        let schools = [
            app.school("Bonhoeffer College", "12AB", "bonhoeffer").await,
            app.school("Het Molenveld", "13CD", "molenveld").await,
            app.school("Het Baken", "14EF", "baken").await,
        ];
        app.clock.set(at("2026-11-26T10:00:00Z"));

        let planned = jobs::run(&looking_at_one(&app), Job::PlanReminders, app.now()).await.expect("the job runs");
        let mails = app.new_mails().await;

        let mut to = receivers(&mails);
        to.sort_unstable();
        assert_eq!((planned, to), (3, schools.iter().map(|school| school.email.as_str()).collect()));
    });
}
