//! How the database finds a page of the list of connections, and what Kurve has to look into: each filter by an index in
//! the order of the list.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::store::checks::check_status;
use koppelklaar::store::checks::check_status_list::{self, ConnectionFilter};
use koppelklaar::store::onboarding::overview::After;
use sea_orm::DatabaseConnection;

use super::many;
use super::school_plans::{SCHOOLS, fill, plans_of, scans, sorts};
use crate::support::database::sql;
use crate::support::{TestApp, run};

/// Many connections, most of them checked.
async fn fill_checked(app: &TestApp) -> DatabaseConnection {
    let conn = fill(app, SCHOOLS).await;
    let ids = many::connections(app.context()).await;
    many::add_checks(app.context(), &ids, app.now()).await;
    if app.database.is_postgres() {
        sql(&app.database.url, "ANALYZE").await;
    }
    conn
}

#[test]
fn every_filter_of_the_connections_is_an_index_in_the_order_of_the_list() {
    run(|app: TestApp| async move {
        let conn = fill_checked(&app).await;
        let filters = [
            (ConnectionFilter::All, "sort_name_connection_id"),
            (ConnectionFilter::Green, "last_code"),
            (ConnectionFilter::Failing, "with_fault"),
            (ConnectionFilter::Code(CheckCode::LoginRefused), "last_code"),
            // PostgreSQL by the one, SQLite by the other.
            (ConnectionFilter::NotChecked, "never_checked|last_code"),
            (ConnectionFilter::Lost, "lost"),
            (ConnectionFilter::CheckedBefore(app.now()), "last_checked_at"),
        ];
        for (filter, index) in filters {
            let is_by_age = matches!(filter, ConnectionFilter::CheckedBefore(_));
            let name = if is_by_age { "1700000000000" } else { "m" };
            let middle = After { name: name.to_owned(), id: uuid::Uuid::nil() };
            for after in [None, Some(&middle)] {
                let plans = plans_of(&app, &conn, async |conn| {
                    check_status_list::list(conn, filter, after, 50).await.expect("the store answers");
                });
                let plans = plans.await;

                let is_by = |index: &str| plans[0].contains(&format!("idx-connection_summary-{index}"));
                assert!(index.split('|').any(is_by), "{filter:?}\n{plans:?}");
                assert!(plans.iter().all(|plan| !sorts(plan) && !scans(plan)), "{filter:?}\n{plans:?}");
            }
        }
    });
}

#[test]
fn what_kurve_has_to_look_into_is_read_longest_first_without_the_others() {
    run(|app: TestApp| async move {
        let conn = fill_checked(&app).await;
        let (now, later) = (app.now(), app.now() + TimeDelta::days(60));

        let for_kurve = plans_of(&app, &conn, async |conn| {
            check_status_list::list_for_kurve(conn, 20).await.expect("the store answers");
        });
        let lost = plans_of(&app, &conn, async |conn| {
            check_status_list::list_lost(conn, 20).await.expect("the store answers");
        });
        let certificates = plans_of(&app, &conn, async |conn| {
            check_status_list::list_certificates(conn, now, later).await.expect("the store answers");
        });

        for (plans, index) in
            [(for_kurve.await, "kurve_since"), (lost.await, "lost_since"), (certificates.await, "certificate_until")]
        {
            assert!(plans[0].contains(&format!("idx-connection_summary-{index}")), "{plans:?}");
            assert!(plans.iter().all(|plan| !sorts(plan) && !scans(plan)), "{plans:?}");
        }
    });
}

#[test]
fn of_many_that_are_due_together_those_to_be_checked_now_are_read_without_the_others() {
    run(|app: TestApp| async move {
        let conn = fill_checked(&app).await;
        let night = app.now() - TimeDelta::hours(8);
        let due = "UPDATE check_status SET next_check_at = ";
        app.rewrite(&format!("{due}'{}'", night.to_rfc3339())).await;

        let plans = plans_of(&app, &conn, async |conn| {
            assert_eq!(check_status::list_due(conn, app.now(), 32).await.expect("the store answers").len(), 32);
        });

        let plans = plans.await;
        assert!(plans[0].contains("idx-check_status-next_check_at_connection_id"), "{plans:?}");
        assert!(plans.iter().all(|plan| !sorts(plan) && !scans(plan)), "{plans:?}");
    });
}
