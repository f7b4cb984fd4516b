//! The page on which an admin reads how the installation itself is.

use chrono::TimeDelta;
use koppelklaar::clock::Clock;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::domain::webhook::{EndpointUrl, Stopped, StoppedWhy};
use koppelklaar::links;
use koppelklaar::services::operations::backup;
use koppelklaar::services::webhooks::endpoints;
use koppelklaar::store::operations::heartbeats;
use koppelklaar::store::webhooks::endpoints as kept;
use strum::IntoEnumIterator;

use crate::support::database::sql;
use crate::support::{Page, TestApp, Visitor, run};

/// Everything works: an admin looks.
async fn well(app: &TestApp) -> Visitor {
    // The page holds the clock against that of the database, and signing in moves it on.
    app.advance(Clock::system().now() - app.now());
    let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;
    app.advance(Clock::system().now() - app.now());
    backup::note(&app.context().db, app.now()).await.expect("the store answers");
    all_beat(app).await;
    admin
}

async fn all_beat(app: &TestApp) {
    for worker in Worker::iter() {
        beat(app, worker).await;
    }
}

async fn beat(app: &TestApp, worker: Worker) {
    heartbeats::beat(app.context().db.writer(), worker, app.now()).await.expect("the store answers");
}

/// What the page says of itself, but for the clock: a test that moves it on leaves the database behind.
fn signs(page: &Page) -> Vec<String> {
    let (names, texts) = (page.attributes("[data-sign]", "data-sign"), page.texts("[data-sign]"));
    let is_clock = |text: &str| text.contains("De klok loopt");
    names.into_iter().zip(texts).filter(|(_, text)| !is_clock(text)).map(|(name, _)| name).collect()
}

#[test]
fn where_everything_works_it_says_so_in_one_sentence_and_what_there_is_below() {
    run(|app: TestApp| async move {
        let admin = well(&app).await;
        let way = admin.get(links::STAFF_COLLEAGUES).await;
        assert_eq!(way.attributes("a[data-link=system]", "href"), [links::STAFF_SYSTEM]);

        let page = admin.get(links::STAFF_SYSTEM).await;

        assert_eq!(page.text("[data-state=fine]"), "Alles werkt.", "{}", page.body);
        assert_eq!(signs(&page), Vec::<String>::new());
        let kind = if app.context().db.is_sqlite() { "SQLite" } else { "PostgreSQL" };
        let database = page.text("[data-section=database]");
        assert!(database.contains(kind) && database.contains(" MB"), "{database}");
        assert_eq!(database.contains("Vrij op de schijf"), app.context().db.is_sqlite(), "{database}");
        assert!(database.contains("Nieuwste stap"), "{database}");
        assert!(page.text("[data-section=release]").contains(env!("CARGO_PKG_VERSION")), "{}", page.body);
        assert!(page.text("[data-section=workers]").contains("In orde, laatste teken"), "{}", page.body);
        assert!(page.text("[data-section=clock]").contains("Minder dan een seconde"), "{}", page.body);
        assert!(
            page.text("[data-section=doctor]").contains("De database antwoordt en is bijgewerkt."),
            "{}",
            page.body
        );
    });
}

#[test]
fn a_worker_that_gives_no_sign_is_named_with_what_to_do() {
    run(|app: TestApp| async move {
        let admin = well(&app).await;
        app.advance(TimeDelta::seconds(121));
        for worker in Worker::iter().filter(|worker| *worker != Worker::Planner) {
            beat(&app, worker).await;
        }

        let page = admin.get(links::STAFF_SYSTEM).await;

        assert_eq!(signs(&page), ["worker"]);
        let said = page.text("[data-sign=worker]");
        assert!(said.starts_with("Herinneringen plannen: staat stil"), "{said}");
        assert!(said.contains("opnieuw te starten"), "{said}");
        assert!(!page.has("[data-state=fine]"), "{}", page.body);
    });
}

#[test]
fn mails_that_failed_are_counted_with_where_to_see_them() {
    run(|app: TestApp| async move {
        app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.new_mails().await;
        let admin = well(&app).await;
        sql(&app.database.url, "UPDATE outbox SET status = 'failed', last_error = 'RCPT TO: refused with 550 5.1.1'")
            .await;

        let page = admin.get(links::STAFF_SYSTEM).await;

        // With the clock a week on, reminders wait as well.
        assert!(signs(&page).iter().any(|sign| sign == "mails"), "{}", page.body);
        assert!(page.text("[data-sign=mails]").contains("mislukt"), "{}", page.body);
        assert_eq!(page.attributes("[data-sign=mails] a", "href"), [links::STAFF_MAILS]);
        sql(&app.database.url, "UPDATE outbox SET status = 'sent', last_error = NULL").await;
    });
}

#[test]
fn a_backup_of_four_days_ago_asks_for_another_and_none_at_all_too() {
    run(|app: TestApp| async move {
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;
        all_beat(&app).await;
        let never = admin.get(links::STAFF_SYSTEM).await;
        assert_eq!(signs(&never), ["backup"]);
        assert!(never.text("[data-section=database]").contains("Nooit genoteerd"), "{}", never.body);

        let before = app.now() - TimeDelta::days(4);
        backup::note(&app.context().db, before).await.expect("the store answers");
        let old = admin.get(links::STAFF_SYSTEM).await;
        assert_eq!(signs(&old), ["backup"]);
        assert!(old.text("[data-sign=backup]").contains("De laatste is van"), "{}", old.body);

        backup::note(&app.context().db, app.now()).await.expect("the store answers");
        assert_eq!(signs(&admin.get(links::STAFF_SYSTEM).await), Vec::<String>::new());
    });
}

#[test]
fn an_endpoint_at_which_nothing_arrives_and_one_that_was_given_up_ask_for_somebody_and_one_that_was_stopped_does_not() {
    run(|app: TestApp| async move {
        let admin = well(&app).await;
        let url = EndpointUrl::parse("https://numo.example/koppelklaar").expect("an address");
        let added = endpoints::add(app.context(), &app.operator(), url).await.expect("it is new");
        assert!(admin.get(links::STAFF_SYSTEM).await.has("[data-state=fine]"));
        let conn = app.context().db.writer();
        let mut endpoint = kept::find(conn, added.id).await.expect("the store answers").expect("it is there");

        endpoint.failing_since = Some(app.now());
        kept::save(conn, &endpoint).await.expect("the store answers");
        let failing = admin.get(links::STAFF_SYSTEM).await;
        endpoint.stopped = Some(Stopped { at: app.now(), why: StoppedWhy::Failing });
        kept::save(conn, &endpoint).await.expect("the store answers");
        let given_up = admin.get(links::STAFF_SYSTEM).await;
        endpoint.stopped = Some(Stopped { at: app.now(), why: StoppedWhy::ByHand });
        kept::save(conn, &endpoint).await.expect("the store answers");
        let by_hand = admin.get(links::STAFF_SYSTEM).await;

        let said = failing.text("[data-sign=webhook]");
        assert!(said.contains("komt er niets aan bij https://numo.example/koppelklaar"), "{said}");
        assert!(failing.text("[data-section=webhooks]").contains("Komt niet aan sinds"), "{}", failing.body);
        assert!(given_up.text("[data-sign=webhook]").contains("niets meer naar"), "{}", given_up.body);
        assert!(by_hand.has("[data-state=fine]"), "{}", by_hand.body);
        assert!(by_hand.text("[data-section=webhooks]").contains("Gestopt sinds"), "{}", by_hand.body);
    });
}
