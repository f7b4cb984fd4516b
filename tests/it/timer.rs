//! The timer: what is due, on which clock, and what a clock that was wrong leaves behind.

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::app::App;
use koppelklaar::clock::Clock;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::domain::ids::CheckId;
use koppelklaar::jobs::{self, Job};
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::checks::{check_queue, check_status};
use koppelklaar::store::mail::outbox;
use koppelklaar::store::mail::outbox::lease::{self, Mark};
use koppelklaar::store::operations::heartbeats;
use koppelklaar::store::operations::job_slots::{self, Slot};
use strum::IntoEnumIterator;

use crate::dispatch::{new_lease, put_in_outbox, waiting};
use crate::journey::Table;
use crate::reminders::at;
use crate::support::database::sql;
use crate::support::{TestApp, run, run_to_failure};

/// A date that a clock may jump to when it is wrong.
const FAR: &str = "2030-06-02T11:00:00Z";

/// When the planner last gave a heartbeat.
async fn planned_at(app: &TestApp) -> Option<DateTime<Utc>> {
    let beats = heartbeats::list(app.context().db.reader()).await.expect("the store answers");
    beats.into_iter().find(|(worker, _)| *worker == Worker::Planner).map(|(_, at)| at)
}

/// Runs what is due at a moment.
async fn knock_at(app: &TestApp, moment: &str) {
    app.clock.set(at(moment));
    jobs::run_due(&app.app).await;
}

/// Has every slot taken by an instance whose clock is years ahead.
async fn take_slots_far_ahead(app: &TestApp) {
    let far = at(FAR);
    for job in Job::iter() {
        let slot = Slot { first_at: far, next_at: far + TimeDelta::hours(1), furthest: None };
        let taken = job_slots::claim(app.context().db.writer(), job.as_str(), far, slot).await;
        assert!(taken.expect("the store answers"));
    }
}

#[test]
fn a_round_that_does_not_end_keeps_its_slot_for_five_minutes() {
    run_to_failure(|app| async move {
        sql(&app.database.url, "ALTER TABLE onboarding RENAME COLUMN attention_at TO mislaid").await;
        knock_at(&app, "2026-11-24T10:00:00Z").await;
        sql(&app.database.url, "ALTER TABLE onboarding RENAME COLUMN mislaid TO attention_at").await;

        let mut seen = vec![];
        for minute in ["10:01", "10:04", "10:05", "10:06"] {
            knock_at(&app, &format!("2026-11-24T{minute}:00Z")).await;
            seen.push(planned_at(&app).await.map(|at| at.format("%H:%M").to_string()));
        }

        assert_eq!(seen, [None, None, Some("10:05".to_owned()), Some("10:06".to_owned())]);
    });
}

#[test]
fn slots_that_a_clock_far_ahead_took_are_free_again_and_the_digest_keeps_its_hour() {
    run(|app: TestApp| async move {
        Table::set(&app).await;
        app.new_mails().await;
        take_slots_far_ahead(&app).await;

        knock_at(&app, "2026-11-24T07:29:00Z").await;
        let planned = planned_at(&app).await;
        let early = app.new_mails().await.len();
        knock_at(&app, "2026-11-24T07:30:00Z").await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        knock_at(&app, "2026-11-24T07:31:00Z").await;

        assert_eq!(planned, Some(at("2026-11-24T07:29:00Z")));
        assert_eq!((early, app.new_mails().await.len()), (0, 0), "{}", digest.subject);
    });
}

#[test]
fn a_digest_that_an_outage_held_up_does_not_leave_at_night_in_place_of_that_of_the_morning() {
    run(|app: TestApp| async move {
        Table::set(&app).await;
        knock_at(&app, "2026-11-26T12:00:00Z").await;
        app.new_mails().await;

        // Nothing ran from Friday before half past eight to ten past midnight on Monday.
        knock_at(&app, "2026-11-29T23:10:00Z").await;
        let at_night = app.new_mails().await;
        knock_at(&app, "2026-11-30T07:30:00Z").await;
        let digest = app.only_mail_to("support@kurve.nl").await;

        let at_night: Vec<&str> = at_night.iter().map(|mail| mail.to.as_str()).collect();
        assert!(!at_night.contains(&"support@kurve.nl"), "{at_night:?}, and then {}", digest.subject);
    });
}

#[test]
fn a_digest_that_a_clock_far_ahead_held_up_comes_today_and_once() {
    run(|app: TestApp| async move {
        Table::set(&app).await;
        app.new_mails().await;

        take_slots_far_ahead(&app).await;
        knock_at(&app, "2026-11-24T13:00:00Z").await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        sql(&app.database.url, "DELETE FROM job_slot").await;
        take_slots_far_ahead(&app).await;
        knock_at(&app, "2026-11-24T14:00:00Z").await;

        assert_eq!(app.new_mails().await.len(), 0, "{}", digest.subject);
    });
}

#[test]
fn a_school_that_was_looked_at_by_a_clock_far_ahead_is_still_reminded() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        // A Sunday: the planner comes back when the school opens.
        app.clock.set(at(FAR));
        app.run(Job::PlanReminders).await;
        app.clock.set(at("2026-11-26T10:00:00Z"));
        app.run(Job::RepairClock).await;
        let planned = app.run(Job::PlanReminders).await;

        assert_eq!(planned, 1);
        assert_eq!(app.only_mail_to(&table.school.email).await.to, table.school.email);
    });
}

#[test]
fn a_mail_that_was_called_for_by_a_clock_ahead_goes_within_the_hour() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.advance(TimeDelta::hours(1));
        put_in_outbox(&app, &school, 1).await;
        app.advance(-TimeDelta::hours(1));
        app.run(Job::RepairClock).await;

        assert_eq!(app.only_mail_to(&school.email).await.to, school.email);
    });
}

#[test]
fn a_mail_that_was_put_off_by_a_clock_far_ahead_goes_within_the_hour_and_one_that_is_tried_again_waits_for_its_turn() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mails = put_in_outbox(&app, &school, 2).await;
        let (db, lease, now) = (&app.context().db, new_lease(&app), app.now());
        lease::acquire(db, lease, LeaseTerm::new(now, TimeDelta::minutes(1)), 10).await.expect("the store answers");
        for (mail, next) in mails.iter().zip([at(FAR), now + TimeDelta::hours(7)]) {
            let put_off = lease::mark(db.writer(), lease, *mail, &Mark::later(next, "the mail server was busy")).await;
            assert!(put_off.expect("the store answers"));
        }

        app.run(Job::RepairClock).await;
        let now_sent = app.new_mails().await.len();
        app.advance(TimeDelta::hours(7));

        assert_eq!((now_sent, app.new_mails().await.len()), (1, 1));
    });
}

#[test]
fn what_a_clock_far_ahead_left_behind_is_taken_back_at_start_and_every_hour() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.new_mails().await;
        let call_for_it_ahead = async |key| {
            app.advance(TimeDelta::days(3));
            let mail = waiting(&app, &school, key);
            outbox::insert_all(app.context().db.writer(), &[mail]).await.expect("a fresh key");
            app.advance(-TimeDelta::days(3));
        };
        let sent_to = async || app.new_mails().await.into_iter().map(|mail| mail.to).collect::<Vec<_>>();

        call_for_it_ahead("first").await;
        let before = sent_to().await;
        jobs::repair_clock(&app.app).await;
        let after_start = sent_to().await;
        knock_at(&app, "2026-11-24T10:00:00Z").await;
        app.new_mails().await;
        call_for_it_ahead("second").await;
        knock_at(&app, "2026-11-24T10:59:00Z").await;
        let within = sent_to().await;
        knock_at(&app, "2026-11-24T11:00:00Z").await;
        let after_an_hour = sent_to().await;

        let it = vec![school.email.clone()];
        assert_eq!((before, after_start, within, after_an_hour), (vec![], it.clone(), vec![], it));
    });
}

#[test]
fn a_school_whose_turn_and_check_a_clock_far_ahead_took_has_them_again() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (conn, far) = (app.context().db.writer(), at(FAR));
        let tx = app.context().db.begin_write().await.expect("the store answers");
        check_status::save_next(tx.conn(), school.connection, Some(far)).await.expect("the store answers");
        tx.commit().await.expect("the store answers");
        let check = CheckId::from_uuid(app.context().chance.uuid_v7(far));
        let taken = check_queue::claim_host(
            conn,
            "bonhoeffer.example",
            check,
            LeaseTerm { now: far, until: far + TimeDelta::minutes(5) },
        );
        assert!(taken.await.expect("the store answers"));

        app.run(Job::RepairClock).await;

        let known = check_status::load(conn, school.connection).await.expect("the store answers");
        assert_eq!(known.next_check_at, Some(app.now()));
        let until = app.now() + TimeDelta::minutes(5);
        let again =
            check_queue::claim_host(conn, "bonhoeffer.example", check, LeaseTerm { now: app.now(), until }).await;
        assert!(again.expect("the store answers"));
    });
}

#[test]
fn an_instance_whose_clock_is_not_the_databases_runs_no_jobs() {
    run(|app: TestApp| async move {
        let with_clock = |ahead: TimeDelta| App { clock: Clock::system_off_by(ahead), ..app.app.clone() };

        jobs::run_due(&with_clock(TimeDelta::hours(2))).await;
        let while_ahead = planned_at(&app).await;
        jobs::run_due(&with_clock(TimeDelta::zero())).await;

        // SQLite is on the machine of its only process: whatever that says is right.
        assert_eq!(while_ahead.is_some(), app.context().db.is_sqlite());
        assert!(planned_at(&app).await.is_some());
    });
}
