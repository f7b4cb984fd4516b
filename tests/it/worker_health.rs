//! What runs by itself: that it says so, that Kurve sees it when it does not, and the numbers for who watches.

use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::domain::heartbeat::{CLOCK_SKEW, Worker};
use koppelklaar::jobs;
use koppelklaar::links;
use koppelklaar::services::operations::worker_health::HealthMonitor;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::mail::outbox::{self, lease};
use koppelklaar::store::operations::heartbeats;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, metrics, router};
use strum::IntoEnumIterator;
use tokio_util::sync::CancellationToken;

use crate::dispatch::{new_lease, waiting};
use crate::support::app::nonzero;
use crate::support::database::sql;
use crate::support::program::Program;
use crate::support::{Page, TestApp, Visitor, on_each_database, run, run_to_failure};

async fn beat(app: &TestApp, worker: Worker) {
    heartbeats::beat(app.context().db.writer(), worker, app.now()).await.expect("the store answers");
}

async fn beats(app: &TestApp) -> Vec<(Worker, DateTime<Utc>)> {
    let mut beats = heartbeats::list(app.context().db.reader()).await.expect("the store answers");
    beats.sort();
    beats
}

/// All that works gives a heartbeat.
async fn all_beat(app: &TestApp) {
    for worker in Worker::iter() {
        beat(app, worker).await;
    }
}

fn alarms(page: &Page) -> Vec<String> {
    page.attributes("[data-alarms][role=status] [data-alarm]", "data-alarm")
}

#[test]
fn every_page_of_kurve_says_that_a_worker_stands_still_and_stops_saying_so_by_itself() {
    run(|app| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (reader, colleague) = (app.staff_as("lezer@kurve.nl", StaffRole::Reader).await, app.staff().await);
        let page_of_school = links::staff_school(links::STAFF_SCHOOL, school.connection);
        let pages = [links::STAFF, links::STAFF_SCHOOLS, links::STAFF_MAILS, &page_of_school];
        let look = async |visitor: &Visitor| {
            let mut seen = vec![];
            for path in pages {
                seen.push(alarms(&visitor.get(path).await));
            }
            seen.dedup();
            assert_eq!(seen.len(), 1, "the pages differ: {seen:?}");
            seen.remove(0)
        };
        all_beat(&app).await;
        assert_eq!(look(&colleague).await, Vec::<String>::new());

        app.advance(TimeDelta::seconds(121));
        beat(&app, Worker::Planner).await;
        beat(&app, Worker::Checks).await;
        beat(&app, Worker::Bulk).await;
        beat(&app, Worker::Webhooks).await;
        assert_eq!((look(&colleague).await, look(&reader).await), (vec!["mail".to_owned()], vec!["mail".to_owned()]));
        let said = colleague.get(links::STAFF).await.text("[data-alarm=mail]");
        assert!(said.contains("Er gaan geen mails verloren") && said.contains("om 11.0"), "{said}");

        beat(&app, Worker::Mail).await;
        app.advance(TimeDelta::seconds(6));
        assert_eq!(look(&reader).await, Vec::<String>::new());

        app.advance(TimeDelta::minutes(10));
        assert_eq!(look(&colleague).await, ["mail", "planner", "checks", "bulk", "webhooks"]);
        let said = colleague.get(links::STAFF).await;
        assert!(said.text("[data-alarm=checks]").contains("gaan later alsnog door"), "{}", said.body);
        assert_eq!(said.attributes("[data-alarm=checks] a", "href"), [links::STAFF_CONNECTIONS]);
        assert_eq!(said.attributes("[data-alarm=bulk] a", "href"), [links::STAFF_BULK]);
    });
}

#[test]
fn a_service_that_just_started_is_given_time_for_its_first_sign() {
    run(|app| async move {
        let staff = app.staff().await;
        assert_eq!(alarms(&staff.get(links::STAFF).await), Vec::<String>::new());

        app.advance(TimeDelta::minutes(3));

        assert_eq!(alarms(&staff.get(links::STAFF).await), ["mail", "planner", "checks", "bulk", "webhooks"]);
    });
}

#[test]
fn a_service_that_started_with_a_clock_ahead_finds_out_who_is_silent_once_the_clock_is_right() {
    run(|app| async move {
        app.advance(TimeDelta::hours(1));
        let watch = HealthMonitor::since(app.now());
        all_beat(&app).await;
        let silent = async || {
            let condition = watch.look(app.context(), app.now()).await.expect("the store answers");
            condition
                .workers
                .into_iter()
                .filter(|(_, standing)| standing.is_still())
                .map(|(worker, _)| worker)
                .collect()
        };

        app.advance(-TimeDelta::hours(1));
        let at_first: Vec<Worker> = silent().await;
        app.advance(TimeDelta::seconds(121));
        beat(&app, Worker::Mail).await;
        beat(&app, Worker::Checks).await;
        beat(&app, Worker::Bulk).await;
        beat(&app, Worker::Webhooks).await;

        assert_eq!((at_first, silent().await), (vec![], vec![Worker::Planner]));
    });
}

#[test]
fn a_worker_that_lives_and_leaves_due_mail_alone_is_seen() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let staff = app.staff().await;
        app.send_mails().await;
        let mail = waiting(&app, &school, "left");
        outbox::insert_all(app.context().db.writer(), std::slice::from_ref(&mail)).await.expect("a fresh key");
        let look = async || {
            all_beat(&app).await;
            staff.get(links::STAFF).await.texts("[data-alarm=mail] .banner__title")
        };

        app.advance(TimeDelta::minutes(2));
        let in_time = look().await;
        app.advance(TimeDelta::seconds(6));
        let late = look().await;
        // Another worker has it in hand.
        let term = LeaseTerm::new(app.now(), lease::LEASE);
        lease::acquire(&app.context().db, new_lease(&app), term, 1).await.expect("it is due");
        app.advance(TimeDelta::seconds(6));
        let in_hand = look().await;

        assert_eq!(in_time, Vec::<String>::new());
        assert_eq!(late, ["Let op: Mails blijven liggen"]);
        assert_eq!(in_hand, Vec::<String>::new());
    });
}

#[test]
fn mails_that_are_held_back_are_told_of_and_no_worker_is_blamed() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let staff = app.staff().await;
        let mut holding = app.app.clone();
        holding.context.mail.is_held = true;
        let allowance = Allowance { per_client: nonzero(10), per_address: nonzero(10) };
        let web = WebState::new(&holding, WebOptions { allowance, trusted_proxies: 1 }, None);
        let staff = staff.at_router(&router(web.clone()));
        outbox::insert_all(app.context().db.writer(), &[waiting(&app, &school, "held")]).await.expect("a fresh key");
        app.advance(TimeDelta::minutes(10));
        all_beat(&app).await;

        let page = staff.get(links::STAFF).await;
        let numbers = staff.at_router(&metrics::router(web)).get(links::METRICS).await.body;

        assert_eq!(alarms(&page), ["held"]);
        assert!(page.text("[data-alarm=held]").contains("Er staat nu 1 mail klaar."), "{}", page.body);
        assert!((value(&numbers, "koppelklaar_mails_held") - 1.0).abs() < 1e-9);
        assert!((value(&numbers, "koppelklaar_worker_stands_still{name=\"mail\"}") - 0.0).abs() < 1e-9);
        app.send_mails().await;
    });
}

#[test]
fn the_newest_sign_of_all_instances_stays_and_one_of_a_wrong_clock_does_not() {
    run(|app| async move {
        let conn = app.context().db.writer();
        let (now, mail) = (app.now(), Worker::Mail);
        let mut kept = vec![];

        // The first; another machine's, a little behind; a little ahead; far ahead; and the right time again.
        let [behind, ahead, far] = [now - TimeDelta::seconds(3), now + CLOCK_SKEW, now + TimeDelta::hours(2)];
        for at in [now, behind, ahead, far, now] {
            heartbeats::beat(conn, mail, at).await.expect("the store answers");
            kept.push(beats(&app).await);
        }

        assert_eq!(kept, [now, now, ahead, far, now].map(|at| vec![(mail, at)]));
    });
}

#[test]
fn the_mail_worker_gives_a_sign_of_life_as_soon_as_it_works() {
    run(|app| async move {
        let stop = CancellationToken::new();
        let worker = tokio::spawn(jobs::mail::work(app.app.clone(), stop.clone()));

        while beats(&app).await.is_empty() {
            tokio::task::yield_now().await;
        }
        stop.cancel();

        worker.await.expect("it ends when told");
        assert_eq!(beats(&app).await, [(Worker::Mail, app.now())]);
    });
}

#[test]
fn the_check_worker_gives_a_sign_of_life_as_soon_as_it_works() {
    run(|app| async move {
        let stop = CancellationToken::new();
        let worker = tokio::spawn(jobs::checks::work(app.app.clone(), stop.clone()));

        while beats(&app).await.is_empty() {
            tokio::task::yield_now().await;
        }
        stop.cancel();

        worker.await.expect("it ends when told");
        assert_eq!(beats(&app).await, [(Worker::Checks, app.now())]);
    });
}

#[test]
fn the_worker_for_many_at_once_gives_a_sign_of_life_as_soon_as_it_works() {
    run(|app| async move {
        let stop = CancellationToken::new();
        let worker = tokio::spawn(jobs::bulk::work(app.app.clone(), stop.clone()));

        while beats(&app).await.is_empty() {
            tokio::task::yield_now().await;
        }
        stop.cancel();

        worker.await.expect("it ends when told");
        assert_eq!(beats(&app).await, [(Worker::Bulk, app.now())]);
    });
}

#[test]
fn where_checks_are_off_no_page_and_no_number_says_that_they_stand_still() {
    run(|app| async move {
        let staff = app.staff().await;
        let mut off = app.app.clone();
        off.context.check_policy = CheckPolicy::Off;
        let allowance = Allowance { per_client: nonzero(10), per_address: nonzero(10) };
        let web = WebState::new(&off, WebOptions { allowance, trusted_proxies: 1 }, None);
        app.advance(TimeDelta::minutes(10));
        beat(&app, Worker::Mail).await;
        beat(&app, Worker::Planner).await;
        beat(&app, Worker::Bulk).await;
        beat(&app, Worker::Webhooks).await;

        let page = staff.at_router(&router(web.clone())).get(links::STAFF).await;
        let numbers = app.anonymous().at_router(&metrics::router(web)).get(links::METRICS).await.body;

        assert_eq!(alarms(&page), Vec::<String>::new());
        assert!((value(&numbers, "koppelklaar_worker_stands_still{name=\"checks\"}") - 0.0).abs() < 1e-9);
    });
}

#[test]
fn the_planner_gives_a_sign_of_life_with_each_whole_round_and_none_with_a_failed_one() {
    run_to_failure(|app| async move {
        jobs::run_due(&app.app).await;
        let first = (Worker::Planner, app.now());
        assert_eq!(beats(&app).await, [first]);

        app.advance(TimeDelta::minutes(1));
        sql(&app.database.url, "ALTER TABLE onboarding RENAME COLUMN attention_at TO mislaid").await;
        jobs::run_due(&app.app).await;

        assert_eq!(beats(&app).await, [first]);
        let text = app.app.metrics.text(&[]);
        for outcome in ["idle", "failed"] {
            let line = format!("koppelklaar_job_runs_total{{job=\"plan_reminders\",outcome=\"{outcome}\"}} 1");
            assert!(text.contains(&line), "{line}\n{text}");
        }
    });
}

/// The value of one line of metrics.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().expect("a number")
}

#[test]
fn the_numbers_say_what_waits_and_who_stands_still() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let allowance = Allowance { per_client: nonzero(10), per_address: nonzero(10) };
        let numbers = metrics::router(WebState::new(&app.app, WebOptions { allowance, trusted_proxies: 0 }, None));
        let watcher = app.anonymous().at_router(&numbers);
        let mails: Vec<_> = ["one", "two", "three"].map(|key| waiting(&app, &school, key)).into();
        outbox::insert_all(app.context().db.writer(), &mails).await.expect("fresh keys");
        let refused = "UPDATE outbox SET status = 'failed' WHERE dedupe_key = 'test/one'";
        sql(&app.database.url, refused).await;
        beat(&app, Worker::Mail).await;
        app.advance(TimeDelta::milliseconds(150_500));
        beat(&app, Worker::Planner).await;

        let page = watcher.get(links::METRICS).await;

        assert_eq!((page.status, page.header("content-type")), (200, "text/plain; version=0.0.4"));
        for (series, expected) in [
            ("koppelklaar_database_up", 1.0),
            ("koppelklaar_mails_held", 0.0),
            ("koppelklaar_mails{fate=\"waiting\"}", 2.0),
            ("koppelklaar_mails{fate=\"failed\"}", 1.0),
            ("koppelklaar_oldest_due_mail_age_seconds", 150.5),
            ("koppelklaar_heartbeat_age_seconds{name=\"mail\"}", 150.5),
            ("koppelklaar_heartbeat_age_seconds{name=\"planner\"}", 0.0),
            ("koppelklaar_worker_stands_still{name=\"mail\"}", 1.0),
            ("koppelklaar_worker_stands_still{name=\"planner\"}", 0.0),
            // Its first sign did not come since somebody looks.
            ("koppelklaar_worker_stands_still{name=\"checks\"}", 1.0),
            ("koppelklaar_worker_stands_still{name=\"bulk\"}", 1.0),
        ] {
            assert!((value(&page.body, series) - expected).abs() < 1e-9, "{series}\n{}", page.body);
        }
    });
}

#[test]
fn numbers_are_served_apart_from_the_pages_and_name_nobody() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        program.set("KOPPELKLAAR_METRICS_LISTEN", "127.0.0.1:0");
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).good();
        let serving = program.serve();

        let public = serving.get(links::METRICS, "");
        serving.get("/beheer/uitnodiging/geheimpje", "");
        let (status, numbers) = serving.get_at(&serving.logged("metrics.listen"), links::METRICS, "");

        assert_eq!((public.0, status), (404, 200));
        let route = links::STAFF_INVITE;
        let series = format!("koppelklaar_http_requests_total{{method=\"GET\",route=\"{route}\",status=\"");
        assert!(numbers.contains(&series), "{numbers}");
        assert!((value(&numbers, "koppelklaar_worker_stands_still{name=\"mail\"}") - 0.0).abs() < 1e-9);
        for kept_out in ["geheimpje", "eva@kurve.nl", "Eva"] {
            assert!(!numbers.contains(kept_out), "{kept_out} in {numbers}");
        }
        assert_eq!(serving.stop().0.code(), Some(0));
    });
}

#[test]
fn an_address_for_metrics_that_is_taken_is_refused_by_name() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        program.set("KOPPELKLAAR_METRICS_LISTEN", &taken.local_addr().expect("a bound port").to_string());

        let refusal = program.run(&["serve", "--listen", "127.0.0.1:0"]).refusal();

        assert!(refusal.contains("KOPPELKLAAR_METRICS_LISTEN"), "{refusal}");
    });
}
