//! The page of the keys of machines.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use crate::support::database::texts;
use crate::support::following::ask;
use crate::support::{Page, TestApp, Visitor, run};

const GATE: &str = "/api/v1/import-gate/12AB";

fn made(page: &Page) -> String {
    page.text("#sleutel")
}

async fn admin(app: &TestApp) -> Visitor {
    app.staff_as("boss@kurve.nl", StaffRole::Admin).await
}

#[test]
fn an_admin_makes_a_key_that_is_shown_once_and_stops_it() {
    run(|app: TestApp| async move {
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (admin, machine) = (admin(&app).await, app.anonymous());
        let empty = admin.get(links::STAFF_API_KEYS).await;
        assert!(empty.has("[data-empty]"), "{}", empty.body);

        let fields = [("name", "numo"), ("scope-verdict:read", "ja"), ("days", "30")];
        let done = empty.submit(&admin, "form[data-form=add_key]", &fields).await;
        let key = made(&done);
        assert!(key.starts_with("kk_"), "{}", done.body);
        assert_eq!(ask(&machine, &key, GATE).await.status, 200);
        assert_eq!(ask(&machine, &key, "/api/v1/events").await.status, 403);
        let list = admin.get(links::STAFF_API_KEYS).await;
        assert!(list.text("[data-key-row=numo]").contains("Werkt tot"), "{}", list.body);
        assert!(!list.body.contains(&key), "it is shown once");
        let stopped = list.submit(&admin, "[data-key-row=numo] form[data-form=revoke]", &[]).await;

        assert_eq!((stopped.status, stopped.location()), (303, links::STAFF_API_KEYS));
        assert_eq!(ask(&machine, &key, GATE).await.status, 401);
        let noted = texts(&app.database.url, "SELECT action FROM audit WHERE action LIKE 'api_key%' ORDER BY id").await;
        assert_eq!(noted, ["api_key_added", "api_key_revoked"]);
    });
}

#[test]
fn a_key_that_is_replaced_works_a_day_beside_the_new_one() {
    run(|app: TestApp| async move {
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (admin, machine, old) = (admin(&app).await, app.anonymous(), app.api_key().await);

        let list = admin.get(links::STAFF_API_KEYS).await;
        let done = list.submit(&admin, "[data-key-row=numo] form[data-form=replace]", &[]).await;
        let new = made(&done);

        assert_ne!(new, old);
        for key in [&old, &new] {
            assert_eq!(ask(&machine, key, "/api/v1/events").await.status, 200);
        }
        app.advance(chrono::TimeDelta::days(1));
        let statuses = [ask(&machine, &old, GATE).await.status, ask(&machine, &new, GATE).await.status];
        assert_eq!(statuses, [401, 200]);
    });
}

#[test]
fn what_is_wrong_with_a_key_stands_at_its_field_and_what_was_typed_stays() {
    run(|app: TestApp| async move {
        let (admin, _) = (admin(&app).await, app.api_key().await);
        let page = admin.get(links::STAFF_API_KEYS).await;
        for (fields, wrong) in [
            (vec![("name", ""), ("scope-events:read", "ja")], "name"),
            (vec![("name", "numo"), ("scope-events:read", "ja")], "name"),
            (vec![("name", "ander"), ("days", "30")], "scope"),
            (vec![("name", "ander"), ("scope-events:read", "ja"), ("days", "nooit")], "days"),
        ] {
            let again = page.submit(&admin, "form[data-form=add_key]", &fields).await;

            assert_eq!(again.status, 422, "{}", again.body);
            assert!(again.has(&format!("[data-error-for={wrong}]")), "{wrong}: {}", again.body);
            assert!(again.has("details[open][data-ask=add_key]"));
        }
    });
}
