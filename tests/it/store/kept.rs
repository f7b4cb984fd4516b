//! What is kept so that lists and counts need not read everything: it follows each change, and a database that is brought
//! up to date gets what one that was new would have.

use chrono::TimeDelta;
use koppelklaar::demo::fleet::{self, Order};
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::connection::ConnectionDetails;
use koppelklaar::domain::ids::ConnectionId;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::text::SchoolName;
use koppelklaar::links;
use koppelklaar::store::checks::check_status::{self, CheckStatus};
use koppelklaar::store::checks::check_status_list::{self, ConnectionFilter};
use koppelklaar::store::onboarding::connections;
use koppelklaar::store::onboarding::upkeep::{self, Which};
use migration::{Migrator, MigratorTrait};
use sea_orm::Database;

use super::many;
use crate::support::database::{self, sql, texts};
use crate::support::{TestApp, run};

/// The step of the schema that began to keep these.
const BEGAN: &str = "m20261205_000003_list_orders";

const STEPS: &str = "SELECT id || ' ' || action || ' ' || coalesce(step, '-') FROM audit ORDER BY id";
const STATUSES: &str = "SELECT sort_name || '/' || coalesce(last_code, '-') || '/' || coalesce(holder, '-')
    FROM connection_summary ORDER BY connection_id";
const KEPT: &str = "SELECT code || '/' || holder || '=' || n FROM check_count WHERE n <> 0 ORDER BY code, holder";
const COUNTED: &str = "SELECT code || '/' || holder || '=' || count(*) FROM (
        SELECT coalesce(last_code, '') AS code, coalesce(holder, '') AS holder FROM connection_summary) AS ended
    GROUP BY code, holder ORDER BY code, holder";

async fn fill(app: &TestApp, schools: u32) -> Vec<ConnectionId> {
    let kurve = app.kurve().await;
    fleet::fill(app.context(), Order { schools, kurve, now: app.now() }, |_| ()).await.expect("they are made");
    many::connections(app.context()).await
}

#[test]
fn a_database_that_is_brought_up_to_date_keeps_what_a_new_one_would() {
    run(|app: TestApp| async move {
        let url = &app.database.url;
        let ids = fill(&app, 120).await;
        many::add_checks(app.context(), &ids, app.now()).await;
        many::add_history(app.context(), ids[0], app.now()).await;
        let mut new = vec![];
        for what in [STEPS, STATUSES, KEPT] {
            new.push(texts(url, what).await);
        }

        let conn = Database::connect(url).await.expect("the database opens");
        let steps = Migrator::migrations();
        let began = steps.iter().position(|step| step.name() == BEGAN).expect("it is there");
        let since = u32::try_from(steps.len() - began).expect("a few");
        database::lay_texts_aside(url).await;
        Migrator::down(&conn, Some(since)).await.expect("steps can be undone");
        Migrator::up(&conn, None).await.expect("and done again");
        database::put_texts_back(url).await;
        upkeep::fill(&app.context().db, Which::All).await.expect("the lists are filled");

        for (what, kept) in [STEPS, STATUSES, KEPT].into_iter().zip(new) {
            assert_eq!(texts(url, what).await, kept, "{what}");
        }
        assert_eq!(texts(url, KEPT).await, texts(url, COUNTED).await);
    });
}

#[test]
fn the_counts_follow_each_check_and_the_order_each_name() {
    run(|app: TestApp| async move {
        let url = &app.database.url;
        let ids = fill(&app, 12).await;
        let (now, db) = (app.now(), &app.context().db);
        let first = app.school_by_services("Zonnehof", "12AB", "zonnehof").await.connection;
        let checked = |code: CheckCode, is_lost: bool, id: ConnectionId| CheckStatus {
            last: Some((code, now)),
            is_lost,
            ..CheckStatus::fresh(id)
        };
        let work = db.begin_write().await.expect("the store answers");
        check_status::save_first(work.conn(), first, now).await.expect("the store answers");
        check_status::save_next(work.conn(), first, Some(now + TimeDelta::days(1))).await.expect("the store answers");
        work.commit().await.expect("the store answers");
        assert_eq!(texts(url, KEPT).await, texts(url, COUNTED).await);
        for (code, is_lost) in
            [(CheckCode::Ok, false), (CheckCode::LoginRefused, true), (CheckCode::LoginRefused, false)]
        {
            let work = db.begin_write().await.expect("the store answers");
            check_status::save(work.conn(), &checked(code, is_lost, first)).await.expect("the store answers");
            check_status::save(work.conn(), &checked(CheckCode::PortSilent, is_lost, ids[1]))
                .await
                .expect("it answers");
            work.commit().await.expect("the store answers");

            assert_eq!(texts(url, KEPT).await, texts(url, COUNTED).await, "{code:?}");
        }

        let work = db.begin_write().await.expect("the store answers");
        let known = connections::load(work.conn(), first).await.expect("it is there").details;
        let name = SchoolName::parse("Aardig College").expect("a name");
        let renamed = ConnectionDetails { name, ..known };
        connections::save_details(work.conn(), first, &renamed, now).await.expect("the store answers");
        work.commit().await.expect("the store answers");

        let failing = check_status_list::list(db.reader(), ConnectionFilter::Failing, None, 10).await.expect("a page");
        let ids: Vec<ConnectionId> = failing.rows.iter().map(|listed| listed.connection.id).collect();
        assert_eq!(ids[0], first, "by its new name");
        app.new_mails().await;
    });
}

#[test]
fn counts_that_went_wrong_are_right_again_once_the_lists_are_written_anew() {
    run(|app: TestApp| async move {
        let url = &app.database.url;
        let ids = fill(&app, 12).await;
        many::add_checks(app.context(), &ids, app.now()).await;
        sql(url, "UPDATE check_count SET n = n + 5").await;
        sql(url, "INSERT INTO check_count (code, holder, n) VALUES ('too_slow', 'kurve', 7)").await;
        assert_ne!(texts(url, KEPT).await, texts(url, COUNTED).await);

        upkeep::fill(&app.context().db, Which::All).await.expect("the lists are filled");

        assert_eq!(texts(url, KEPT).await, texts(url, COUNTED).await);
    });
}

#[test]
fn what_happened_to_a_step_is_shown_however_much_came_after() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.claim(&school, Step::ConsentGiven).await.expect("the rules allow it");
        many::add_history(app.context(), school.connection, app.now()).await;
        let contact = app.portal(&school).await;

        let page = contact.get(&school.at_step(links::SCHOOL_STEP, Step::ConsentGiven)).await;

        assert!(page.text("[data-history]").contains("Anna de Wit"), "{}", page.body);
    });
}
