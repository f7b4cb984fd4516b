//! What is kept of runs, for how long, and how many items one takes.

use chrono::TimeDelta;
use koppelklaar::domain::bulk::{BulkKind, BulkWork, MOST_ITEMS};
use koppelklaar::jobs::Job;
use koppelklaar::services::ServiceError;
use koppelklaar::services::bulk::{self, NewRun};
use koppelklaar::store::operations::bulk_items::NewItem;

use super::support::{begin, rows, run_due, schools_with_details, vouch_and_issue};
use crate::support::run;

#[test]
fn a_run_is_kept_for_ninety_days_and_one_that_nobody_begins_for_two() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..2).await;
        let kurve = app.kurve().await;
        let ended = begin(&app, kurve, &vouch_and_issue(), &schools[..1]).await;
        let call = app.call(kurve);
        let waits = bulk::put_together(app.context(), &call, BulkKind::VouchAndIssue, &rows(&schools[1..])).await;
        let waits = waits.expect("a colleague may");
        run_due(&app).await;
        app.new_mails().await;
        let is_there = async |id| bulk::find(app.context(), id).await.is_ok();

        for (days, kept) in [(1, (true, true)), (2, (true, false)), (86, (true, false)), (2, (false, false))] {
            app.advance(TimeDelta::days(days));
            app.run(Job::DeleteExpired).await;
            assert_eq!((is_there(ended).await, is_there(waits).await), kept, "after {days} days more");
        }
    });
}

#[test]
fn a_run_under_way_is_never_cleared_away() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..1).await;
        let kurve = app.kurve().await;
        let id = begin(&app, kurve, &BulkWork::Remind, &schools).await;
        app.advance(TimeDelta::days(100));

        app.run(Job::DeleteExpired).await;

        assert!(bulk::find(app.context(), id).await.is_ok());
    });
}

#[test]
fn the_same_form_twice_is_one_run_and_too_many_items_are_none() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let item = || NewItem { connection: None, label: "Een school".into(), input: "{}".into(), result: None };
        let new = |key: &str, count: usize| NewRun {
            kind: BulkKind::Remind,
            work: Some(BulkWork::Remind),
            key: key.to_owned(),
            items: std::iter::repeat_with(item).take(count).collect(),
        };
        let call = app.call(kurve);

        let first = bulk::start(app.context(), &call, new("form", 3)).await.expect("a colleague may");
        let again = bulk::start(app.context(), &call, new("form", 3)).await.expect("a colleague may");
        let other = bulk::start(app.context(), &call, new("another", MOST_ITEMS)).await.expect("as many as fit");
        let more = bulk::start(app.context(), &call, new("more", MOST_ITEMS + 1)).await;

        assert_eq!(first, again);
        assert_ne!(first, other);
        assert!(matches!(more, Err(ServiceError::TooManyItems)));
        assert_eq!(bulk::find(app.context(), first).await.expect("it is there").total, 3);
    });
}
