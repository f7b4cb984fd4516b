//! One check at a time of a school, whoever asks, and runs that cost as much for many schools as for one.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::domain::check::{CheckProgress, NotMade};
use koppelklaar::domain::ids::{CheckId, CheckRunId, ConnectionId};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::services::checks::{self, Selection};
use koppelklaar::store::checks::check_runs::{self, Run};
use koppelklaar::store::checks::connection_checks::{self, Check, Outcome};

use super::five_hundred::many;
use super::support::{Checks, run};
use crate::support::TestSchool;
use crate::support::counting::Counting;
use crate::support::database::texts;

/// A check that waits, as a run puts it in line.
fn waiting(checks: &Checks, connection: ConnectionId, run: Option<CheckRunId>) -> Check {
    let context = checks.app.context();
    Check {
        id: CheckId::from_uuid(context.chance.uuid_v7(checks.app.now())),
        connection,
        run,
        host: format!("{connection}.swp.nl"),
        asked_by: Some(checks.kurve),
        asked_at: checks.app.now(),
        started_at: None,
        finished_at: None,
        lease_until: None,
        progress: CheckProgress::default(),
        credential_version: None,
        outcome: None,
    }
}

async fn history(checks: &Checks, school: &TestSchool) -> Vec<CheckId> {
    let made = checks::history(checks.app.context(), school.connection, None, 50).await;
    made.expect("the store answers").iter().map(|check| check.id).collect()
}

/// Until a statement of this database waits for a row that another transaction has.
async fn until_one_waits(checks: &Checks) {
    let waits = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while texts(&checks.app.database.url, waits).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

/// Runs this while a check of the school is put in line, unseen until it is; both must end.
async fn beside_a_check_put_in_line<T>(
    checks: &Checks,
    school: &TestSchool,
    other: impl Future<Output = T>,
) -> (CheckId, T) {
    let asking = checks.app.context().db.begin_write().await.expect("the store answers");
    let check = waiting(checks, school.connection, None);
    assert!(connection_checks::insert(asking.conn(), &check).await.expect("the store answers"));
    let commit = async {
        until_one_waits(checks).await;
        asking.commit().await.expect("the store answers");
    };
    let both = async { tokio::join!(other, commit).0 };
    let ended = tokio::time::timeout(Duration::from_secs(20), both).await;
    (check.id, ended.expect("nobody sees that there is one already"))
}

#[test]
fn the_database_keeps_one_check_of_a_school_that_is_not_over() {
    run(|checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let other = checks.school("34CD", "lyceum").await;
        let conn = checks.app.context().db.writer();
        let first = waiting(&checks, school.connection, None);
        let insert = async |check: &Check| connection_checks::insert(conn, check).await.expect("the store answers");

        let kept = [&first, &waiting(&checks, school.connection, None), &waiting(&checks, other.connection, None)];
        let kept = [insert(kept[0]).await, insert(kept[1]).await, insert(kept[2]).await];
        let over = Outcome::NotMade(NotMade::NotNeeded);
        let is_over = connection_checks::mark_finished(conn, first.id, None, &over, checks.app.now()).await;
        let after = insert(&waiting(&checks, school.connection, None)).await;

        assert_eq!(kept, [true, false, true]);
        assert!(is_over.expect("the store answers") && after);
    });
}

#[test]
fn who_asks_while_a_run_puts_the_school_in_line_is_given_that_check() {
    run(|checks: Checks| async move {
        if checks.app.context().db.is_sqlite() {
            // One writer: a run is whole before anybody else looks.
            return;
        }
        let school = checks.school("12AB", "bonhoeffer").await;

        let (of_run, asked) = beside_a_check_put_in_line(&checks, &school, checks.ask(&school)).await;

        assert_eq!(asked.expect("it may be asked for"), of_run);
        assert_eq!(history(&checks, &school).await, [of_run]);
    });
}

#[test]
fn a_school_whose_turn_has_come_while_somebody_asks_is_checked_once() {
    run(|checks: Checks| async move {
        if checks.app.context().db.is_sqlite() {
            return;
        }
        let school = checks.school("12AB", "bonhoeffer").await;
        checks.app.claim(&school, Step::QueryExecuted).await.expect("it is open");
        checks.app.advance(TimeDelta::minutes(2));

        let (asked, by_timer) = beside_a_check_put_in_line(&checks, &school, checks.run_one()).await;

        assert_eq!(by_timer, None);
        assert_eq!(checks.run_all().await, 1);
        assert!(checks.find(asked).await.result().is_some());
        assert_eq!(history(&checks, &school).await, [asked]);
    });
}

#[test]
fn a_run_takes_in_what_waits_and_leaves_out_what_cannot_be_checked_or_read() {
    run(|checks: Checks| async move {
        let fresh = checks.school("10AA", "een").await;
        let waits = checks.school("10AB", "twee").await;
        let spoiled = checks.school("10AC", "drie").await;
        let bare = checks.app.school_by_services("Kaal", "10AD", "vier").await;
        let asked = checks.ask(&waits).await.expect("it may be asked for");
        checks.spoil(&spoiled, "onboarding", "state = '{'").await;
        let named = [&fresh, &waits, &spoiled, &bare, &fresh].map(|school| school.connection);
        let call = checks.app.call(checks.kurve);

        let selection = Selection::Schools(named.to_vec());
        let first = checks::ask_many(checks.app.context(), &call, &selection).await.expect("Kurve may");
        let again = checks::ask_many(checks.app.context(), &call, &selection).await.expect("Kurve may");
        let progress = async |id| {
            let progress = checks::run_progress(checks.app.context(), id).await.expect("it is there");
            (progress.run.total, progress.open)
        };

        assert_eq!((progress(first).await, progress(again).await), ((2, 2), (0, 0)));
        assert_eq!(history(&checks, &waits).await, [asked]);
        checks.run_all().await;
        assert_eq!(progress(first).await, (2, 0));
    });
}

#[test]
fn a_run_leaves_a_school_in_peace_that_was_asked_for_in_the_last_minute() {
    run(|checks: Checks| async move {
        let asked = checks.school("10AA", "een").await;
        let by_timer = checks.school("10AB", "twee").await;
        checks.ask(&asked).await.expect("it may be asked for");
        checks.timer_comes_to(&by_timer).await;
        assert_eq!(checks.run_all().await, 2);
        let of_both = Selection::Schools(vec![asked.connection, by_timer.connection]);

        let mut totals = vec![];
        for seconds in [59, 1, 59, 1] {
            checks.app.advance(TimeDelta::seconds(seconds));
            let call = checks.app.call(checks.kurve);
            let run = checks::ask_many(checks.app.context(), &call, &of_both).await.expect("Kurve may");
            let progress = checks::run_progress(checks.app.context(), run).await.expect("it is there");
            totals.push(progress.run.total);
            checks.run_all().await;
        }

        // What the timer did keeps nobody waiting, as for one who asks; a run does.
        assert_eq!(totals, [1, 1, 1, 1]);
        assert_eq!((history(&checks, &asked).await.len(), history(&checks, &by_timer).await.len()), (3, 3));
    });
}

#[test]
fn a_run_over_five_hundred_schools_takes_as_many_statements_as_over_one() {
    run(|checks: Checks| async move {
        let work = checks.app.context().db.begin_write().await.expect("the store answers");
        let mut schools = vec![];
        for number in 0..500 {
            schools.push(many::insert_school(&checks.app.app, work.conn(), (number, 0), checks.app.now()).await.0);
        }
        let mut took = vec![];

        for (selected, joined) in [(&schools[..1], 1), (&schools[..], 250)] {
            for school in &selected[..joined] {
                connection_checks::insert(work.conn(), &waiting(&checks, *school, None))
                    .await
                    .expect("the store answers");
            }
            let conn = Counting::new(work.conn());
            let candidates =
                check_runs::list_candidates(&conn, selected, checks.app.now()).await.expect("the store answers");
            let id = CheckRunId::from_uuid(checks.app.context().chance.uuid_v7(checks.app.now()));
            let new: Vec<Check> = selected.iter().map(|school| waiting(&checks, *school, Some(id))).collect();
            let run = Run { id, asked_by: checks.kurve, asked_at: checks.app.now(), total: 0 };
            let total = check_runs::insert(&conn, &run, &new).await.expect("the store answers");
            took.push((candidates.len(), total, conn.statements()));
        }

        let statements = if checks.app.context().db.is_sqlite() { 5 } else { 6 };
        // The first school is part of the first run already.
        assert_eq!(took, [(1, 1, statements), (500, 499, statements)]);
    });
}
