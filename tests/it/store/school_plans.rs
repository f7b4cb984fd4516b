//! How the database finds a page of the list of schools: each filter by an index in the order of the list, a search by its
//! parts of words. With enough rows that a walk over all of them would show.

use koppelklaar::demo::fleet::{self, Order};
use koppelklaar::domain::onboarding::{Gate, Party, Status};
use koppelklaar::services::onboarding::schools;
use koppelklaar::store::onboarding::overview::After;
use koppelklaar::store::onboarding::school_list::{self, Filter};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use strum::IntoEnumIterator;

use super::plans::asked;
use crate::support::database::sql;
use crate::support::{TestApp, run};

/// So many that a page is a small part.
pub(super) const SCHOOLS: u32 = 800;

/// More than are few enough to sort what a search finds.
const MANY_SCHOOLS: u32 = 3000;

pub(super) async fn fill(app: &TestApp, schools: u32) -> DatabaseConnection {
    let order = Order { schools, kurve: app.kurve().await, now: app.now() };
    fleet::fill(app.context(), order, |_| {}).await.expect("they are made");
    let mut options = ConnectOptions::new(&app.database.url);
    options.max_connections(1);
    let conn = Database::connect(options).await.expect("the database opens");
    if app.database.is_postgres() {
        sql(&app.database.url, "ANALYZE").await;
        // To walk over some thousand rows, or to sort sixty, costs little; with a hundred thousand it would not be chosen.
        // What cannot be read in order is sorted all the same.
        conn.execute_unprepared("SET enable_seqscan = off").await.expect("a setting");
        conn.execute_unprepared("SET enable_sort = off").await.expect("a setting");
    }
    conn
}

/// The plan of each query that a page of the list takes, after a place in the middle or from the start.
async fn plans(app: &TestApp, conn: &DatabaseConnection, filter: &Filter) -> Vec<String> {
    let middle = After { name: "m".to_owned(), id: uuid::Uuid::nil() };
    let mut plans = vec![];
    for after in [None, Some(&middle)] {
        let ask = async |conn: &DatabaseConnection| {
            school_list::list(conn, filter, after, 50).await.expect("the store answers");
        };
        plans.extend(plans_of(app, conn, ask).await);
    }
    plans
}

/// The plan of each query that is asked.
pub(super) async fn plans_of(
    app: &TestApp,
    conn: &DatabaseConnection,
    ask: impl AsyncFnOnce(&DatabaseConnection),
) -> Vec<String> {
    let is_postgres = app.database.is_postgres();
    let (explain, column) = if is_postgres { ("EXPLAIN", "QUERY PLAN") } else { ("EXPLAIN QUERY PLAN", "detail") };
    let mut plans = vec![];
    for query in asked(conn, ask).await {
        let statement = Statement::from_string(conn.get_database_backend(), format!("{explain} {query}"));
        let rows = conn.query_all_raw(statement).await.expect("a plan");
        let lines: Vec<String> = rows.iter().map(|row| row.try_get("", column).expect("a text")).collect();
        plans.push(lines.join("\n"));
    }
    plans
}

pub(super) fn sorts(plan: &str) -> bool {
    plan.contains("TEMP B-TREE") || plan.contains("Sort")
}

/// Reads all rows of a table in no order.
pub(super) fn scans(plan: &str) -> bool {
    let is_scan = |line: &str| line.contains("SCAN ") && line.contains("_summary") && !line.contains(" INDEX ");
    plan.contains("Seq Scan") || plan.lines().any(is_scan)
}

#[test]
fn every_filter_is_an_index_in_the_order_of_the_list() {
    run(|app: TestApp| async move {
        let conn = fill(&app, SCHOOLS).await;
        let mut filters = vec![
            (Filter::default(), "sort_name_school_id"),
            (Filter { is_stuck: true, ..Filter::default() }, "is_stuck"),
            (Filter { is_silent: true, ..Filter::default() }, "silent"),
        ];
        filters
            .extend(Gate::iter().map(|gate| (Filter { gate_missing: Some(gate), ..Filter::default() }, "not_gate_")));
        filters.extend(Party::iter().map(|party| (Filter { holder: Some(party), ..Filter::default() }, "held_by_")));
        filters.extend(
            Status::iter().map(|status| (Filter { status: Some(status), ..Filter::default() }, "status_sort_name")),
        );
        for (filter, index) in filters {
            for plan in plans(&app, &conn, &filter).await {
                assert!(plan.contains(&format!("idx-school_summary-{index}")), "{filter:?}\n{plan}");
                assert!(!sorts(&plan) && !scans(&plan), "{filter:?}\n{plan}");
            }
        }
        let several = Filter {
            gate_missing: Some(Gate::Activation),
            holder: Some(Party::Kurve),
            status: Some(Status::Active),
            ..Filter::default()
        };
        for plan in plans(&app, &conn, &several).await {
            assert!(plan.contains("idx-school_summary-") && !sorts(&plan) && !scans(&plan), "{plan}");
        }
    });
}

#[test]
fn a_search_reads_what_it_finds_or_walks_in_order_and_sorts_no_more_than_few() {
    run(|app: TestApp| async move {
        let conn = fill(&app, MANY_SCHOOLS).await;
        // Of all generated schools each has a contact and a BRIN; few have a word of three signs in common.
        let cases = [
            ("wilg", true),
            ("12ab", true),
            ("noord 12", true),
            ("q", true),
            ("iemand@nergens.example", true),
            ("nergens.swp.nl", true),
            ("college", false),
            ("de", false),
            ("swp", true),
        ];
        for (typed, is_rare) in cases {
            let search = schools::read_search(app.context(), typed);
            for chosen in [
                Filter::default(),
                Filter { holder: Some(Party::Kurve), ..Filter::default() },
                Filter { status: Some(Status::Active), ..Filter::default() },
            ] {
                let filter = Filter { search: search.clone(), ..chosen };
                for plan in plans(&app, &conn, &filter).await {
                    assert!(!scans(&plan), "{typed:?}\n{plan}");
                    assert!(is_rare || !sorts(&plan), "{typed:?}\n{plan}");
                }
            }
        }
    });
}
