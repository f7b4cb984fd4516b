//! Workers that die at any moment, and several at once: each item is done once, and the run ends whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use koppelklaar::app::App;
use koppelklaar::domain::bulk::{BulkOutcome, BulkWork};
use koppelklaar::domain::ids::LeaseId;
use koppelklaar::jobs;
use koppelklaar::services::bulk;
use koppelklaar::store::LeaseTerm;
use koppelklaar::store::operations::bulk_runs;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::support::{begin, is_whole, load, outcomes, run_due, schools_with_details, vouch_and_issue};
use crate::support::database::texts;
use crate::support::{TestApp, run};

/// Longer than a worker has a run to itself.
const AFTER_THE_LEASE: TimeDelta = TimeDelta::seconds(31);

/// Rings once so many statements ran.
#[derive(Clone, Default)]
struct Fuse(Arc<FuseParts>);

#[derive(Default)]
struct FuseParts {
    left: AtomicUsize,
    burnt: Notify,
}

impl Fuse {
    fn light(&self, statements: usize) {
        self.0.left.store(statements, Ordering::SeqCst);
    }

    fn burn(&self) {
        let left = self.0.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left == Ok(1) {
            self.0.burnt.notify_one();
        }
    }

    /// Whether an instance of its own is done before so many statements ran; else it dies there.
    async fn is_over(&self, statements: usize, app: &TestApp) -> bool {
        let mut instance = app.second_instance().await;
        let fuse = self.clone();
        instance.context.db.listen(move |_| fuse.burn());
        self.light(statements);
        let is_over = tokio::select! {
            biased;
            () = self.0.burnt.notified() => false,
            done = jobs::bulk::run_due(&instance) => {
                done.expect("the store answers");
                true
            }
        };
        self.light(0);
        die(app, vec![instance]).await;
        is_over
    }
}

/// Takes the connections of instances along, as their death does; what they had not committed is rolled back after this.
async fn die(app: &TestApp, instances: Vec<App>) {
    for instance in instances {
        instance.context.db.close().await;
    }
    let open = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction')";
    while app.database.is_postgres() && texts(&app.database.url, open).await != ["0"] {}
}

#[test]
fn a_worker_that_dies_after_any_statement_leaves_neither_half_an_item_nor_a_double_one() {
    run(|app| async move {
        let fuse = Fuse::default();
        let schools = schools_with_details(&app, 0..70).await;
        let kurve = app.kurve().await;
        let mut died = 0;

        for (statements, school) in (1..).zip(&schools) {
            let one = std::slice::from_ref(school);
            let id = begin(&app, kurve, &vouch_and_issue(), one).await;
            let is_over = fuse.is_over(statements, &app).await;
            died += usize::from(!is_over);
            app.advance(AFTER_THE_LEASE);
            run_due(&app).await;
            is_whole(&app, id, one).await;
        }

        assert!(died > 30, "an item takes more statements than {died}");
        let mails = app.new_mails().await;
        for school in &schools {
            assert_eq!(mails.iter().filter(|mail| mail.to == school.email).count(), 1, "{}", school.email);
        }
    });
}

#[test]
fn forty_items_end_whole_with_three_instances_of_which_some_die() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..40).await;
        let kurve = app.kurve().await;
        let mut runs = vec![];
        for part in schools.chunks(14) {
            runs.push((begin(&app, kurve, &vouch_and_issue(), part).await, part));
        }

        for polls in [60, 190] {
            let instances = three_instances(&app).await;
            let mut workers = JoinSet::new();
            for (number, instance) in instances.clone().into_iter().enumerate() {
                let polls = polls * (number + 1);
                workers.spawn(async move { dies_after(polls, jobs::bulk::run_due(&instance)).await });
            }
            workers.join_all().await;
            die(&app, instances).await;
            app.advance(AFTER_THE_LEASE);
        }
        let mut workers = JoinSet::new();
        for instance in three_instances(&app).await {
            workers.spawn(async move { jobs::bulk::run_due(&instance).await.expect("the store answers") });
        }
        workers.join_all().await;

        for (id, part) in runs {
            is_whole(&app, id, part).await;
        }
        let mails = app.new_mails().await;
        assert_eq!(mails.len(), 40, "{:?}", mails.iter().map(|mail| &mail.to).collect::<Vec<_>>());
    });
}

async fn three_instances(app: &TestApp) -> Vec<App> {
    let mut instances = vec![];
    for _ in 0..3 {
        instances.push(app.second_instance().await);
    }
    instances
}

/// Goes on with something until it was woken so often, and then drops it.
async fn dies_after(polls: usize, work: impl Future) {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        left -= 1;
        if left == 0 || work.as_mut().poll(context).is_ready() {
            return std::task::Poll::Ready(());
        }
        std::task::Poll::Pending
    })
    .await;
}

#[test]
fn an_item_of_which_worker_after_worker_dies_is_named_and_the_others_go_on() {
    run(|app| async move {
        let fuse = Fuse::default();
        let schools = schools_with_details(&app, 0..2).await;
        let kurve = app.kurve().await;
        let id = begin(&app, kurve, &vouch_and_issue(), &schools).await;

        for _ in 0..3 {
            assert!(!fuse.is_over(20, &app).await);
            app.advance(AFTER_THE_LEASE);
        }
        run_due(&app).await;

        let all = outcomes(&app, id).await;
        assert_eq!((all[0].1, all[0].2.as_str()), (Some(BulkOutcome::Failed), "Fault"));
        assert_eq!(all[1].1, Some(BulkOutcome::Done));
        app.new_mails().await;
    });
}

#[test]
fn who_comes_back_after_the_lease_has_lost_the_run() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..1).await;
        let kurve = app.kurve().await;
        let id = begin(&app, kurve, &vouch_and_issue(), &schools).await;
        let db = &app.context().db;
        let [first, second] = [1, 2].map(|number| LeaseId::from_uuid(uuid::Uuid::from_u128(number)));

        let tx = db.begin_write().await.expect("the store answers");
        let term = LeaseTerm::new(app.now(), bulk::LEASE);
        let claimed = bulk_runs::claim(tx.conn(), first, term).await.expect("the store answers");
        assert!(!claimed.expect("it waits").expect("it can be read").was_dropped);
        assert!(bulk_runs::claim(tx.conn(), second, term).await.expect("the store answers").is_none());
        tx.commit().await.expect("the store answers");
        app.advance(AFTER_THE_LEASE);
        let tx = db.begin_write().await.expect("the store answers");
        let term = LeaseTerm::new(app.now(), bulk::LEASE);
        let claimed = bulk_runs::claim(tx.conn(), second, term).await.expect("the store answers");
        assert!(claimed.expect("it waits").expect("it can be read").was_dropped);
        tx.commit().await.expect("the store answers");

        assert!(bulk_runs::hold(db.reader(), id, first).await.expect("the store answers").is_none());
        assert!(bulk_runs::hold(db.reader(), id, second).await.expect("the store answers").is_some());
        bulk_runs::release(db.writer(), id, first, app.now()).await.expect("the store answers");
        assert!(bulk_runs::hold(db.reader(), id, second).await.expect("the store answers").is_some());
    });
}

#[test]
fn a_run_over_few_does_not_wait_for_one_over_many() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..40).await;
        let kurve = app.kurve().await;
        let long = begin(&app, kurve, &vouch_and_issue(), &schools[..38]).await;
        let short = begin(
            &app,
            kurve,
            &BulkWork::Close { reason: crate::support::acting::reason("Doet niet mee.") },
            &schools[38..],
        )
        .await;

        for _ in 0..2 {
            app.advance(TimeDelta::seconds(1));
            bulk::run_next(app.context(), || app.now()).await.expect("the store answers");
        }

        assert!(load(&app, long).await.is_running());
        assert_eq!(load(&app, short).await.done, 2);
        run_due(&app).await;
        assert_eq!(load(&app, long).await.done, 38);
        app.new_mails().await;
    });
}
