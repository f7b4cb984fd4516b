//! Reminders through services and mailbox: only who holds the ball, once, in working hours, one mail a day.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::app::App;
use koppelklaar::domain::reminder::ReminderPolicy;
use koppelklaar::jobs::{self, Job};
use koppelklaar::links;
use koppelklaar::services::Context;
use koppelklaar::services::mail::dispatch;
use koppelklaar::services::reminders::ReminderRules;

use crate::journey::Table;
use crate::support::database::sql;
use crate::support::post::Mail;
use crate::support::{TestApp, TestSchool, run, run_to_failure};

pub(crate) fn at(moment: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(moment).expect("a moment").to_utc()
}

/// Runs the timer's jobs and the mails every half hour until a moment, and returns what was sent with its time.
pub(crate) async fn let_time_pass(app: &TestApp, until: &str) -> Vec<(String, Mail)> {
    let until = at(until);
    let mut sent = vec![];
    while app.now() < until {
        app.run(Job::ResumePaused).await;
        app.run(Job::PlanReminders).await;
        for mail in app.new_mails().await {
            sent.push((app.now().format("%a %Y-%m-%d %H:%M").to_string(), mail));
        }
        app.advance(TimeDelta::minutes(30));
    }
    sent
}

pub(crate) fn lines(sent: &[(String, Mail)]) -> Vec<String> {
    sent.iter().map(|(at, mail)| format!("{at} {} | {}", mail.to, mail.subject)).collect()
}

#[test]
fn a_silent_school_is_reminded_after_3_7_and_14_working_days_and_then_handed_to_kurve() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let sent = let_time_pass(&app, "2027-02-01T12:00:00Z").await;

        // The school opened on Monday 23 November; Christmas holidays do not count.
        insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
            insta::assert_snapshot!("reminders_of_a_silent_school", lines(&sent).join("\n"));
        });
        assert!(sent.iter().all(|(_, mail)| mail.to == table.school.email));
        let staff = app.staff().await;
        assert!(staff.get("/beheer").await.has("[data-kind=silent]"), "the worklist does not show it");
    });
}

#[test]
fn while_kurve_or_magister_holds_the_ball_nobody_is_reminded() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.claim(&["consent_given", "allowlisting_requested"]).await;
        app.new_mails().await;

        let sent = let_time_pass(&app, "2026-12-18T12:00:00Z").await;

        assert_eq!(lines(&sent), Vec::<String>::new());
    });
}

#[test]
fn a_paused_school_is_left_in_peace() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        let page = table.portal.open("/pauze").await;
        page.submit(&table.portal, "main form", &[("reason", "Toetsweek."), ("until", "2027-01-11")]).await;
        app.new_mails().await;

        let sent = let_time_pass(&app, "2026-12-18T12:00:00Z").await;

        assert_eq!(lines(&sent), Vec::<String>::new());
    });
}

#[test]
fn a_pause_that_ends_by_itself_ends_with_one_reminder_and_its_days_do_not_count() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        let page = table.portal.open("/pauze").await;
        page.submit(&table.portal, "main form", &[("reason", "Toetsweek."), ("until", "2026-12-07")]).await;
        app.new_mails().await;

        let sent = let_time_pass(&app, "2026-12-11T12:00:00Z").await;

        let at: Vec<&str> = sent.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(at, ["Mon 2026-12-07 07:00", "Thu 2026-12-10 07:00"], "{:?}", lines(&sent));
    });
}

#[test]
fn who_ends_a_pause_early_is_not_reminded_at_once() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        let page = table.portal.open("/pauze").await;
        page.submit(&table.portal, "main form", &[("reason", "Toetsweek."), ("until", "2027-01-11")]).await;
        app.new_mails().await;
        app.advance(TimeDelta::days(14));

        let portal = app.portal(&table.school).await;
        let resumed = portal.open("").await.submit(&portal, "form:has([data-action=resume])", &[]).await;
        // That it is over is told at once.
        assert_eq!(app.new_mails().await.len(), 2);
        let sent = let_time_pass(&app, "2026-12-11T12:00:00Z").await;

        assert_eq!(resumed.status, 303, "{}", resumed.body);
        let at: Vec<&str> = sent.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(at, ["Thu 2026-12-10 07:00"], "{:?}", lines(&sent));
    });
}

#[test]
fn a_step_done_between_planning_and_sending_cancels_its_reminder() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(3));
        assert_eq!(app.run(Job::PlanReminders).await, 1, "Thursday: the third working day");

        let portal = app.portal_without_mail(&table.school).await;
        for step in ["consent_given", "allowlisting_requested"] {
            let page = portal.open(&format!("/stap/{step}")).await;
            page.submit(&portal, "form:has([data-action=claim])", &[]).await;
        }
        let mails = app.new_mails().await;

        assert_eq!(mails.iter().map(|mail| &mail.subject).collect::<Vec<_>>(), Vec::<&String>::new());
    });
}

#[test]
fn after_an_outage_of_weeks_one_mail_goes_out_and_not_three() {
    run(|app: TestApp| async move {
        Table::set(&app).await;

        app.advance(TimeDelta::days(16));
        let sent = let_time_pass(&app, "2026-12-09T16:00:00Z").await;

        assert_eq!(sent.len(), 1, "{:?}", lines(&sent));
    });
}

/// Lets the timer plan every half hour while no mail leaves.
pub(super) async fn plan_in_silence(app: &TestApp, until: &str) {
    let until = at(until);
    while app.now() < until {
        app.run(Job::PlanReminders).await;
        app.advance(TimeDelta::minutes(30));
    }
}

#[test]
fn of_reminders_that_were_kept_back_only_the_newest_of_a_step_goes() {
    run(|app: TestApp| async move {
        Table::set(&app).await;

        plan_in_silence(&app, "2026-12-02T10:00:00Z").await;
        let sent = let_time_pass(&app, "2026-12-04T16:00:00Z").await;

        assert_eq!(sent.len(), 1, "{:?}", lines(&sent));
        assert!(sent[0].0.starts_with("Wed 2026-12-02"), "{:?}", lines(&sent));
    });
}

/// A second school, with the contact of the first among its own.
pub(crate) async fn second_school_of(app: &TestApp, table: &Table) -> TestSchool {
    let second = app.school("Tweede Lyceum", "13CD", "tweede").await;
    let staff = app.staff().await;
    let page = staff.get(&links::staff_school(links::STAFF_SCHOOL, second.connection)).await;
    let fields = [("name", "Anna de Wit"), ("email", table.school.email.as_str()), ("role", "superbeheerder")];
    let added = page.submit(&staff, "form[data-form=add_contact]", &fields).await;
    assert_eq!(added.status, 303, "{}", added.body);
    app.new_mails().await;
    second
}

#[test]
fn reminders_of_several_days_that_stayed_behind_still_go_one_a_day() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(1));
        second_school_of(&app, &table).await;

        // Thursday for the one school, Friday for the other; the mail server is back on Friday.
        plan_in_silence(&app, "2026-11-27T10:00:00Z").await;
        let sent = let_time_pass(&app, "2026-12-01T16:00:00Z").await;

        let to_anna = sent.iter().filter(|(_, mail)| mail.to == table.school.email);
        let days: Vec<&str> = to_anna.map(|(at, _)| &at[..14]).collect();
        assert_eq!(days, ["Fri 2026-11-27", "Mon 2026-11-30"], "{:?}", lines(&sent));
    });
}

#[test]
fn a_step_handed_over_between_planning_and_sending_does_not_remind_who_had_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.claim(&["consent_given"]).await;
        app.new_mails().await;
        app.advance(TimeDelta::days(3));
        assert_eq!(app.run(Job::PlanReminders).await, 1, "Thursday: the third working day");

        let portal = app.portal_without_mail(&table.school).await;
        let page = portal.open("/stap/allowlisting_requested").await;
        let fields = [
            ("colleague_name", "Piet Bakker"),
            ("colleague_email", "piet@bonhoeffer.example"),
            ("colleague_role", "contactpersoon"),
        ];
        page.submit(&portal, "form:has([data-action=hand-over])", &fields).await;
        let mails = app.new_mails().await;

        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert!(to.contains(&"piet@bonhoeffer.example"), "he hears that it is his: {to:?}");
        let reminded = mails.iter().filter(|mail| mail.to == table.school.email);
        assert_eq!(reminded.map(|mail| &mail.subject).collect::<Vec<_>>(), Vec::<&String>::new());
    });
}

#[test]
fn two_instances_at_once_send_one_reminder() {
    run(|app: TestApp| async move {
        Table::set(&app).await;
        app.advance(TimeDelta::days(3));
        let other = app.second_instance().await;

        let (one, two) = tokio::join!(
            jobs::run(&app.app, Job::PlanReminders, app.now()),
            jobs::run(&other, Job::PlanReminders, app.now())
        );

        // The one that came second finds it done, or is refused by the database and comes back later.
        assert!(one.is_ok() || two.is_ok());
        assert_eq!(app.new_mails().await.len(), 1);
        app.run(Job::PlanReminders).await;
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn nothing_goes_out_at_night_or_on_sunday() {
    run(|app: TestApp| async move {
        Table::set(&app).await;

        let sent = let_time_pass(&app, "2026-12-16T12:00:00Z").await;

        assert!(!sent.is_empty());
        for (at, _) in &sent {
            assert!(!at.starts_with("Sat") && !at.starts_with("Sun"), "{at}");
            // In winter Amsterdam is an hour ahead of UTC.
            let hour: u32 = at[at.len() - 5..at.len() - 3].parse().expect("an hour");
            assert!((7..16).contains(&hour), "{at}");
        }
    });
}

#[test]
fn reminders_come_in_the_hours_that_the_installation_sets() {
    run(|app: TestApp| async move {
        Table::set(&app).await;
        let hours = "13:30-15:00".parse().expect("good hours");
        let policy = ReminderPolicy { hours, ..ReminderPolicy::default() };
        let reminders = Arc::new(ReminderRules { policy, ..ReminderRules::default() });
        let set = App { context: Context { reminders, ..app.context().clone() }, ..app.app.clone() };

        let mut sent = vec![];
        while app.now() < DateTime::parse_from_rfc3339("2026-11-28T12:00:00Z").expect("a moment") {
            jobs::run(&set, Job::PlanReminders, app.now()).await.expect("it plans");
            dispatch::send_due(&set.context, &set.mailer, || app.now()).await.expect("it sends");
            let mails = app.new_mails().await;
            sent.extend(mails.iter().map(|_| app.now().format("%a %H:%M").to_string()));
            app.advance(TimeDelta::minutes(30));
        }

        // Half past one in the Netherlands.
        assert_eq!(sent, ["Thu 12:30"]);
    });
}

#[test]
fn kurve_gets_its_digest_once_a_working_day_and_only_with_something_to_say() {
    run(|app: TestApp| async move {
        let asked = app.run(Job::Digest).await;
        let empty = app.new_mails().await;
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(1));

        app.run(Job::Digest).await;
        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        app.advance(TimeDelta::days(4));
        let on_saturday = app.run(Job::Digest).await;

        assert_eq!((asked, empty.len()), (1, 0), "asked for, and nothing to say");
        assert!(digest.text.contains("Bonhoeffer College (12AB)"), "{}", digest.text);
        assert_eq!(on_saturday, 0);
        assert!(!table.school.brin.is_empty());
    });
}

#[test]
fn a_digest_that_could_not_be_asked_for_is_asked_for_minutes_later() {
    run_to_failure(|app| async move {
        Table::set(&app).await;
        jobs::run_due(&app.app).await;
        app.new_mails().await;
        // Tuesday, half past eight.
        app.clock.set(at("2026-11-24T07:30:00Z"));

        sql(&app.database.url, "ALTER TABLE outbox RENAME COLUMN dedupe_key TO mislaid").await;
        jobs::run_due(&app.app).await;
        sql(&app.database.url, "ALTER TABLE outbox RENAME COLUMN mislaid TO dedupe_key").await;
        for _ in 0..10 {
            app.advance(TimeDelta::minutes(1));
            jobs::run_due(&app.app).await;
        }

        assert_eq!(app.only_mail_to("support@kurve.nl").await.to, "support@kurve.nl");
    });
}

#[test]
fn of_digests_that_stayed_behind_only_that_of_today_goes() {
    run(|app: TestApp| async move {
        Table::set(&app).await;
        for _ in 0..3 {
            app.advance(TimeDelta::days(1));
            app.run(Job::Digest).await;
        }

        let digest = app.only_mail_to("support@kurve.nl").await;

        assert!(digest.text.contains("Bonhoeffer College (12AB)"), "{}", digest.text);
    });
}

/// A check that the calendar of this file is the one that was meant.
#[test]
fn the_story_starts_on_a_monday() {
    let start: DateTime<Utc> = crate::support::app::monday();

    assert_eq!(start.format("%A").to_string(), "Monday");
}
